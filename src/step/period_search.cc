#include "step/period_search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "step/period_cuts.h"
#include "step/period_prepare.h"

namespace joulecast::step {
namespace {

// A period within a longer pattern that has the evidence: enough to tell it from noise.
constexpr double kLeastEvidence = 4.5;
// So many periods, from the middle, are cut to see which period it is.
constexpr double kJudged = 200.0;
// Cuts that come out further than this from the period that they were to follow are of another.
constexpr double kSamePeriod = 0.1;
// At least this share of the epochs has the period's length,
constexpr double kRegular = 0.6;
// and they cover at least this share of the stretch.
constexpr double kCovered = 0.6;
// Epochs cut at one period are as much alike as those cut at another if it is at least this share.
constexpr double kAlike = 0.9;
// Once more without what lies outside the epochs, if it is more than this share of a period.
constexpr double kOutside = 0.2;

std::span<const double> middle(std::span<const double> series, double length) {
  const auto n = static_cast<double>(series.size());
  if (n <= length) return series;
  return series.subspan(static_cast<std::size_t>((n - length) / 2.0),
                        static_cast<std::size_t>(length));
}

// How much the epochs are alike that the offered period cuts; 0 if it is none.
double likeness(std::span<const double> series, const FoundPeriod& offer) {
  const Cuts cuts = cut_at_period(middle(series, kJudged * offer.bins), offer.bins);
  if (std::abs(cuts.period / offer.bins - 1.0) >= kSamePeriod) return 0.0;
  if (cuts.regular < kRegular) return 0.0;
  if (offer.significance * cuts.alike < kLeastEvidence) return 0.0;
  return cuts.alike * std::min(1.0, cuts.covered / kCovered);
}

// The smallest offer whose epochs are about as much alike as those of any: epochs that are cut at a
// fraction of the period differ.
std::optional<FoundPeriod> choose(std::span<const double> series, PeriodLimits limits) {
  const std::vector<FoundPeriod> offers = find_periods(series, limits.shortest, limits.longest);
  std::vector<double> alike;
  alike.reserve(offers.size());
  double most = 0.0;
  for (const FoundPeriod& offer : offers) {
    alike.push_back(likeness(series, offer));
    most = std::max(most, alike.back());
  }
  for (std::size_t i = 0; i < offers.size(); ++i) {
    if (alike[i] <= 0.0 || alike[i] < kAlike * most) continue;
    const double evidence = alike[i] * std::max(offers[i].significance, offers.back().significance);
    if (evidence < kPeriodEvidence) return std::nullopt;
    return FoundPeriod{.bins = offers[i].bins, .significance = evidence};
  }
  return std::nullopt;
}

}  // namespace

std::optional<FoundPeriod> search_period(std::span<const double> power_w, PeriodLimits limits) {
  const std::vector<double> series = prepared(power_w);
  std::optional<FoundPeriod> found = choose(series, limits);
  if (!found) {
    // Warming up may hide it: once more without what changes slowly.
    std::vector<double> fast = series;
    const std::size_t window = series.size() / 4;
    remove_slow(fast, window);
    found = choose(fast, {.shortest = limits.shortest,
                          .longest = std::min(limits.longest, static_cast<double>(window))});
    if (!found) return std::nullopt;
  }
  // What lies before the first epoch and after the last (idling, the end of another phase) disturbs
  // the search: once more between them.
  const Cuts cuts = cut_at_period(series, found->bins);
  if (cuts.at.size() < 2) return found;
  const auto first = static_cast<std::size_t>(cuts.at.front());
  const auto last = std::min(series.size(), static_cast<std::size_t>(std::ceil(cuts.at.back())));
  const auto outside = static_cast<double>(series.size() - (last - first));
  if (outside < kOutside * found->bins) return found;
  const auto closer = choose(prepared(power_w.subspan(first, last - first)), limits);
  return closer ? closer : found;
}

}  // namespace joulecast::step
