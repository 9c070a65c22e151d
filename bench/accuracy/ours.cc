#include "ours.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace joulecast::accuracy {
namespace {

using Projectors = std::array<std::unique_ptr<step::OnlineProjector>, kCoverages.size()>;

Projectors projectors_for(step::OnlinePlan plan) {
  Projectors projectors;
  for (std::size_t i = 0; i < kCoverages.size(); ++i) {
    plan.coverage = kCoverages[i];
    // Recordings have work, and what was declared of them is in range.
    projectors[i] = std::move(step::OnlineProjector::create(plan)).value();
  }
  return projectors;
}

Judged judge(const std::array<Estimate<Joules>, kCoverages.size()>& answers, double outcome_j) {
  Judged judged;
  judged.error_percent = 100.0 * std::abs(answers[1].value.value() / outcome_j - 1.0);
  for (std::size_t i = 0; i < kCoverages.size(); ++i) {
    judged.covered[i] =
        answers[i].low->value() <= outcome_j && outcome_j <= answers[i].high->value();
  }
  judged.width_percent = 100.0 * (answers[1].high->value() - answers[1].low->value()) / outcome_j;
  return judged;
}

double count_evaluations(const NamedRun& run) {
  return static_cast<double>(
      std::count_if(run.run.epochs.begin(), run.run.epochs.end(),
                    [](const Epoch& epoch) { return epoch.evaluation.has_value(); }));
}

}  // namespace

step::OnlinePlan plan_of(const NamedRun& run) {
  step::OnlinePlan plan;
  plan.unit = run.plan.unit;
  plan.total_work = total_work(run);
  plan.evaluations = run.evaluations;
  plan.evaluations_expected = run.evaluations_expected;
  plan.events_every = run.events_every;
  plan.power_limit = run.power_limit;
  plan.sampling_interval = sampling_interval(run.run);
  return plan;
}

Track track(const NamedRun& run) {
  Track track;
  const Projectors projectors = projectors_for(plan_of(run));
  const double outcome_j = total_joules(run);
  for (std::size_t k = 0; k + 1 < run.run.epochs.size(); ++k) {
    std::array<Estimate<Joules>, kCoverages.size()> answers;
    for (std::size_t i = 0; i < kCoverages.size(); ++i) {
      answers[i] = *projectors[i]->add(run.run.epochs[k]).energy;
    }
    track.after.push_back(judge(answers, outcome_j));
    track.changes.push_back(projectors[1]->phase_changes());
  }
  return track;
}

Judged ours_at(const NamedRun& run, const Moment& moment) {
  step::OnlinePlan plan = plan_of(run);
  plan.evaluations = count_evaluations(run);
  const Projectors projectors = projectors_for(plan);
  std::array<Estimate<Joules>, kCoverages.size()> answers;
  for (std::size_t i = 0; i < kCoverages.size(); ++i) {
    for (std::size_t k = 0; k < moment.epochs; ++k) projectors[i]->add(run.run.epochs[k]);
    answers[i] = *(moment.running ? projectors[i]->forecast_running(*moment.running)
                                  : projectors[i]->forecast())
                      .energy;
  }
  return judge(answers, total_joules(run));
}

}  // namespace joulecast::accuracy
