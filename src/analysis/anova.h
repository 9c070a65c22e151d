// Sums of squares between groups and within them.
#pragma once

#include <span>
#include <vector>

#include "analysis/moments.h"
#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {

/// With means less the first group's first value. Precondition: no group is empty.
std::vector<Moments> moments_of_groups(std::span<const Group> groups);

struct GroupSquares {
  double between = 0.0;
  double within = 0.0;
  double df_between = 0.0;
  double df_within = 0.0;
};

GroupSquares group_squares(std::span<const Moments> groups);

}  // namespace joulecast::analysis
