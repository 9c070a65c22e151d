// Do groups of values differ, by how much, and do two quantities go together.
//
// Each function names its formula's source; results agree with SciPy, statsmodels and pingouin to
// 1e-9 (p-values to 1e-6 of themselves), which tests/statistics checks side by side. Nothing here
// depends on the values' unit. At most O(n log n) time. Every function refuses values that are not
// finite, or beyond 1e100, and says which group holds one. All are safe to call from several
// threads.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// Values that belong together, for example the energies of all runs of one network.
struct Group {
  std::string name;  ///< For messages.
  std::vector<double> values;
};

/// The middle value; of an even number the mean of the middle two. Fails on no values.
Result<double> median(std::span<const double> values);

// --- Is a group normal ---------------------------------------------------------------------------

/// A test of normality: a small p_value speaks against it.
struct Normality {
  std::string_view test;   ///< "Shapiro-Wilk" or "D'Agostino-Pearson".
  double statistic = 0.0;  ///< W, 0 to 1; or K^2, >= 0.
  double p_value = 0.0;
};

inline constexpr std::size_t kLargestShapiroWilk = 5000;

/// Shapiro-Wilk's W. P. Royston, "Remark AS R94", Applied Statistics 44(4), 1995, with the normal
/// quantiles of algorithm AS 111, as SciPy's shapiro(). Fails below 3 values, above
/// kLargestShapiroWilk and on a constant group.
Result<Normality> shapiro_wilk(const Group& group);

/// D'Agostino and Pearson's K^2 from skewness and kurtosis (Biometrika 60(3), 1973), as SciPy's
/// normaltest(): for groups too large for W. Fails below 20 values and on a constant group.
Result<Normality> dagostino_pearson(const Group& group);

/// The one of the two that the group's size asks for.
Result<Normality> normality(const Group& group);

// --- Do groups differ ----------------------------------------------------------------------------

/// A test whose statistic follows an F distribution.
struct FTest {
  double f = 0.0;
  double df_between = 0.0;
  double df_within = 0.0;
  double p_value = 0.0;
  /// Of the tested values' sum of squares, the share between groups, 0 to 1.
  double eta_squared = 0.0;
};

enum class Centre { kMedian, kMean };

/// Levene's test of equal variances: a one-way ANOVA of the distances to each group's centre. With
/// the median (Brown and Forsythe, JASA 69, 1974) it stands skewed values. Fails below 2 groups, on
/// a group of fewer than 2 values, and where the distances do not vary within any group (all groups
/// of 2 values, for one).
Result<FTest> levene(std::span<const Group> groups, Centre centre = Centre::kMedian);

/// One-way analysis of variance; assumes normal groups of equal variance. Fails below 2 groups, on
/// a group of fewer than 2 values, and where no group varies.
Result<FTest> anova(std::span<const Group> groups);

/// The same without equal variances. B. L. Welch, "On the Comparison of Several Mean Values",
/// Biometrika 38, 1951. eta_squared is the ordinary one, as pingouin gives it. Fails as anova(),
/// and where any group is constant.
Result<FTest> welch_anova(std::span<const Group> groups);

/// Kruskal and Wallis's test on ranks, corrected for ties.
struct KruskalWallis {
  double h = 0.0;
  double df = 0.0;
  double p_value = 0.0;  ///< By the chi-squared distribution: rough where groups are below 5.
  /// (H - k + 1) / (n - k), Tomczak and Tomczak 2014. Below 0 where the groups differ less than
  /// chance makes them.
  double eta_squared = 0.0;
};

/// Fails below 2 groups, on an empty group, where all values are equal, and where no group has two
/// values.
Result<KruskalWallis> kruskal_wallis(std::span<const Group> groups);

// --- By how much ---------------------------------------------------------------------------------

/// Cliff's delta: how often a value of the first group is above one of the second, less how often
/// it is below; -1 to 1.
struct CliffsDelta {
  double delta = 0.0;
  double lower = 0.0;
  double upper = 0.0;
  std::string_view magnitude;  ///< "negligible", "small", "medium" or "large" (Romano et al. 2006).
};

/// The interval is Cliff's (Psychological Bulletin 114, 1993) with the unbiased variance and the
/// asymmetric bounds of Feng and Cliff (J. Modern Applied Statistical Methods 3(2), 2004); where
/// the groups do not overlap at all, (n - z^2) / (n + z^2) with the smaller n (Long, Feng and Cliff
/// 2003). Fails on a group of fewer than 2 values and a confidence outside 0 to 1 (both excluded).
Result<CliffsDelta> cliffs_delta(const Group& first, const Group& second, double confidence = 0.95);

// --- Do two quantities go together ---------------------------------------------------------------

struct Correlation {
  double coefficient = 0.0;  ///< -1 to 1.
  double p_value = 0.0;      ///< Two-sided, by Student's t with n - 2 degrees of freedom.
};

/// Pearson's r. Fails on different lengths, fewer than 3 pairs, and a constant quantity.
Result<Correlation> pearson(std::span<const double> x, std::span<const double> y);

/// Spearman's rho: Pearson's r of the ranks, ties sharing their mean rank. Fails as pearson().
Result<Correlation> spearman(std::span<const double> x, std::span<const double> y);

}  // namespace joulecast::analysis
