#include "statistics.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace joulecast::accuracy {
namespace {

constexpr std::size_t kDraws = 2000;

}  // namespace

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const double place = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

double median(const std::vector<double>& values) { return percentile(values, 0.5); }

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

BootstrapMean bootstrap_mean(const std::vector<double>& values, std::uint64_t seed) {
  // The generator's own numbers: the distributions of <random> differ between libraries.
  std::mt19937_64 random(seed);
  std::vector<double> means;
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    double sum = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[random() % values.size()];
    means.push_back(sum / static_cast<double>(values.size()));
  }
  return {.mean = mean(values), .low = percentile(means, 0.025), .high = percentile(means, 0.975)};
}

std::vector<std::size_t> permutation(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t left = n; left > 1; --left) std::swap(order[left - 1], order[random() % left]);
  return order;
}

}  // namespace joulecast::accuracy
