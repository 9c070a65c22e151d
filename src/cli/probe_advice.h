// Which of the planned set-ups to probe.
#pragma once

#include <vector>

#include "cli/estimate_knowledge.h"
#include "joulecast/pre/settings.h"
#include "report/probe.h"

namespace joulecast::cli {

/// The smallest by its time a step, then the largest, then the one in the middle of the two; fewer
/// where fewer are planned. Errors: none of them can be estimated.
Result<std::vector<report::AdvisedProbe>> probes_advised(
    const Knowledge& knowledge, const std::vector<pre::SaidSettings>& planned);

}  // namespace joulecast::cli
