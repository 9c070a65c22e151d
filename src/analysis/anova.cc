#include "analysis/anova.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/distributions.h"
#include "analysis/group_check.h"
#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {
namespace {

constexpr std::string_view kAnova = "analysis of variance";
constexpr std::string_view kWelch = "Welch ANOVA";
constexpr std::string_view kLevene = "Levene";

double largest_of(std::span<const Group> groups) {
  double largest = 0.0;
  for (const Group& group : groups) {
    largest = std::max(largest, largest_magnitude(group.values));
  }
  return largest;
}

// Each value's distance to its group's centre.
std::vector<Group> distances(std::span<const Group> groups, Centre centre) {
  std::vector<Group> result(groups.begin(), groups.end());
  for (Group& group : result) {
    const double at =
        centre == Centre::kMedian ? median(group.values).value() : moments_of(group.values).mean;
    for (double& value : group.values) value = std::abs(value - at);
  }
  return result;
}

}  // namespace

std::vector<Moments> moments_of_groups(std::span<const Group> groups) {
  std::vector<Moments> moments;
  const double origin = groups.front().values.front();
  for (const Group& group : groups) moments.push_back(moments_of(group.values, origin));
  return moments;
}

GroupSquares group_squares(std::span<const Moments> groups) {
  Sum total, count, within, between;
  for (const Moments& group : groups) {
    count.add(group.n);
    total.add(group.n * group.mean);
    within.add(group.sum_squares);
  }
  const double grand = total.value() / count.value();
  for (const Moments& group : groups) {
    const double distance = group.mean - grand;
    between.add(group.n * distance * distance);
  }
  const double k = static_cast<double>(groups.size());
  return {.between = between.value(),
          .within = within.value(),
          .df_between = k - 1.0,
          .df_within = count.value() - k};
}

namespace {

FTest f_test(const GroupSquares& squares) {
  const double f = (squares.between / squares.df_between) / (squares.within / squares.df_within);
  return {.f = f,
          .df_between = squares.df_between,
          .df_within = squares.df_within,
          .p_value = f_above(f, squares.df_between, squares.df_within),
          .eta_squared = squares.between / (squares.between + squares.within)};
}

}  // namespace

Result<FTest> anova(std::span<const Group> groups) {
  if (Status status = check_groups(kAnova, groups, 2); !status) return status.error();
  const GroupSquares squares = group_squares(moments_of_groups(groups));
  if (squares.within <= 0.0) {
    return Error{
        fmt::format("{}: no group varies, so there is nothing to judge differences by", kAnova)};
  }
  return f_test(squares);
}

Result<FTest> levene(std::span<const Group> groups, Centre centre) {
  if (Status status = check_groups(kLevene, groups, 2); !status) return status.error();
  const GroupSquares squares = group_squares(moments_of_groups(distances(groups, centre)));
  const double n = squares.df_between + squares.df_within + 1.0;
  if (squares.within <= rounding_squares(n, largest_of(groups))) {
    return Error{
        fmt::format("{}: the distances to the {} do not vary within any group; variances "
                    "need more or less regular values",
                    kLevene, centre == Centre::kMedian ? "median" : "mean")};
  }
  return f_test(squares);
}

Result<FTest> welch_anova(std::span<const Group> groups) {
  if (Status status = check_groups(kWelch, groups, 2); !status) return status.error();
  const std::vector<Moments> moments = moments_of_groups(groups);
  const auto constant = std::find_if(moments.begin(), moments.end(),
                                     [](const Moments& m) { return m.sum_squares <= 0.0; });
  if (constant != moments.end()) {
    const Group& group = groups[static_cast<std::size_t>(constant - moments.begin())];
    return Error{
        fmt::format("{} does not vary, which gives it endless weight; leave it out or "
                    "compare ranks (Kruskal-Wallis)",
                    group_place(kWelch, group))};
  }
  const double k = static_cast<double>(groups.size());
  Sum weights, weighted;
  for (const Moments& m : moments) {
    weights.add(m.n / m.variance());
    weighted.add(m.n / m.variance() * m.mean);
  }
  const double mean = weighted.value() / weights.value();
  Sum between, imbalance;
  for (const Moments& m : moments) {
    const double weight = m.n / m.variance();
    const double distance = m.mean - mean;
    between.add(weight * distance * distance);
    const double rest = 1.0 - weight / weights.value();
    imbalance.add(rest * rest / (m.n - 1.0));
  }
  const double lambda = 3.0 * imbalance.value() / (k * k - 1.0);
  const double f = between.value() / (k - 1.0) / (1.0 + 2.0 * lambda * (k - 2.0) / 3.0);
  const GroupSquares squares = group_squares(moments);
  return FTest{.f = f,
               .df_between = k - 1.0,
               .df_within = 1.0 / lambda,
               .p_value = f_above(f, k - 1.0, 1.0 / lambda),
               .eta_squared = squares.between / (squares.between + squares.within)};
}

}  // namespace joulecast::analysis
