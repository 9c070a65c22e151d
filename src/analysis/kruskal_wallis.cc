#include "analysis/kruskal_wallis.h"

#include <fmt/format.h>

#include "analysis/distributions.h"
#include "analysis/group_check.h"
#include "analysis/moments.h"
#include "analysis/ranks.h"

namespace joulecast::analysis {

Result<GroupRanks> rank_groups(std::string_view test, std::span<const Group> groups) {
  if (Status status = check_groups(test, groups, 1); !status) return status.error();
  std::vector<double> pooled;
  for (const Group& group : groups) {
    pooled.insert(pooled.end(), group.values.begin(), group.values.end());
  }
  if (pooled.size() == groups.size()) {
    return Error{fmt::format("{}: every group has one value; add runs", test)};
  }
  const Ranks ranks = rank_values(pooled);
  const double squares = ranks.sum_squares();
  if (squares <= 0.0) {
    return Error{fmt::format("{}: all {} values are equal, so there is nothing to compare", test,
                             pooled.size())};
  }
  GroupRanks result;
  result.n = static_cast<double>(pooled.size());
  result.variance = squares / (result.n - 1.0);
  std::size_t next = 0;
  for (const Group& group : groups) {
    Sum sum;
    for (std::size_t i = 0; i < group.values.size(); ++i) sum.add(ranks.ranks[next++]);
    const auto size = static_cast<double>(group.values.size());
    result.sizes.push_back(size);
    result.mean_ranks.push_back(sum.value() / size);
  }
  return result;
}

Result<KruskalWallis> kruskal_wallis(std::span<const Group> groups) {
  const auto ranked = rank_groups("Kruskal-Wallis", groups);
  if (!ranked) return ranked.error();
  const double middle = 0.5 * (ranked->n + 1.0);
  Sum between;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const double distance = ranked->mean_ranks[i] - middle;
    between.add(ranked->sizes[i] * distance * distance);
  }
  const double h = between.value() / ranked->variance;
  const auto k = static_cast<double>(groups.size());
  return KruskalWallis{.h = h,
                       .df = k - 1.0,
                       .p_value = chi_squared_above(h, k - 1.0),
                       .eta_squared = (h - k + 1.0) / (ranked->n - k)};
}

}  // namespace joulecast::analysis
