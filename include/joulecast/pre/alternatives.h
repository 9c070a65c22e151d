// "What should I change?": several values of some settings, every combination of them.
#pragma once

#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/settings.h"

namespace joulecast::pre {

/// The settings that several values may be given of at once: network, gpu, gpus, power_limit,
/// batch_size, image_size, precision, optimizer. Values are separated by commas; numbers may be a
/// range, "150..350" (nine values from end to end) or "150..350/50" (in steps of 50); "all" of gpu
/// means the whole catalogue. The answer has one entry a combination, in the order given; one entry
/// where nothing has several. Errors: a range that is none, more than 100 000 combinations.
Result<std::vector<SaidSettings>> alternatives_of(const SaidSettings& said);

}  // namespace joulecast::pre
