#include "step/period_stretches.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "step/period_phases.h"
#include "step/period_prepare.h"

namespace joulecast::step {
namespace {

// A stretch has at least so many bins, and this share of the trace.
constexpr std::size_t kShortest = 30;
constexpr double kShortestShare = 0.02;
// It is longer than so many periods of the whole: shorter, it is part of an epoch.
constexpr double kShortestPeriods = 2.5;
// Two stretches are one if there is about as much evidence for the whole as for both apart; if the
// one's period is a multiple of the other's, more so.
constexpr double kTogether = 0.8;
constexpr double kTogetherMultiple = 0.97;
constexpr double kSamePeriod = 0.1;
constexpr double kMostMultiple = 3.5;
// Epochs of one phase match its mean epoch about equally well: at least this share of each other.
constexpr double kSameShape = 0.6;
// A longer interval is a break between epochs.
constexpr double kBreak = 1.5;

class Divider {
 public:
  Divider(std::span<const double> power_w, PeriodLimits limits)
      : power_w_(power_w), limits_(limits) {}

  std::vector<Stretch> divide() const {
    std::vector<Stretch> stretches = by_level();
    extend(stretches);
    std::vector<Stretch> result;
    for (Stretch& s : stretches) cut(std::move(s), result);
    return result;
  }

 private:
  std::span<const double> power(std::size_t from, std::size_t to) const {
    return power_w_.subspan(from, to - from);
  }

  Stretch look(std::size_t from, std::size_t to) const {
    return {.from = from, .to = to, .found = search_period(power(from, to), limits_), .cuts = {}};
  }

  // Where the level changes for good; drifts are put together again.
  std::vector<Stretch> by_level() const {
    const std::size_t n = power_w_.size();
    const Stretch whole = look(0, n);
    auto shortest =
        std::max(kShortest, static_cast<std::size_t>(kShortestShare * static_cast<double>(n)));
    if (whole.found) {
      shortest = std::max(shortest, static_cast<std::size_t>(kShortestPeriods * whole.found->bins));
    }
    const std::vector<std::size_t> starts = phase_starts(power_w_, shortest);
    if (starts.size() == 1) return {whole};
    std::vector<Stretch> result;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      result.push_back(look(starts[i], i + 1 < starts.size() ? starts[i + 1] : n));
      while (result.size() > 1 && join_last(result)) continue;
    }
    return result;
  }

  // The last two are one if they repeat themselves together.
  bool join_last(std::vector<Stretch>& stretches) const {
    const Stretch& a = stretches[stretches.size() - 2];
    const Stretch& b = stretches.back();
    if (!a.found || !b.found) return false;
    const auto [shorter, longer] = std::minmax(a.found->bins, b.found->bins);
    const double ratio = longer / shorter;
    if (ratio > kMostMultiple) return false;
    if (std::abs(ratio / std::round(ratio) - 1.0) > kSamePeriod) return false;
    Stretch both = look(a.from, b.to);
    const double first = a.found->significance, second = b.found->significance;
    const double apart = std::sqrt(first * first + second * second);
    const double enough = ratio < 1.0 + kSamePeriod ? kTogether : kTogetherMultiple;
    if (!both.found || both.found->significance < enough * apart) return false;
    stretches.pop_back();
    stretches.back() = std::move(both);
    return true;
  }

  // Epochs go on into a neighbour that alone is too short to show a period: moves the border to
  // where they end, and drops the neighbour if little of it is left.
  void extend(std::vector<Stretch>& stretches) const {
    for (std::size_t i = 0; i + 1 < stretches.size();) {
      Stretch& a = stretches[i];
      Stretch& b = stretches[i + 1];
      if (a.found.has_value() == b.found.has_value()) {
        ++i;
        continue;
      }
      const bool forward = a.found.has_value();
      const FoundPeriod found = forward ? *a.found : *b.found;
      const std::size_t border = reach(a, b, found.bins, forward);
      const std::size_t left = forward ? b.to - border : border - a.from;
      if (left < std::max(kShortest / 2, static_cast<std::size_t>(found.bins))) {
        stretches[i + 1] = {.from = a.from, .to = b.to, .found = found, .cuts = {}};
        stretches.erase(stretches.begin() + static_cast<std::ptrdiff_t>(i));
        i -= i > 0 ? 1 : 0;
      } else {
        a.to = b.from = border;
        ++i;
      }
    }
  }

  // How far the epochs of the one stretch go into the other.
  std::size_t reach(const Stretch& a, const Stretch& b, double period, bool forward) const {
    const Cuts cuts = cut_at_period(prepared(power(a.from, b.to)), period);
    const auto border = static_cast<double>(b.from - a.from);
    const auto inside = [&](std::size_t i) {
      return ((cuts.at[i] + cuts.at[i + 1]) / 2.0 < border) == forward;
    };
    double usual = 0.0;
    int count = 0;
    for (std::size_t i = 0; i < cuts.match.size(); ++i) {
      if (!inside(i)) continue;
      usual += cuts.match[i];
      ++count;
    }
    usual /= std::max(1, count);

    double farthest = border;
    int misses = 0;  // one is a restart or a hiccup; two in a row are another phase
    const auto visit = [&](std::size_t i) {
      if (inside(i)) return true;
      const bool goes_on =
          cuts.at[i + 1] - cuts.at[i] < kBreak * cuts.period && cuts.match[i] >= kSameShape * usual;
      if (goes_on) farthest = forward ? cuts.at[i + 1] : cuts.at[i];
      misses = goes_on ? 0 : misses + 1;
      return misses < 2;
    };
    const std::size_t epochs = cuts.match.size();
    for (std::size_t i = 0; i < epochs; ++i) {
      if (!visit(forward ? i : epochs - 1 - i)) break;
    }
    farthest = forward ? std::max(farthest, border) : std::min(farthest, border);
    return a.from + static_cast<std::size_t>(std::llround(farthest));
  }

  // Cuts the stretch, and divides it where its first epochs do not look like the rest.
  void cut(Stretch stretch, std::vector<Stretch>& result) const {
    if (stretch.found) {
      stretch.cuts = cut_at_period(prepared(power(stretch.from, stretch.to)), stretch.found->bins);
      if (const std::size_t head = other_head(stretch.cuts); head > 0) {
        cut(look(stretch.from, stretch.from + head), result);
        cut(look(stretch.from + head, stretch.to), result);
        return;
      }
    }
    result.push_back(std::move(stretch));
  }

  // The first bins that belong to another phase of the same power; 0 if there is none.
  static std::size_t other_head(const Cuts& cuts) {
    constexpr std::size_t kFewest = 5;  // epochs to know the usual match
    if (cuts.match.size() < kFewest) return 0;
    const double usual = median_of(cuts.match);
    std::size_t epochs = 0;
    while (epochs < cuts.match.size() / 2 && cuts.match[epochs] < kSameShape * usual) ++epochs;
    const double head = cuts.at[epochs];
    if (head < kShortestPeriods * cuts.period) return 0;
    const auto bins = static_cast<std::size_t>(std::llround(head));
    return bins < kShortest ? 0 : bins;
  }

  std::span<const double> power_w_;
  PeriodLimits limits_;
};

}  // namespace

std::vector<Stretch> divide(std::span<const double> power_w, PeriodLimits limits) {
  return Divider(power_w, limits).divide();
}

}  // namespace joulecast::step
