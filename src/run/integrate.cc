#include "joulecast/run/integrate.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace joulecast {

WindowIntegrator::WindowIntegrator(std::vector<Window> windows)
    : windows_(std::move(windows)), energies_(windows_.size()) {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    assert(windows_[i].start_s < windows_[i].end_s);
    assert(i == 0 || windows_[i - 1].end_s <= windows_[i].start_s);
    // Every covered second will be taken off again.
    energies_[i].uncovered = Seconds(windows_[i].end_s - windows_[i].start_s);
  }
}

// Adds the trapezoid between two points to the windows that it meets.
void WindowIntegrator::add_span(double t0, double p0, double t1, double p1) {
  while (first_open_ < windows_.size() && windows_[first_open_].end_s <= t0) ++first_open_;
  const double slope = (p1 - p0) / (t1 - t0);
  for (std::size_t i = first_open_; i < windows_.size() && windows_[i].start_s < t1; ++i) {
    const double a = std::max(t0, windows_[i].start_s);
    const double b = std::min(t1, windows_[i].end_s);
    const double mean_w = p0 + slope * (0.5 * (a + b) - t0);
    energies_[i].energy += Joules(mean_w * (b - a));
    energies_[i].uncovered -= Seconds(b - a);
  }
}

void WindowIntegrator::add(double time_s, double power_w) {
  if (samples_ == 0) {
    first_t_ = time_s;
    first_p_ = power_w;
  } else {
    assert(time_s > last_t_);
    add_span(last_t_, last_p_, time_s, power_w);
    total_j_ += 0.5 * (last_p_ + power_w) * (time_s - last_t_);
    if (samples_ <= first_intervals_s_.size()) first_intervals_s_[samples_ - 1] = time_s - last_t_;
  }
  last_t_ = time_s;
  last_p_ = power_w;
  ++samples_;
}

std::vector<WindowEnergy> WindowIntegrator::finish() {
  if (samples_ >= 2) {
    const auto known = std::min(samples_ - 1, first_intervals_s_.size());
    const auto begin = first_intervals_s_.begin();
    const auto middle = begin + static_cast<std::ptrdiff_t>(known / 2);
    std::nth_element(begin, middle, begin + static_cast<std::ptrdiff_t>(known));
    const double hold_s = *middle;
    add_span(last_t_, last_p_, last_t_ + hold_s, last_p_);
    first_open_ = 0;
    add_span(first_t_ - hold_s, first_p_, first_t_, first_p_);
  }
  for (WindowEnergy& e : energies_) e.uncovered = std::max(e.uncovered, Seconds(0.0));
  return std::move(energies_);
}

void EpochIntegrator::device(const Device& device) { devices_.push_back(device); }

void EpochIntegrator::epoch(const Epoch& epoch) {
  assert(over_epochs_.empty() && "epochs come before samples");
  // What lies between two marks belongs to the block before it, unless that brought its own energy.
  if (!epochs_.empty() && !epochs_.back().energy) epochs_.back().end_s = epoch.start_s;
  epochs_.push_back(epoch);
}

// A device may be announced after another one's first samples.
void EpochIntegrator::begin_samples() {
  std::vector<Window> epochs, evaluations;
  epochs.reserve(epochs_.size());
  for (const Epoch& epoch : epochs_) {
    epochs.push_back({epoch.start_s, epoch.end_s});
    if (epoch.evaluation)
      evaluations.push_back({epoch.evaluation->start_s, epoch.evaluation->end_s});
  }
  while (over_epochs_.size() < devices_.size()) {
    over_epochs_.emplace_back(epochs);
    over_evaluations_.emplace_back(evaluations);
  }
}

void EpochIntegrator::sample(std::size_t device, double time_s, double power_w) {
  if (device >= over_epochs_.size()) begin_samples();
  over_epochs_[device].add(time_s, power_w);
  over_evaluations_[device].add(time_s, power_w);
}

EpochRun EpochIntegrator::finish() {
  begin_samples();
  EpochRun run;
  std::vector<WindowEnergy> sums(epochs_.size());
  std::vector<Joules> evaluation_sums(epochs_.size());
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    EpochRun::DeviceEnergy& device = run.devices.emplace_back();
    device.device = devices_[d];
    device.samples = over_epochs_[d].samples();
    device.total = over_epochs_[d].total();
    device.span = over_epochs_[d].span();
    const auto energies = over_epochs_[d].finish();
    for (std::size_t i = 0; i < energies.size(); ++i) {
      device.in_epochs += energies[i].energy;
      sums[i].energy += energies[i].energy;
      sums[i].uncovered = std::max(sums[i].uncovered, energies[i].uncovered);
    }
    const auto evaluations = over_evaluations_[d].finish();
    for (std::size_t i = 0; i < evaluations.size(); ++i)
      evaluation_sums[i] += evaluations[i].energy;
  }

  Origin origin = Origin::kCounter;
  for (const Device& device : devices_) origin = std::max(origin, device.origin);
  std::size_t evaluation = 0;
  for (std::size_t i = 0; i < epochs_.size(); ++i) {
    Epoch& epoch = epochs_[i];
    const bool covered = !devices_.empty() && sums[i].uncovered < 0.5 * epoch.duration();
    if (!epoch.energy && covered) {
      epoch.energy = sums[i].energy;
      epoch.energy_origin = origin;
      run.uncovered += sums[i].uncovered;
    }
    if (epoch.evaluation) {
      if (!epoch.evaluation->energy && covered) {
        epoch.evaluation->energy = evaluation_sums[evaluation];
      }
      ++evaluation;
    }
  }
  run.epochs = std::move(epochs_);
  return run;
}

Seconds sampling_interval(const EpochRun& run) {
  Seconds longest;
  for (const EpochRun::DeviceEnergy& device : run.devices) {
    if (device.device.origin != Origin::kIntegrated || device.samples < 2) continue;
    longest = std::max(longest, device.span / static_cast<double>(device.samples - 1));
  }
  return longest;
}

}  // namespace joulecast
