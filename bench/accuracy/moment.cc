#include "moment.h"

#include "joulecast/run/integrate.h"

namespace joulecast::accuracy {
namespace {

double joules_between(const NamedRun& run, double from_s, double to_s) {
  double joules = 0.0;
  for (const Trace& trace : run.traces) {
    WindowIntegrator integrator({{.start_s = from_s, .end_s = to_s}});
    for (std::size_t i = 0; i < trace.time_s.size(); ++i) {
      integrator.add(trace.time_s[i], trace.power_w[i]);
    }
    joules += integrator.finish().front().energy.value();
  }
  return joules;
}

}  // namespace

double work_at(const NamedRun& run, std::size_t index) {
  return work_of(run.run.epochs[index], run.plan.unit).value_or(1.0);
}

double total_joules(const NamedRun& run) {
  double sum = 0.0;
  for (const Epoch& epoch : run.run.epochs) sum += epoch.energy->value();
  return sum;
}

double total_work(const NamedRun& run) {
  double sum = 0.0;
  for (std::size_t i = 0; i < run.run.epochs.size(); ++i) sum += work_at(run, i);
  return sum;
}

std::optional<Moment> after_epochs(const NamedRun& run, std::size_t epochs) {
  if (epochs == 0 || epochs >= run.run.epochs.size()) return std::nullopt;
  Moment moment;
  moment.epochs = epochs;
  for (std::size_t i = 0; i < epochs; ++i) {
    moment.spent_j += run.run.epochs[i].energy->value();
    moment.done += work_at(run, i);
  }
  return moment;
}

std::optional<Moment> at_fraction(const NamedRun& run, double fraction) {
  constexpr double kRounding = 1e-9;
  const double due = fraction * total_work(run);
  Moment moment;
  while (moment.epochs < run.run.epochs.size() &&
         moment.done + work_at(run, moment.epochs) <= due + kRounding) {
    moment.spent_j += run.run.epochs[moment.epochs].energy->value();
    moment.done += work_at(run, moment.epochs);
    ++moment.epochs;
  }
  if (moment.epochs == 0 || moment.epochs >= run.run.epochs.size()) return std::nullopt;
  const double work = due - moment.done;
  if (work <= kRounding) return moment;
  if (run.traces.empty()) return std::nullopt;
  const Epoch& epoch = run.run.epochs[moment.epochs];
  const double training_end_s = epoch.evaluation ? epoch.evaluation->start_s : epoch.end_s;
  const double seconds = work / work_at(run, moment.epochs) * (training_end_s - epoch.start_s);
  const double joules = joules_between(run, epoch.start_s, epoch.start_s + seconds);
  moment.running =
      step::RunningEpoch{.energy = Joules(joules), .duration = Seconds(seconds), .work = work};
  moment.spent_j += joules;
  moment.done = due;
  return moment;
}

}  // namespace joulecast::accuracy
