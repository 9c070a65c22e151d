#include "joulecast/step/training_projector.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "joulecast/step/stopping_mixture.h"

namespace joulecast::step {

Result<std::unique_ptr<TrainingProjector>> TrainingProjector::create(
    const OnlinePlan& plan, const std::optional<EarlyStoppingRule>& rule) {
  auto projector = OnlineProjector::create(plan);
  if (!projector) return projector.error();
  return std::unique_ptr<TrainingProjector>(
      new TrainingProjector(std::move(projector).value(), rule));
}

TrainingProjector::TrainingProjector(std::unique_ptr<OnlineProjector> projector,
                                     const std::optional<EarlyStoppingRule>& rule)
    : projector_(std::move(projector)), rule_(rule) {
  if (rule_) stopping_.emplace(*rule_);
}

Forecast TrainingProjector::add(const Epoch& epoch) {
  Forecast forecast = projector_->add(epoch);
  ++epochs_;
  if (!rule_) return forecast;
  const auto ended = stopping_->stopped();
  const auto metric = metric_of(epoch, rule_->metric);
  metric_seen_ = metric_seen_ || metric;
  if (metric_seen_ && epochs_ % rule_->evaluate_every == 0) {
    stopping_->add(metric.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  if (!ended) return mixed();
  forecast = projector_->forecast_for(epochs_);
  forecast.notes.push_back(fmt::format("the rule would have stopped after epoch {}", *ended));
  return forecast;
}

Forecast TrainingProjector::forecast_for(double total_work) const {
  return rule_ ? mixed() : projector_->forecast_for(total_work);
}

Forecast TrainingProjector::forecast_running(const RunningEpoch& running) const {
  return rule_ ? mixed() : projector_->forecast_running(running);
}

Forecast TrainingProjector::mixed() const {
  Forecast forecast = forecast_stopping(*projector_, stopping_->forecast());
  if (!metric_seen_) {
    forecast.notes.push_back(fmt::format("no {} in the recording so far", rule_->metric));
  }
  return forecast;
}

}  // namespace joulecast::step
