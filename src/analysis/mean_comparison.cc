#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "analysis/anova.h"
#include "analysis/group_check.h"
#include "analysis/studentized_range.h"
#include "base/text.h"
#include "joulecast/analysis/post_hoc.h"

namespace joulecast::analysis {
namespace {

struct Scale {
  double standard_error = 0.0;
  double df = 0.0;
};

MeanComparison compare(std::span<const Moments> groups, std::size_t i, std::size_t j,
                       const Scale& scale) {
  const double difference = groups[i].mean - groups[j].mean;
  const double t = difference / scale.standard_error;
  return {.first = i,
          .second = j,
          .difference = difference,
          .standard_error = scale.standard_error,
          .t = t,
          .df = scale.df,
          .p_value = studentized_range_above(std::abs(t) * std::numbers::sqrt2,
                                             static_cast<double>(groups.size()), scale.df)};
}

// Welch and Satterthwaite's; at least one of the two varies.
Scale welch_scale(const Moments& a, const Moments& b) {
  const double of_a = a.variance() / a.n, of_b = b.variance() / b.n;
  const double sum = of_a + of_b;
  const double share_a = of_a / sum, share_b = of_b / sum;
  return {.standard_error = std::sqrt(sum),
          .df = 1.0 / (share_a * share_a / (a.n - 1.0) + share_b * share_b / (b.n - 1.0))};
}

}  // namespace

Result<std::vector<MeanComparison>> tukey_kramer(std::span<const Group> groups) {
  constexpr std::string_view kTest = "Tukey-Kramer";
  if (Status status = check_groups(kTest, groups, 2); !status) return status.error();
  const std::vector<Moments> moments = moments_of_groups(groups);
  const GroupSquares squares = group_squares(moments);
  if (squares.within <= 0.0) {
    return Error{
        fmt::format("{}: no group varies, so there is nothing to judge differences by", kTest)};
  }
  const double variance = squares.within / squares.df_within;
  std::vector<MeanComparison> pairs;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (std::size_t j = i + 1; j < moments.size(); ++j) {
      const double error = std::sqrt(variance * (1.0 / moments[i].n + 1.0 / moments[j].n));
      pairs.push_back(compare(moments, i, j, {.standard_error = error, .df = squares.df_within}));
    }
  }
  return pairs;
}

Result<std::vector<MeanComparison>> games_howell(std::span<const Group> groups) {
  constexpr std::string_view kTest = "Games-Howell";
  if (Status status = check_groups(kTest, groups, 2); !status) return status.error();
  const std::vector<Moments> moments = moments_of_groups(groups);
  std::vector<MeanComparison> pairs;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (std::size_t j = i + 1; j < moments.size(); ++j) {
      if (moments[i].sum_squares <= 0.0 && moments[j].sum_squares <= 0.0) {
        return Error{
            fmt::format("{}: neither group {} nor group {} varies, so there is nothing to "
                        "judge their difference by; compare ranks (Dunn)",
                        kTest, quoted(groups[i].name), quoted(groups[j].name))};
      }
      pairs.push_back(compare(moments, i, j, welch_scale(moments[i], moments[j])));
    }
  }
  return pairs;
}

}  // namespace joulecast::analysis
