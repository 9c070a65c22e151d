// The projection of a run under way: blocks in, the forecast of the whole command out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "joulecast/live/engine.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/measured.h"
#include "joulecast/run/run.h"
#include "joulecast/step/training_projector.h"

namespace joulecast::live {

/// What was spent before the first block: imports, data sets, compilation.
struct StartUp {
  Joules energy;
  Seconds duration;
};

/// Wraps a step::TrainingProjector, which can only be made once the plan and the meters are known.
class LiveProjection {
 public:
  explicit LiveProjection(const EngineOptions& options) : options_(options) {}

  /// Whether such a plan can be projected at all.
  static Status check(const EngineOptions& options) {
    return LiveProjection(options).begin(options.plan);
  }

  /// What is measured; before the first add().
  void set_devices(const std::vector<Device>& devices);
  /// The next block, measured. Without an energy there is no projection from then on.
  void add(const Epoch& epoch, bool begins_phase, const Plan& plan);

  /// From now on there is no projection, for this reason.
  void give_up(const std::string& why) { failure_ = why; }

  bool begun() const { return projector_ != nullptr; }
  /// The whole run, start-up included; absent: see why_not().
  std::optional<Forecast> forecast(const Plan& plan, const StartUp& start_up,
                                   const step::RunningEpoch* running = nullptr) const;
  /// Why there is no forecast under this plan, and what would help.
  std::string why_not(const Plan& plan, std::int64_t blocks) const;

 private:
  Status begin(const Plan& plan);

  EngineOptions options_;
  std::unique_ptr<step::TrainingProjector> projector_;
  std::optional<Watts> power_limit_;
  Seconds sampling_interval_;
  std::optional<double> created_for_;  ///< The total that the projector was made for.
  std::string failure_;
};

}  // namespace joulecast::live
