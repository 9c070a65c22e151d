// The rules that need no program.
#pragma once

#include <array>
#include <optional>

#include "moment.h"

namespace joulecast::accuracy {

enum class Rule { kFirst, kMean, kMedian, kStep10, kStep5 };
inline constexpr std::array kRules = {Rule::kFirst, Rule::kMean, Rule::kMedian, Rule::kStep10,
                                      Rule::kStep5};

const char* to_string(Rule rule);

/// The joules of the whole as the rule has them at a moment, all of them by work where epochs are
/// unequal. kFirst: first epoch x N. kMean, kMedian: spent + what remains x the mean or median of
/// epochs 2..k (of the first while there is no other). kStep10 and kStep5: STEP's epoch form, its
/// window of five epochs after ten or five; absent before it is full, frozen then.
std::optional<double> predicted_joules(Rule rule, const NamedRun& run, const Moment& moment);

}  // namespace joulecast::accuracy
