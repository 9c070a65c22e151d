// The ranks of groups among all their values.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "joulecast/analysis/statistics.h"
#include "joulecast/base/result.h"

namespace joulecast::analysis {

struct GroupRanks {
  std::vector<double> sizes;
  std::vector<double> mean_ranks;
  double n = 0.0;         ///< Of all groups.
  double variance = 0.0;  ///< Of a rank, ties counted: the ranks' sum of squares over n - 1.
};

/// Fails as kruskal_wallis(); messages begin with `test`.
Result<GroupRanks> rank_groups(std::string_view test, std::span<const Group> groups);

}  // namespace joulecast::analysis
