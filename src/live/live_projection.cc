#include "live/live_projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulecast::live {
namespace {

// Without a plan the projector is made for more than any training has; nothing it answers then is
// shown before a plan comes.
constexpr double kNoPlan = 1e9;

template <typename Q>
void shift(std::optional<Estimate<Q>>& estimate, Q by) {
  if (!estimate) return;
  estimate->value += by;
  if (estimate->low) *estimate->low += by;
  if (estimate->high) *estimate->high += by;
}

// The GPUs' limit where every watt is a GPU's, as for recordings.
std::optional<Watts> sum_of_limits(const std::vector<Device>& devices) {
  Watts sum;
  for (const Device& device : devices) {
    if (device.kind != DeviceKind::kGpu || !device.power_limit) return std::nullopt;
    sum += *device.power_limit;
  }
  return devices.empty() ? std::nullopt : std::optional(sum);
}

}  // namespace

void LiveProjection::set_devices(const std::vector<Device>& devices) {
  power_limit_ = sum_of_limits(devices);
  const bool counters = std::all_of(devices.begin(), devices.end(), [](const Device& device) {
    return device.origin != Origin::kIntegrated;
  });
  sampling_interval_ = counters ? Seconds(0.0) : Seconds(0.1);
}

Status LiveProjection::begin(const Plan& plan) {
  step::OnlinePlan online;
  online.unit = plan.unit;
  online.total_work = plan.total.value_or(kNoPlan);
  online.phases = options_.phases;
  std::optional<step::EarlyStoppingRule> rule = options_.early_stopping;
  if (rule && !rule->max_epochs && plan.total) {
    rule->max_epochs =
        static_cast<int>(std::min(*plan.total, static_cast<double>(step::kMostEpochs)));
  }
  if (rule && !plan.total) online.total_work = rule->max_epochs.value_or(step::kMostEpochs);
  if (options_.evaluate_every) {
    if (plan.unit != WorkUnit::kEpochs && plan.total) {
      online.evaluations = std::floor(*plan.total / *options_.evaluate_every);
      online.evaluations_expected = true;
    } else {
      online.events_every = *options_.evaluate_every;
    }
  }
  online.power_limit = power_limit_;
  online.sampling_interval = sampling_interval_;
  online.coverage = options_.coverage;
  auto projector = step::TrainingProjector::create(online, rule);
  if (!projector) return projector.error();
  projector_ = std::move(projector).value();
  created_for_ = plan.total;
  return {};
}

void LiveProjection::add(const Epoch& epoch, bool begins_phase, const Plan& plan) {
  if (!failure_.empty()) return;
  if (!epoch.energy || !(epoch.energy->value() > 0.0)) {
    failure_ =
        fmt::format("block {} was not measured whole, so the total is not known", epoch.number);
    return;
  }
  const auto work = work_of(epoch, plan.unit);
  if (!work || !(*work > 0.0)) {
    failure_ = fmt::format("block {} does not say how many {} it holds", epoch.number,
                           to_string(plan.unit));
    return;
  }
  if (!projector_) {
    if (const Status status = begin(plan); !status) {
      failure_ = status.error().message;
      return;
    }
  }
  if (begins_phase) projector_->begin_phase();
  projector_->add(epoch);
}

std::optional<Forecast> LiveProjection::forecast(const Plan& plan, const StartUp& start_up,
                                                 const step::RunningEpoch* running) const {
  if (!projector_ || !failure_.empty()) return std::nullopt;
  if (!plan.total && !options_.early_stopping) return std::nullopt;
  Forecast forecast = running != nullptr && created_for_ == plan.total
                          ? projector_->forecast_running(*running)
                          : projector_->forecast_for(plan.total.value_or(kNoPlan));
  shift(forecast.energy, start_up.energy);
  shift(forecast.duration, start_up.duration);
  if (forecast.energy && forecast.duration && forecast.power) {
    const double changed =
        (forecast.energy->value / forecast.duration->value).value() / forecast.power->value.value();
    forecast.power->value = forecast.power->value * changed;
    if (forecast.power->low) *forecast.power->low = *forecast.power->low * changed;
    if (forecast.power->high) *forecast.power->high = *forecast.power->high * changed;
  }
  return forecast;
}

std::string LiveProjection::why_not(const Plan& plan, std::int64_t blocks) const {
  if (!failure_.empty()) return "no projection: " + failure_;
  if (!plan.total && !options_.early_stopping) {
    return "no projection: how long the training is nobody said (--epochs N or --steps N)";
  }
  if (blocks == 0) return "the projection begins with the first block that ends";
  return "the first block's energy will be known in a moment";
}

}  // namespace joulecast::live
