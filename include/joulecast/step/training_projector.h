// A training's projection with its stopping rule: what recordings and live runs have in common.
#pragma once

#include <memory>
#include <optional>

#include "joulecast/base/result.h"
#include "joulecast/step/early_stopping.h"
#include "joulecast/step/online_projector.h"

namespace joulecast::step {

/// An OnlineProjector, and where a stopping rule is in force the mixture over the epochs after
/// which it may stop. Not thread-safe.
class TrainingProjector : public Projector {
 public:
  /// Errors: as OnlineProjector::create().
  static Result<std::unique_ptr<TrainingProjector>> create(
      const OnlinePlan& plan, const std::optional<EarlyStoppingRule>& rule);

  /// As OnlineProjector::add(). The rule's metric is taken from the epochs that stand at its
  /// evaluations (metric_of()); one without it improved nothing, before the first one there was
  /// none.
  Forecast add(const Epoch& epoch) override;
  void begin_phase() { projector_->begin_phase(); }

  /// The forecast now, after at least one block; if the whole is of another size than was planned.
  Forecast forecast_for(double total_work) const;
  /// Between two blocks. Where a stopping rule is in force: as after the last one.
  Forecast forecast_running(const RunningEpoch& running) const;

  /// Whether the rule has ended the training.
  bool stopped() const { return stopping_ && stopping_->stopped(); }
  const OnlineProjector& projector() const { return *projector_; }

 private:
  TrainingProjector(std::unique_ptr<OnlineProjector> projector,
                    const std::optional<EarlyStoppingRule>& rule);
  Forecast mixed() const;

  std::unique_ptr<OnlineProjector> projector_;
  std::optional<EarlyStoppingRule> rule_;
  std::optional<StoppingForecaster> stopping_;
  int epochs_ = 0;
  bool metric_seen_ = false;
};

}  // namespace joulecast::step
