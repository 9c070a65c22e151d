// Which pairs of groups differ, once a test over all groups has said that some do.
//
// Safe to call from several threads; values as in statistics.h.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "joulecast/analysis/statistics.h"
#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// How p-values of several tests are corrected for their number.
enum class Correction {
  kHolm,              ///< Holm 1979: no false alarm in the whole family.
  kBonferroni,        ///< The same, more strictly: p times the number of tests.
  kBenjaminiHochberg  ///< Benjamini and Hochberg 1995: the share of false alarms among findings.
};

/// The corrected p-values, in the order given, none above 1. Fails on one outside 0 to 1.
Result<std::vector<double>> correct_p_values(std::span<const double> p_values,
                                             Correction correction);

/// Two groups by their means. The p-value holds for the family of all pairs.
struct MeanComparison {
  std::size_t first = 0;    ///< Index of a group.
  std::size_t second = 0;   ///< Index of a later group.
  double difference = 0.0;  ///< Mean of the first less mean of the second.
  double standard_error = 0.0;
  double t = 0.0;  ///< difference / standard_error.
  double df = 0.0;
  double p_value = 0.0;  ///< By the studentized range of |t| sqrt(2), to 1e-10 of itself.
};

/// After anova(): Tukey's test, for groups of any size (Kramer, Biometrics 12, 1956). All pairs,
/// the first group's first. Fails as anova().
Result<std::vector<MeanComparison>> tukey_kramer(std::span<const Group> groups);

/// After welch_anova(): without equal variances (Games and Howell, J. Educational Statistics 1(2),
/// 1976). Fails below 2 groups, on a group of fewer than 2 values, and where two groups are
/// constant.
Result<std::vector<MeanComparison>> games_howell(std::span<const Group> groups);

/// Two groups by their mean ranks among all values.
struct RankComparison {
  std::size_t first = 0;    ///< Index of a group.
  std::size_t second = 0;   ///< Index of a later group.
  double difference = 0.0;  ///< Mean rank of the first less mean rank of the second.
  double z = 0.0;
  double p_uncorrected = 0.0;
  double p_value = 0.0;  ///< Corrected for the number of pairs.
};

/// After kruskal_wallis(): O. J. Dunn, "Multiple Comparisons Using Rank Sums", Technometrics 6(3),
/// 1964, with the correction for ties. Fails as kruskal_wallis().
Result<std::vector<RankComparison>> dunn(std::span<const Group> groups,
                                         Correction correction = Correction::kHolm);

}  // namespace joulecast::analysis
