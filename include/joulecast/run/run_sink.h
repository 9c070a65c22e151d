// How a run flows from where it is read or measured to where it is used, one event at a time, so
// that a week of samples needs no more memory than a minute.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "joulecast/run/run.h"

namespace joulecast {

/// Receives a run as a stream of events. Not thread-safe: one producer, one thread.
///
/// The producer promises: a device is announced once, before its first sample, and is from then on
/// called by its index in order of announcement; a device's samples come with strictly increasing
/// time and finite power >= 0; epochs come in order of time, and a reader that knows them gives all
/// of them before the first sample. Nothing comes after an error of the producer.
class RunSink {
 public:
  virtual ~RunSink() = default;
  virtual void device(const Device& device) = 0;
  virtual void epoch(const Epoch& epoch) = 0;
  virtual void sample(std::size_t device, double time_s, double power_w) = 0;
};

/// Hands every event on to several sinks, in the order given. They must outlive it.
class TeeSink : public RunSink {
 public:
  explicit TeeSink(std::vector<RunSink*> sinks) : sinks_(std::move(sinks)) {}
  void device(const Device& device) override;
  void epoch(const Epoch& epoch) override;
  void sample(std::size_t device, double time_s, double power_w) override;

 private:
  std::vector<RunSink*> sinks_;
};

/// Keeps the whole run in memory: 16 bytes a sample.
class RunCollector : public RunSink {
 public:
  void device(const Device& device) override;
  void epoch(const Epoch& epoch) override;
  void sample(std::size_t device, double time_s, double power_w) override;

  /// The run so far; the collector is empty afterwards.
  Run take();

 private:
  Run run_;
};

}  // namespace joulecast
