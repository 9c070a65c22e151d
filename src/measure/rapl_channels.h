// What RAPL zones mean as channels, and what is said of them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "joulecast/measure/source.h"
#include "joulecast/measure/sources.h"
#include "measure/rapl_zones.h"

namespace joulecast::measure {

/// The channel of a zone that comes after `earlier`: packages and DRAM count, core and uncore lie
/// inside their package, psys around the packages; psys alone is the node. Absent for a part whose
/// package is not among `earlier`.
std::optional<Channel> rapl_channel(const RaplZone& zone, std::span<const Channel> earlier,
                                    double gain_error);

/// One line each for packages, DRAM and, if there is one, psys; `channels` were opened of `found`.
std::vector<Finding> rapl_findings(const RaplZones& found, std::span<const Channel> channels);

}  // namespace joulecast::measure
