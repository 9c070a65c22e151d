// One half of the runs to choose on, the other to be judged by.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "named_run.h"

namespace joulecast::accuracy {

enum class Half { kChosen, kJudged, kAll };
std::optional<Half> parse_half(std::string_view text);

/// The runs of one half of a set, in their order. The cut depends on the seed and the number of
/// runs alone, so that sets built from the same trainings are cut alike; an odd run is chosen on.
DataSet half_of(DataSet set, Half half, std::uint64_t seed);

}  // namespace joulecast::accuracy
