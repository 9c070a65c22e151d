#include <cmath>

#include "analysis/distributions.h"
#include "analysis/kruskal_wallis.h"
#include "joulecast/analysis/post_hoc.h"

namespace joulecast::analysis {

Result<std::vector<RankComparison>> dunn(std::span<const Group> groups, Correction correction) {
  const auto ranked = rank_groups("Dunn", groups);
  if (!ranked) return ranked.error();
  std::vector<RankComparison> pairs;
  std::vector<double> p_values;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      const double difference = ranked->mean_ranks[i] - ranked->mean_ranks[j];
      const double error =
          std::sqrt(ranked->variance * (1.0 / ranked->sizes[i] + 1.0 / ranked->sizes[j]));
      const double z = difference / error;
      p_values.push_back(normal_two_sided(z));
      pairs.push_back({.first = i,
                       .second = j,
                       .difference = difference,
                       .z = z,
                       .p_uncorrected = p_values.back(),
                       .p_value = 1.0});
    }
  }
  const auto corrected = correct_p_values(p_values, correction);
  if (!corrected) return corrected.error();
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].p_value = (*corrected)[i];
  return pairs;
}

}  // namespace joulecast::analysis
