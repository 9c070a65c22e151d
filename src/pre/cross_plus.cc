#include "pre/cross_plus.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulecast::pre {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

double log_or_nothing(double value) {
  return value > 0.0 ? std::log(value) : -std::numeric_limits<double>::infinity();
}

}  // namespace

CrossPlus cross_plus(std::span<const double> truth, std::span<const double> estimate,
                     std::span<const std::size_t> group_of_row,
                     std::span<const std::size_t> fold_of_group) {
  CrossPlus result;
  result.logs = std::all_of(estimate.begin(), estimate.end(), [](double e) { return e > 0.0; });
  std::vector<std::vector<double>> errors(fold_of_group.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = result.logs ? std::log(truth[i] / estimate[i]) : truth[i] - estimate[i];
    errors[group_of_row[i]].push_back(std::abs(error));
  }
  for (std::size_t group = 0; group < errors.size(); ++group) {
    result.left_out.push_back(
        {.fold = fold_of_group[group], .residual = median(std::move(errors[group]))});
  }
  return result;
}

std::optional<std::pair<double, double>> interval(const CrossPlus& left_out,
                                                  std::span<const double> by_fold) {
  const std::size_t n = left_out.left_out.size();
  const auto rank =
      static_cast<std::size_t>(std::ceil(kNominalCoverage * static_cast<double>(n + 1)));
  const bool any_missing =
      std::any_of(by_fold.begin(), by_fold.end(), [](double value) { return std::isnan(value); });
  if (rank > n || any_missing) return std::nullopt;
  std::vector<double> lows, highs;
  for (const LeftOutGroup& one : left_out.left_out) {
    const double center = left_out.logs ? log_or_nothing(by_fold[one.fold]) : by_fold[one.fold];
    lows.push_back(center - one.residual);
    highs.push_back(center + one.residual);
  }
  std::sort(lows.begin(), lows.end());
  std::sort(highs.begin(), highs.end());
  double low = lows[n - rank], high = highs[rank - 1];
  if (left_out.logs) {
    low = std::exp(low);
    high = std::exp(high);
  }
  return std::pair(std::max(0.0, low), std::max(0.0, high));
}

}  // namespace joulecast::pre
