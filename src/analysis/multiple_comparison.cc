#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "joulecast/analysis/post_hoc.h"

namespace joulecast::analysis {
namespace {

using Order = std::vector<std::size_t>;

// Indices by rising p-value.
Order rising(std::span<const double> p_values) {
  Order order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<double> corrected(p_values.size());
  auto left = static_cast<double>(p_values.size());
  double at_least = 0.0;
  for (const std::size_t i : rising(p_values)) {
    at_least = std::max(at_least, std::min(1.0, left * p_values[i]));
    corrected[i] = at_least;
    left -= 1.0;
  }
  return corrected;
}

std::vector<double> bonferroni(std::span<const double> p_values) {
  std::vector<double> corrected;
  const auto tests = static_cast<double>(p_values.size());
  for (const double p : p_values) corrected.push_back(std::min(1.0, tests * p));
  return corrected;
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<double> corrected(p_values.size());
  const Order order = rising(p_values);
  const auto tests = static_cast<double>(p_values.size());
  double at_most = 1.0;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    at_most = std::min(at_most, p_values[i] * (tests / static_cast<double>(rank)));
    corrected[i] = at_most;
  }
  return corrected;
}

}  // namespace

Result<std::vector<double>> correct_p_values(std::span<const double> p_values,
                                             Correction correction) {
  for (const double p : p_values) {
    if (!(p >= 0.0 && p <= 1.0)) {
      return Error{fmt::format("multiple comparison: {} is not a p-value from 0 to 1", p)};
    }
  }
  switch (correction) {
    case Correction::kHolm:
      return holm(p_values);
    case Correction::kBonferroni:
      return bonferroni(p_values);
    case Correction::kBenjaminiHochberg:
      return benjamini_hochberg(p_values);
  }
  return Error{"multiple comparison: no such correction"};
}

}  // namespace joulecast::analysis
