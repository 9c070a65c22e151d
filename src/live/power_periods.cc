#include "live/power_periods.h"

#include <algorithm>
#include <string>

namespace joulecast::live {
namespace {

constexpr std::size_t kMostPoints = std::size_t{1} << 14;

}  // namespace

PowerPeriods::PowerPeriods(double interval_s) : tracker_(interval_s) {}

void PowerPeriods::add(double time_s, double power_w) {
  tracker_.add(time_s, power_w);
  const double since_s = curve_.empty() ? 0.0 : time_s - last_.time_s;
  last_ = {.time_s = time_s, .energy_j = last_.energy_j + power_w * since_s};
  if (!curve_.empty() && ++since_kept_ < stride_) return;
  since_kept_ = 0;
  curve_.push_back(last_);
  if (curve_.size() < kMostPoints) return;
  for (std::size_t i = 0; 2 * i < curve_.size(); ++i) curve_[i] = curve_[2 * i];
  curve_.resize(kMostPoints / 2);
  stride_ *= 2;
}

std::optional<step::Period> PowerPeriods::period() {
  const auto& analysis = tracker_.current();
  return analysis ? analysis->present() : std::nullopt;
}

double PowerPeriods::energy_at(double time_s) const {
  const auto after =
      std::lower_bound(curve_.begin(), curve_.end(), time_s,
                       [](const Point& point, double t) { return point.time_s < t; });
  if (after == curve_.begin()) return curve_.front().energy_j;
  const Point& before = *std::prev(after);
  const Point& next = after == curve_.end() ? last_ : *after;
  if (!(next.time_s > before.time_s)) return before.energy_j;
  const double share = std::min(1.0, (time_s - before.time_s) / (next.time_s - before.time_s));
  return before.energy_j + share * (next.energy_j - before.energy_j);
}

std::vector<Epoch> PowerPeriods::epochs() {
  std::vector<Epoch> epochs;
  const auto& analysis = tracker_.current();
  if (!analysis) return epochs;
  int phase = 0;
  for (const step::PowerPhase& stretch : analysis->phases) {
    ++phase;
    if (!stretch.period) continue;
    const std::vector<double>& cuts = stretch.period->cuts_s;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      Epoch epoch;
      epoch.number = static_cast<std::int64_t>(epochs.size()) + 1;
      epoch.phase = std::to_string(phase);
      epoch.start_s = cuts[i];
      epoch.end_s = cuts[i + 1];
      epoch.energy = Joules(energy_at(cuts[i + 1]) - energy_at(cuts[i]));
      epochs.push_back(epoch);
    }
  }
  return epochs;
}

}  // namespace joulecast::live
