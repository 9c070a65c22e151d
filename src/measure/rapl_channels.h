// What RAPL zones mean as channels, and what is said of them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "joulecast/measure/source.h"
#include "joulecast/measure/sources.h"
#include "measure/rapl_zones.h"

namespace joulecast::measure {

/// The channel of a zone that comes after `earlier`: of packages and DRAM, and of psys if it is
/// alone: then it is the node. Absent for what these contain (core, uncore) or what contains them.
std::optional<Channel> rapl_channel(const RaplZone& zone, std::span<const Channel> earlier,
                                    double gain_error);

/// About packages, DRAM and, if there is one, psys: what works of each, and what does not;
/// `channels` were opened of `found`.
std::vector<Finding> rapl_findings(const RaplZones& found, std::span<const Channel> channels);

}  // namespace joulecast::measure
