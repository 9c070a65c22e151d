#include "joulecast/step/period.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "step/period_grid.h"
#include "step/period_stretches.h"

namespace joulecast::step {
namespace {

constexpr std::size_t kMostBins = std::size_t{1} << 18;
constexpr std::size_t kMostSlots = std::size_t{1} << 16;
// A period has at least so many bins.
constexpr double kFewestBins = 6.0;
// Fewer epochs than this are no repetition.
constexpr std::size_t kFewestEpochs = 3;
// The tracker looks anew when the trace has grown by this share, or by a period if that is sooner,
// but not before it has grown by this one.
constexpr double kGrown = 0.05;
constexpr double kHardlyGrown = 0.005;

// From a half, where the evidence just suffices, to 1; less where epochs are of unequal length.
double confidence(double evidence, double regular) {
  const double share = kPeriodEvidence / evidence;
  return regular * (1.0 - 0.5 * share * share);
}

PowerPhase phase_of(const Stretch& stretch, const Grid& grid) {
  const auto from = static_cast<double>(stretch.from);
  PowerPhase phase;
  phase.start_s = grid.time_s(from);
  phase.end_s = grid.time_s(static_cast<double>(stretch.to));
  if (!stretch.found || stretch.cuts.match.size() < kFewestEpochs) return phase;
  Period& period = phase.period.emplace();
  period.seconds = stretch.cuts.period * grid.bin_s;
  period.confidence = confidence(stretch.found->significance, stretch.cuts.regular);
  period.cuts_s.reserve(stretch.cuts.at.size());
  for (const double at : stretch.cuts.at) period.cuts_s.push_back(grid.time_s(from + at));
  return phase;
}

std::optional<Error> wrong_with(std::span<const double> time_s, std::span<const double> power_w,
                                const PeriodOptions& options) {
  if (time_s.size() != power_w.size()) {
    return Error{fmt::format("{} times but {} powers; give one power for each time", time_s.size(),
                             power_w.size())};
  }
  if (time_s.size() < 2) return Error{"a power trace needs at least two samples"};
  for (std::size_t i = 0; i < time_s.size(); ++i) {
    if (!std::isfinite(time_s[i]) || !std::isfinite(power_w[i])) {
      return Error{fmt::format("sample {} of the power trace is not a finite number", i + 1)};
    }
    if (i > 0 && time_s[i] <= time_s[i - 1]) {
      return Error{fmt::format("sample {} of the power trace is not after the one before", i + 1)};
    }
  }
  for (const auto& limit : {options.shortest_s, options.longest_s}) {
    if (limit && !(*limit > 0.0)) return Error{"a limit of the period must be above 0 s"};
  }
  if (options.shortest_s && options.longest_s && *options.shortest_s >= *options.longest_s) {
    return Error{fmt::format("the shortest period, {} s, must be below the longest, {} s",
                             *options.shortest_s, *options.longest_s)};
  }
  return std::nullopt;
}

}  // namespace

const std::optional<Period>& PeriodAnalysis::latest() const {
  const auto found = std::find_if(phases.rbegin(), phases.rend(),
                                  [](const PowerPhase& p) { return p.period.has_value(); });
  return found != phases.rend() ? found->period : present();
}

Result<PeriodAnalysis> detect_period(std::span<const double> time_s,
                                     std::span<const double> power_w,
                                     const PeriodOptions& options) {
  if (auto error = wrong_with(time_s, power_w, options)) return std::move(*error);
  const Grid grid = to_grid(time_s, power_w, kMostBins);
  const PeriodLimits limits{
      .shortest = std::max(kFewestBins, options.shortest_s.value_or(0.0) / grid.bin_s),
      .longest = options.longest_s.value_or(std::numeric_limits<double>::infinity()) / grid.bin_s};
  PeriodAnalysis analysis;
  for (const Stretch& stretch : divide(grid.power_w, limits)) {
    analysis.phases.push_back(phase_of(stretch, grid));
  }
  analysis.phases.back().end_s = time_s.back();
  return analysis;
}

PeriodTracker::PeriodTracker(double slot_s, const PeriodOptions& options)
    : options_(options), slot_s_(slot_s) {
  assert(slot_s > 0.0);
}

void PeriodTracker::add(double time_s, double power_w) {
  if (!std::isfinite(time_s) || !std::isfinite(power_w)) return;
  if (last_s_ && time_s <= *last_s_) return;
  if (!last_s_) slot_end_s_ = time_s + slot_s_;
  last_s_ = time_s;
  if (time_s >= slot_end_s_) {
    if (in_slot_ > 0) {
      time_s_.push_back(sum_t_ / static_cast<double>(in_slot_));
      power_w_.push_back(sum_w_ / static_cast<double>(in_slot_));
    }
    sum_t_ = sum_w_ = 0.0;
    in_slot_ = 0;
    slot_end_s_ += slot_s_ * (std::floor((time_s - slot_end_s_) / slot_s_) + 1.0);
    if (time_s_.size() >= kMostSlots) halve();
  }
  sum_t_ += time_s;
  sum_w_ += power_w;
  ++in_slot_;
}

void PeriodTracker::halve() {
  const std::size_t half = time_s_.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    time_s_[i] = (time_s_[2 * i] + time_s_[2 * i + 1]) / 2.0;
    power_w_[i] = (power_w_[2 * i] + power_w_[2 * i + 1]) / 2.0;
  }
  time_s_.resize(half);
  power_w_.resize(half);
  slot_s_ *= 2.0;
}

const std::optional<PeriodAnalysis>& PeriodTracker::current() {
  if (time_s_.size() < 2) return analysis_;
  const double length_s = time_s_.back() - time_s_.front();
  if (analysis_) {
    double enough_s = kGrown * length_s;
    if (const auto& period = analysis_->present()) enough_s = std::min(enough_s, period->seconds);
    enough_s = std::max(enough_s, kHardlyGrown * length_s);
    if (length_s - looked_at_s_ < enough_s) return analysis_;
  }
  looked_at_s_ = length_s;
  Result<PeriodAnalysis> analysis = detect_period(time_s_, power_w_, options_);
  if (analysis) analysis_ = std::move(*analysis);
  return analysis_;
}

}  // namespace joulecast::step
