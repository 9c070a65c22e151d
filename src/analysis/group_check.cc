#include "analysis/group_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace joulecast::analysis {

std::string group_place(std::string_view test, const Group& group) {
  return fmt::format("{}: group {}", test, quoted(group.name));
}

bool is_usable(double value) { return std::abs(value) <= kLargestValue; }  // so not NaN

Status check_group(std::string_view test, const Group& group, std::size_t least) {
  const auto& values = group.values;
  if (values.size() < least) {
    return Error{fmt::format("{} has {} value{}, {} needed; add runs or leave the group out",
                             group_place(test, group), values.size(), values.size() == 1 ? "" : "s",
                             least == 1 ? "1 is" : fmt::format("{} are", least))};
  }
  if (!std::all_of(values.begin(), values.end(), is_usable)) {
    return Error{
        fmt::format("{} holds a value that is not finite or beyond {:g}; leave that run out",
                    group_place(test, group), kLargestValue)};
  }
  return {};
}

Status check_groups(std::string_view test, std::span<const Group> groups, std::size_t least) {
  if (groups.size() < 2) {
    return Error{fmt::format("{}: {} group{}; a comparison needs at least 2", test,
                             groups.empty() ? "no" : "only one", groups.empty() ? "s" : "")};
  }
  for (const Group& group : groups) {
    if (Status status = check_group(test, group, least); !status) return status;
  }
  return {};
}

bool is_constant(const Group& group) {
  return std::all_of(group.values.begin(), group.values.end(),
                     [&](double value) { return value == group.values.front(); });
}

}  // namespace joulecast::analysis
