#include "joulecast/analysis/run_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "joulecast/baselines/work_formulas.h"

namespace joulecast::analysis {
namespace {

// Energies of the epochs and what had been spent after each.
struct Spending {
  std::vector<Joules> epochs;
  std::vector<double> share;  ///< share[k]: of all joules, after k epochs.
  Joules total;
};

Spending spending_of(const EpochRun& run) {
  Spending spending;
  for (const Epoch& epoch : run.epochs) {
    spending.epochs.push_back(*epoch.energy);
    spending.total += *epoch.energy;
  }
  Joules spent;
  spending.share.push_back(0.0);
  for (const Joules energy : spending.epochs) {
    spent += energy;
    spending.share.push_back(spent / spending.total);
  }
  return spending;
}

void add_carbontracker(const Spending& spending, RunAnswers& answers) {
  const auto epochs = static_cast<double>(spending.epochs.size());
  for (const std::size_t first : {std::size_t{1}, std::size_t{3}}) {
    if (first >= spending.epochs.size()) continue;
    answers.answers.push_back(
        {.method = fmt::format("carbontracker-{}", first),
         .energy = baselines::carbontracker(std::span(spending.epochs).first(first), epochs),
         .low = {},
         .high = {},
         .spent = spending.share[first]});
  }
}

Status add_published(const std::string& name, const EpochRun& run, const Plan& plan,
                     const Spending& spending, RunAnswers& answers) {
  for (const char* method : {"step-power", "step-epoch"}) {
    ReplayRequest request;
    request.method = method;
    const auto replayed = replay(name, run, plan, request);
    if (!replayed) return replayed.error();
    const std::size_t needed = request.published.stabilizing_epochs + request.published.window;
    if (needed >= run.epochs.size()) continue;
    const Forecast& forecast = replayed->forecasts[needed - 1];
    if (!forecast.energy) continue;
    answers.answers.push_back({.method = method,
                               .energy = forecast.energy->value,
                               .low = forecast.energy->low,
                               .high = forecast.energy->high,
                               .spent = spending.share[needed]});
  }
  return {};
}

Status add_ours(const std::string& name, const EpochRun& run, const Plan& plan,
                const RunMoments& moments, const Spending& spending, RunAnswers& answers) {
  ReplayRequest request;
  request.phases = moments.phases;
  request.open_phases = moments.open_phases;
  const auto replayed = replay(name, run, plan, request);
  if (!replayed) return replayed.error();
  for (std::size_t seen = 1; seen < run.epochs.size(); ++seen) {
    const Forecast& forecast = replayed->forecasts[seen - 1];
    if (!forecast.energy) continue;
    answers.track.push_back({.epochs = static_cast<std::int64_t>(seen),
                             .spent = spending.share[seen],
                             .energy = forecast.energy->value,
                             .low = forecast.energy->low,
                             .high = forecast.energy->high});
  }
  for (const TrackPoint& point : answers.track) {
    const auto seen = static_cast<std::size_t>(point.epochs);
    if (std::find(moments.epochs.begin(), moments.epochs.end(), seen) == moments.epochs.end()) {
      continue;
    }
    answers.answers.push_back({.method = fmt::format("joulecast@{}", seen),
                               .energy = point.energy,
                               .low = point.low,
                               .high = point.high,
                               .spent = point.spent});
  }
  return {};
}

}  // namespace

Result<RunAnswers> run_answers(const std::string& name, const EpochRun& run, const Plan& recorded,
                               const RunMoments& moments) {
  if (run.epochs.size() == 1) {
    return Error{fmt::format("{}: it has one epoch, which leaves nothing to project", name)};
  }
  // The recording is whole, whatever was planned: the methods are told its own count.
  Plan plan = recorded;
  plan.total.reset();
  plan.duration.reset();
  const bool has_work = std::all_of(run.epochs.begin(), run.epochs.end(), [&](const Epoch& epoch) {
    return work_of(epoch, plan.unit).value_or(0.0) > 0.0;
  });
  if (!has_work) plan.unit = WorkUnit::kEpochs;

  RunAnswers answers;
  // Checks the epochs' energies too, before they are used.
  ReplayRequest probe;
  probe.method = "first-epochs";
  if (const auto checked = replay(name, run, plan, probe); !checked) return checked.error();
  const Spending spending = spending_of(run);
  answers.energy = spending.total;
  answers.duration = Seconds(run.epochs.back().end_s - run.epochs.front().start_s);
  add_carbontracker(spending, answers);
  if (Status status = add_published(name, run, plan, spending, answers); !status) {
    return status.error();
  }
  if (Status status = add_ours(name, run, plan, moments, spending, answers); !status) {
    return status.error();
  }
  return answers;
}

MeterScope scope_of(const EpochRun& run) {
  if (run.devices.empty()) return {};
  MeterScope scope{.gpu = false, .cpu = false, .memory = false, .whole_node = false};
  for (const EpochRun::DeviceEnergy& device : run.devices) {
    const DeviceKind kind = device.device.kind;
    if (kind == DeviceKind::kNode)
      return {.gpu = true, .cpu = true, .memory = true, .whole_node = true};
    scope.gpu = scope.gpu || kind == DeviceKind::kGpu || kind == DeviceKind::kUnknown;
    scope.cpu = scope.cpu || kind == DeviceKind::kCpu;
    scope.memory = scope.memory || kind == DeviceKind::kRam;
  }
  return scope;
}

}  // namespace joulecast::analysis
