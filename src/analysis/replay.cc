#include "joulecast/analysis/replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "joulecast/step/training_projector.h"

namespace joulecast::analysis {
namespace {

constexpr double kRounding = 1e-9;

// The plan in the run's own figures, after checking it against them.
struct CheckedPlan {
  WorkUnit unit = WorkUnit::kEpochs;
  double done = 0.0;   ///< Work of all epochs of the run.
  double total = 0.0;  ///< Of the whole training.
  bool complete = false;
  std::string total_from;
};

Status check_energies(const std::string& name, const EpochRun& run) {
  if (run.epochs.empty())
    return Error{fmt::format("{}: there are no epochs to project from", name)};
  for (const Epoch& epoch : run.epochs) {
    if (!epoch.energy) {
      return Error{
          fmt::format("{}: not every device has samples in epoch {} ({:.10g} s to {:.10g} s), so "
                      "its energy is not "
                      "known; are marks and samples of the same run and clock?",
                      name, epoch.number, epoch.start_s, epoch.end_s)};
    }
    if (!(epoch.energy->value() > 0.0)) {
      return Error{fmt::format(
          "{}: epoch {} took {} J; a meter that reads nothing is no basis for a projection", name,
          epoch.number, epoch.energy->value())};
    }
  }
  return {};
}

Result<CheckedPlan> check_plan(const std::string& name, const EpochRun& run, const Plan& recorded,
                               const ReplayRequest& request) {
  CheckedPlan plan;
  plan.unit = request.unit.value_or(request.total ? WorkUnit::kEpochs : recorded.unit);
  for (const Epoch& epoch : run.epochs) {
    const auto work = work_of(epoch, plan.unit);
    if (!work || !(*work > 0.0)) {
      return Error{fmt::format(
          "{}: epoch {} does not say how many {} it holds; give the plan in epochs, or a "
          "recording with a column {}",
          name, epoch.number, to_string(plan.unit), to_string(plan.unit))};
    }
    plan.done += *work;
  }
  const char* unit = to_string(plan.unit);
  constexpr double kMost = 1e15;
  if (request.total && !(*request.total <= kMost)) {
    return Error{fmt::format("--{} {:.6g} is more than any training has", unit, *request.total)};
  }
  if (request.total && plan.unit == WorkUnit::kEpochs &&
      *request.total != std::floor(*request.total)) {
    return Error{fmt::format("--epochs {}: give a whole number of epochs", *request.total)};
  }
  const double recorded_s = run.epochs.back().end_s - run.epochs.front().start_s;
  if (request.duration && request.duration->value() < recorded_s * (1.0 - kRounding)) {
    return Error{fmt::format(
        "--duration {:.6g} is less than the {:.6g} s that {} holds; give the whole training's",
        request.duration->value(), recorded_s, name)};
  }
  if (request.total && *request.total < plan.done * (1.0 - kRounding)) {
    return Error{fmt::format(
        "--{} {:.10g} is less than the {:.10g} {} that {} holds; give the whole training's "
        "number, or leave it out",
        unit, *request.total, plan.done, unit, name)};
  }
  if (request.total) {
    plan.total = *request.total;
    plan.total_from = fmt::format("planned, by --{}", unit);
  } else if (request.early_stopping) {
    // Nobody says how many: at most as many as the rule allows.
    plan.total = request.early_stopping->max_epochs.value_or(step::kMostEpochs);
  } else if (recorded.unit == plan.unit && recorded.total && *recorded.total >= plan.done) {
    plan.total = *recorded.total;
    plan.total_from = "planned, by the recording";
  } else {
    plan.total = plan.done;
    plan.total_from = "true count of the recording";
  }
  plan.complete = plan.total <= plan.done * (1.0 + kRounding);

  const double declared = std::accumulate(request.phases.begin(), request.phases.end(), 0.0);
  const bool fits = request.open_phases ? declared < plan.total
                                        : std::abs(declared - plan.total) <= kRounding * plan.total;
  if (!request.phases.empty() && !fits) {
    return Error{fmt::format(
        "the phases {} make {:.10g} {}, but the training has {:.10g}; {}",
        fmt::join(request.phases, ", "), declared, unit, plan.total,
        request.open_phases ? "nothing is left for the last one" : "end them with * for the rest")};
  }
  return plan;
}

std::string told_rule(const step::EarlyStoppingRule& rule) {
  std::string text = fmt::format("early stopping on {}", rule.metric);
  if (rule.patience) text += fmt::format(", patience {}", *rule.patience);
  if (rule.target) text += fmt::format(", target {}", *rule.target);
  if (rule.max_epochs) text += fmt::format(", at most {} epochs", *rule.max_epochs);
  if (rule.evaluate_every > 1) text += fmt::format(", every {} epochs", rule.evaluate_every);
  return text;
}

// How many epochs lie between two evaluations of the metric, as the whole recording has it: a part
// of the plan that the user did not state, so it is told.
int epochs_between(const EpochRun& run, const std::string& metric) {
  int first = 0;
  for (std::size_t i = 0; i < run.epochs.size(); ++i) {
    if (!metric_of(run.epochs[i], metric)) continue;
    const auto number = static_cast<int>(i + 1);
    if (first > 0) return number - first;
    first = number;
  }
  return std::max(1, first);
}

std::string told_total(const CheckedPlan& plan) {
  return fmt::format("{}: {:.10g} ({})", to_string(plan.unit), plan.total, plan.total_from);
}

Result<Replay> replay_published(const std::string& name, const EpochRun& run, const Plan& recorded,
                                const CheckedPlan& plan, const ReplayRequest& request,
                                step::PublishedMethod method) {
  const auto blocks = static_cast<double>(run.epochs.size());
  if (plan.unit != WorkUnit::kEpochs && !plan.complete) {
    return Error{
        fmt::format("{} counts epochs; give --epochs, or use --method joulecast", request.method)};
  }
  step::Told told;
  told.epochs = plan.unit == WorkUnit::kEpochs ? plan.total : blocks;
  told.epochs_from = plan.total_from;
  if (request.duration) {
    told.duration = request.duration;
    told.duration_from = "planned, by --duration";
  } else if (!plan.complete && recorded.duration) {
    told.duration = recorded.duration;
    told.duration_from = "planned, by the recording";
  } else if (plan.complete) {
    told.duration = Seconds(run.epochs.back().end_s - run.epochs.front().start_s);
    told.duration_from = "true duration of the recording";
  } else if (method == step::PublishedMethod::kStepPower) {
    return Error{fmt::format(
        "step-power multiplies by the duration of the whole training, and {} holds only {} of {} "
        "epochs; give --duration SECONDS, or use another method",
        name, blocks, plan.total)};
  }
  auto projector = step::make_published(method, told, request.published);
  if (!projector) return projector.error();
  Replay replay{.forecasts = {},
                .complete = plan.complete,
                .unit = plan.unit,
                .stability = {},
                .phase_changes = {}};
  for (const Epoch& epoch : run.epochs) replay.forecasts.push_back((*projector)->add(epoch));
  return replay;
}

// The GPUs' power limit where every watt is a GPU's; a node's or a CPU's power says nothing of it.
std::optional<Watts> power_limit(const EpochRun& run) {
  Watts sum;
  for (const EpochRun::DeviceEnergy& device : run.devices) {
    if (device.device.kind != DeviceKind::kGpu || !device.device.power_limit) return std::nullopt;
    sum += *device.device.power_limit;
  }
  return run.devices.empty() ? std::nullopt : std::optional(sum);
}

// The rule must fit the run: epochs, a metric that the recording has, a cap that it has not passed.
Status check_rule(const std::string& name, const EpochRun& run, const CheckedPlan& plan,
                  const step::EarlyStoppingRule& rule) {
  if (plan.unit != WorkUnit::kEpochs) {
    return Error{
        fmt::format("--early-stopping counts epochs, the plan is in {}", to_string(plan.unit))};
  }
  if (rule.max_epochs && *rule.max_epochs < plan.done) {
    return Error{
        fmt::format("--early-stopping: max={} is less than the {:.10g} epochs that {} holds",
                    *rule.max_epochs, plan.done, name)};
  }
  const auto has = [&](std::string_view metric) {
    return std::any_of(run.epochs.begin(), run.epochs.end(),
                       [&](const Epoch& epoch) { return metric_of(epoch, metric).has_value(); });
  };
  // A recording without any metric can still be bounded by the rule.
  if (has(rule.metric) || (!has("loss") && !has("val_loss") && !has("accuracy"))) return {};
  return Error{fmt::format(
      "{}: no epoch has the metric '{}' that the early-stopping rule watches; it has{}{}{}", name,
      rule.metric, has("loss") ? " loss" : "", has("val_loss") ? " val_loss" : "",
      has("accuracy") ? " accuracy" : "")};
}

Result<Replay> replay_online(const std::string& name, const EpochRun& run, const CheckedPlan& plan,
                             const ReplayRequest& request) {
  step::OnlinePlan online;
  online.unit = plan.unit;
  online.total_work = plan.total;
  online.phases = request.phases;
  if (request.evaluate_every) {
    const bool marked = std::any_of(run.epochs.begin(), run.epochs.end(), [](const Epoch& epoch) {
      return epoch.evaluation && epoch.evaluation->energy;
    });
    if (marked || plan.unit != WorkUnit::kEpochs) {
      online.evaluations = std::floor(plan.total / *request.evaluate_every + kRounding);
      online.evaluations_expected = true;
    } else {
      // Not marked, so they are inside their epochs: every Kth epoch takes longer.
      online.events_every = *request.evaluate_every;
    }
  }
  online.power_limit = request.power_limit ? request.power_limit : power_limit(run);
  online.sampling_interval = sampling_interval(run);
  online.coverage = request.published.coverage;

  const std::optional<step::EarlyStoppingRule>& rule = request.early_stopping;
  if (rule) {
    if (Status status = check_rule(name, run, plan, *rule); !status) return status.error();
    online.told.push_back(told_rule(*rule));
  } else {
    online.told.push_back(told_total(plan));
  }
  auto projector = step::TrainingProjector::create(online, rule);
  if (!projector) return Error{fmt::format("{}: {}", name, projector.error().message)};

  Replay replay{.forecasts = {},
                .complete = plan.complete,
                .unit = plan.unit,
                .stability = {},
                .phase_changes = {}};
  for (const Epoch& epoch : run.epochs) replay.forecasts.push_back((*projector)->add(epoch));
  // With early stopping a recording is whole if the rule has ended it, or its cap.
  if (rule) replay.complete = (*projector)->stopped() || plan.complete;
  replay.stability = (*projector)->projector().stability();
  replay.phase_changes = (*projector)->projector().phase_changes();
  return replay;
}

}  // namespace

Result<Replay> replay(const std::string& name, const EpochRun& run, const Plan& recorded,
                      const ReplayRequest& asked) {
  if (Status status = check_energies(name, run); !status) return status.error();
  ReplayRequest request = asked;
  if (request.early_stopping) {
    step::EarlyStoppingRule& rule = *request.early_stopping;
    if (!rule.max_epochs && request.total) {
      rule.max_epochs =
          static_cast<int>(std::min(*request.total, static_cast<double>(step::kMostEpochs)));
    }
    if (rule.evaluate_every == 1) rule.evaluate_every = epochs_between(run, rule.metric);
  }
  const auto plan = check_plan(name, run, recorded, request);
  if (!plan) return plan.error();
  if (const auto method = step::published_method(request.method)) {
    if (request.early_stopping || !request.phases.empty() || request.evaluate_every) {
      return Error{
          fmt::format("{} knows neither phases nor early stopping nor evaluations; leave those "
                      "options out, or use --method joulecast",
                      request.method)};
    }
    return replay_published(name, run, recorded, *plan, request, *method);
  }
  if (request.method != kMethods.front()) {
    const auto near = nearest(request.method, kMethods);
    return Error{fmt::format("there is no method '{}'{}; choose one of {}", request.method,
                             near ? fmt::format(" (did you mean '{}'?)", *near) : "",
                             fmt::join(kMethods, ", "))};
  }
  return replay_online(name, run, *plan, request);
}

}  // namespace joulecast::analysis
