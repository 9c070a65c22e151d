#include "step/period_phases.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace joulecast::step {
namespace {

constexpr std::size_t kLevels = 32;
constexpr std::size_t kBlocks = 1024;

// Two stretches belong to different phases if their distributions of power are further apart than
// this (Kolmogorov and Smirnov's distance).
constexpr double kApart = 0.4;

using Counts = std::array<double, kLevels>;

// For each block, how many samples before it lie in each level; levels are quantiles of the whole.
std::vector<Counts> running_counts(std::span<const double> power_w, std::size_t block) {
  std::vector<double> sorted;
  sorted.reserve(power_w.size());
  std::copy_if(power_w.begin(), power_w.end(), std::back_inserter(sorted),
               [](double w) { return !std::isnan(w); });
  std::sort(sorted.begin(), sorted.end());
  std::array<double, kLevels - 1> edges{};
  for (std::size_t e = 0; e < edges.size() && !sorted.empty(); ++e) {
    edges[e] = sorted[(e + 1) * sorted.size() / kLevels];
  }
  std::vector<Counts> counts(1, Counts{});
  for (std::size_t i = 0; i < power_w.size(); ++i) {
    if (i % block == 0 && i > 0) counts.push_back(counts.back());
    if (std::isnan(power_w[i])) continue;
    const auto level = std::lower_bound(edges.begin(), edges.end(), power_w[i]) - edges.begin();
    counts.back()[static_cast<std::size_t>(level)] += 1.0;
  }
  counts.insert(counts.begin(), Counts{});
  return counts;
}

double total(const Counts& counts) {
  double sum = 0.0;
  for (const double c : counts) sum += c;
  return sum;
}

// Distance between the distributions in [from, at) and [at, to), blocks.
double distance(const Counts& from, const Counts& at, const Counts& to) {
  const double left = total(at) - total(from);
  const double right = total(to) - total(at);
  if (left <= 0.0 || right <= 0.0) return 0.0;
  double difference = 0.0;
  double most = 0.0;
  for (std::size_t l = 0; l < kLevels; ++l) {
    difference += (at[l] - from[l]) / left - (to[l] - at[l]) / right;
    most = std::max(most, std::abs(difference));
  }
  return most;
}

class Splitter {
 public:
  Splitter(std::vector<Counts> counts, std::size_t shortest)
      : counts_(std::move(counts)), shortest_(shortest) {}

  // Best split first, then each half; collects the blocks where a phase begins.
  void split(std::size_t from, std::size_t to, std::vector<std::size_t>& starts) const {
    std::size_t best = 0;
    double best_weighted = 0.0;
    const auto length = static_cast<double>(to - from);
    for (std::size_t at = from + shortest_; at + shortest_ <= to; ++at) {
      const auto left = static_cast<double>(at - from);
      const double weighted = distance(counts_[from], counts_[at], counts_[to]) *
                              std::sqrt(left * (length - left)) / length;
      if (weighted > best_weighted) {
        best_weighted = weighted;
        best = at;
      }
    }
    if (best == 0 || distance(counts_[from], counts_[best], counts_[to]) < kApart) return;
    split(from, best, starts);
    starts.push_back(best);
    split(best, to, starts);
  }

 private:
  std::vector<Counts> counts_;
  std::size_t shortest_;
};

}  // namespace

std::vector<std::size_t> phase_starts(std::span<const double> power_w, std::size_t shortest) {
  const std::size_t block = (power_w.size() + kBlocks - 1) / kBlocks;
  std::vector<std::size_t> starts{0};
  if (block == 0) return starts;
  std::vector<Counts> counts = running_counts(power_w, block);
  const std::size_t blocks = counts.size() - 1;
  const Splitter splitter(std::move(counts),
                          std::max<std::size_t>(1, (shortest + block - 1) / block));
  splitter.split(0, blocks, starts);
  for (std::size_t& s : starts) s *= block;
  return starts;
}

}  // namespace joulecast::step
