// Which test suits the data, and why.
//
// Safe to call from several threads.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/analysis/statistics.h"
#include "joulecast/analysis/two_way.h"
#include "joulecast/base/result.h"

namespace joulecast::analysis {

enum class GroupTest { kAnova, kWelchAnova, kKruskalWallis };
enum class PostHoc { kTukeyKramer, kGamesHowell, kDunn };
enum class EffectSize { kEtaSquared, kRankEtaSquared };
enum class TwoWayTest { kAnova, kAlignedRankTransform };

/// As people call them: "Welch ANOVA", "Games-Howell", "eta squared".
std::string_view name_of(GroupTest test);
std::string_view name_of(PostHoc test);
std::string_view name_of(EffectSize size);
std::string_view name_of(TwoWayTest test);

struct ChooseOptions {
  /// Below this p-value, normality and equal variances are given up; between 0 and 1.
  double alpha = 0.05;
  /// Of values in a group; at least 3, which judging normality needs.
  std::size_t smallest_group = 3;
  /// The largest group's size over the smallest one's, beyond which a comparison says mostly what
  /// the largest group is; >= 1.
  double largest_imbalance = 100.0;
};

struct TestChoice {
  GroupTest test = GroupTest::kKruskalWallis;
  PostHoc post_hoc = PostHoc::kDunn;
  EffectSize effect_size = EffectSize::kRankEtaSquared;
  /// Of each group; absent for a group whose values are all equal, which is not normal.
  std::vector<std::optional<Normality>> normality;
  /// Absent where distances to the medians do not vary; variances then do not count as equal.
  std::optional<FTest> levene;
  std::string reason;  ///< One sentence, with what was found.
};

/// Normal groups of equal variance: ANOVA and Tukey-Kramer; of unequal variance: Welch's ANOVA and
/// Games-Howell; a group that is not normal: Kruskal-Wallis and Dunn. Normality by normality(),
/// variances by levene() about the medians. Refuses fewer than 2 groups, a group below
/// smallest_group, sizes beyond largest_imbalance, and values that are equal within every group.
Result<TestChoice> choose_test(std::span<const Group> groups, const ChooseOptions& options = {});

struct TwoWayChoice {
  TwoWayTest test = TwoWayTest::kAlignedRankTransform;
  Normality residuals;          ///< Of the residuals of all cells together.
  std::optional<FTest> levene;  ///< Over the cells; absent as in TestChoice.
  std::string reason;           ///< One sentence.
};

/// Two-way ANOVA where the residuals are normal and the cells' variances equal, else the aligned
/// rank transform. Refuses what two_way_anova() refuses, and a cell below 2 values or beyond
/// largest_imbalance; smallest_group does not count.
Result<TwoWayChoice> choose_two_way(std::span<const double> response, const Factor& first,
                                    const Factor& second, const ChooseOptions& options = {});

}  // namespace joulecast::analysis
