// What a test over groups needs of them, and the line that says what is missing.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "joulecast/analysis/statistics.h"
#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// "analysis of variance: group "vgg16"": the beginning of a message.
std::string group_place(std::string_view test, const Group& group);

/// Values beyond this, of either sign, are refused: their squares' sums would leave a double.
inline constexpr double kLargestValue = 1e100;

bool is_usable(double value);

/// At least `least` usable values.
Status check_group(std::string_view test, const Group& group, std::size_t least);

/// At least 2 groups, each as check_group().
Status check_groups(std::string_view test, std::span<const Group> groups, std::size_t least);

bool is_constant(const Group& group);

}  // namespace joulecast::analysis
