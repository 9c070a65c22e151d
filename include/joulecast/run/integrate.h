// Energy from sampled power.
//
// Rules (METHODS "Measurement as published", made exact): power is linear between two samples
// (trapezoid) and is interpolated where a window's edge falls between them, so windows that touch
// share no joule and lose none. Before a trace's first sample the first power is held, after its
// last sample the last one, each for at most one typical (median) sampling interval; what a window
// covers beyond that is not energy but `uncovered` time, and is reported.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/run/run.h"
#include "joulecast/run/run_sink.h"

namespace joulecast {

/// A stretch of time; start_s < end_s.
struct Window {
  double start_s;
  double end_s;
};

/// The energy of one window.
struct WindowEnergy {
  Joules energy;
  Seconds uncovered;  ///< Part of the window that no sample vouches for; zero in a good recording.
};

/// Integrates a stream of samples of one device over windows known beforehand.
/// O(1) per sample; memory per window only. Not thread-safe.
class WindowIntegrator {
 public:
  /// Windows in order of time; they may touch but not overlap.
  explicit WindowIntegrator(std::vector<Window> windows);

  /// The next sample; time strictly later than the one before.
  void add(double time_s, double power_w);

  /// The energy of each window, in the order given. Call once, after the last sample.
  std::vector<WindowEnergy> finish();

  /// From the first to the last sample, windows or not.
  Joules total() const { return Joules(total_j_); }
  Seconds span() const { return Seconds(last_t_ - first_t_); }
  std::size_t samples() const { return samples_; }

 private:
  void add_span(double t0, double p0, double t1, double p1);

  std::vector<Window> windows_;
  std::vector<WindowEnergy> energies_;
  std::size_t first_open_ = 0;  ///< Windows before it have ended.
  std::size_t samples_ = 0;
  double first_t_ = 0.0, first_p_ = 0.0, last_t_ = 0.0, last_p_ = 0.0;
  double total_j_ = 0.0;
  /// The first sampling intervals: their median is "typical".
  std::array<double, 255> first_intervals_s_{};
};

/// What a run took, cut into its epochs.
struct EpochRun {
  struct DeviceEnergy {
    Device device;
    std::size_t samples = 0;
    Joules in_epochs;  ///< Sum over the epochs.
    Joules total;      ///< First to last sample.
    Seconds span;      ///< First to last sample.
  };
  Plan plan;
  std::vector<Epoch>
      epochs;  ///< Each with its energy, unless the run has neither that nor samples.
  std::vector<DeviceEnergy> devices;
  Seconds uncovered;  ///< Time inside epochs for which some device has no sample.
};

/// How far apart the samples are that the run's energies were integrated from: the coarsest
/// device's mean interval; zero for energies that a counter, a model or another tool gave.
Seconds sampling_interval(const EpochRun& run);

/// Integrates a stream of events into EpochRun, keeping no samples. An epoch that brings its own
/// energy keeps it; any other lasts until the next one begins. An epoch for more than half of which
/// some device has no sample has no energy.
class EpochIntegrator : public RunSink {
 public:
  void device(const Device& device) override;
  void epoch(const Epoch& epoch) override;
  void sample(std::size_t device, double time_s, double power_w) override;

  /// Call once, after the last event.
  EpochRun finish();

 private:
  void begin_samples();

  std::vector<Epoch> epochs_;
  std::vector<Device> devices_;
  std::vector<WindowIntegrator> over_epochs_, over_evaluations_;
};

}  // namespace joulecast
