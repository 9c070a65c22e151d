// Opens the sources and starts the sampler without keeping the training waiting.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "joulecast/measure/clock.h"
#include "joulecast/measure/meter.h"
#include "joulecast/measure/sampler.h"
#include "joulecast/measure/sources.h"

namespace joulecast::live {

/// A vendor's library may take seconds to open, so it is done in a thread of its own, beside the
/// training; once it is done ready_fd() is readable. If the run ends before that the thread is left
/// behind and ends with the process.
class Measuring {
 public:
  /// With a source already at hand (a replay) nothing else is opened.
  Measuring(measure::SourceOptions options, std::unique_ptr<measure::Source> only,
            const measure::Clock& clock, Seconds interval);
  ~Measuring();
  Measuring(const Measuring&) = delete;
  Measuring& operator=(const Measuring&) = delete;

  int ready_fd() const;
  /// Once ready_fd() is readable: starts the sampler. False where nothing could be opened.
  bool begin();
  /// What could not be measured and why; after begin().
  const std::vector<std::string>& complaints() const { return complaints_; }

  /// After begin() answered true.
  measure::Meter& meter() { return *meter_; }
  measure::Sampler& sampler() { return *sampler_; }
  bool running() const { return sampler_ != nullptr; }

 private:
  struct Opening;
  std::shared_ptr<Opening> opening_;  // shared with the thread, which may outlive us
  const measure::Clock& clock_;
  Seconds interval_;
  std::unique_ptr<measure::Meter> meter_;
  std::unique_ptr<measure::Sampler> sampler_;
  std::vector<std::string> complaints_;
};

}  // namespace joulecast::live
