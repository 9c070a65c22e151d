#include "live/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulecast::live {
namespace {

constexpr double kShortestBlockS = 1.0;
constexpr double kMostBlocksOfPlan = 200.0;
// A mark of the same number within this share of an epoch is another rank's, not a new training.
constexpr double kRepeatWithin = 0.5;
// A rank that lags behind by a whole epoch does so by less than this share of it.
constexpr double kLagWithin = 0.1;
// A first step mark that is more than so many intervals of marks from zero is a resumed training's.
constexpr double kResumedSteps = 10.0;
constexpr std::size_t kMostOpenWindows = 1000;

void keep(std::optional<double>& into, const std::optional<double>& value) {
  if (value) into = value;
}

}  // namespace

BlockBuilder::Outcome BlockBuilder::take(const Mark& mark, double time_s) {
  Outcome outcome;
  const bool of_window =
      mark.kind == Mark::Kind::kWindowBegin || mark.kind == Mark::Kind::kWindowEnd;
  // Blocks follow each other; windows lie where they are said to lie.
  if (!of_window) time_s = std::max(time_s, open_start_s_);
  switch (mark.kind) {
    case Mark::Kind::kPlan:
      begin_at(time_s);
      if (!of_steps_) take_plan(mark, outcome);
      break;
    case Mark::Kind::kEpochBegin:
      begin_at(time_s);
      break;
    case Mark::Kind::kEpochEnd:
      take_epoch_end(mark, time_s, outcome);
      break;
    case Mark::Kind::kStep:
      take_step(mark, time_s, outcome);
      break;
    case Mark::Kind::kPhase:
      begin_at(time_s);
      phase_ = mark.text;
      break;
    case Mark::Kind::kEvaluationBegin:
      if (!evaluation_) evaluation_ = Evaluation{.start_s = time_s, .end_s = 0.0, .energy = {}};
      break;
    case Mark::Kind::kEvaluationEnd:
      if (evaluation_ && time_s > evaluation_->start_s) evaluation_->end_s = time_s;
      keep(validation_loss_, mark.validation_loss);
      keep(accuracy_, mark.accuracy);
      break;
    case Mark::Kind::kWindowBegin:
    case Mark::Kind::kWindowEnd:
      take_window(mark, time_s, outcome);
      break;
    case Mark::Kind::kNote:
      outcome.note = mark.text;
      break;
  }
  return outcome;
}

double BlockBuilder::open_work() const {
  switch (plan_.unit) {
    case WorkUnit::kEpochs:
      return 0.0;
    case WorkUnit::kSteps:
      return now_.steps - at_start_.steps;
    case WorkUnit::kSamples:
      return now_.samples.value_or(0.0) - at_start_.samples.value_or(0.0);
    case WorkUnit::kTokens:
      return now_.tokens.value_or(0.0) - at_start_.tokens.value_or(0.0);
  }
  return 0.0;
}

void BlockBuilder::begin_at(double time_s) {
  if (first_start_s_) return;
  first_start_s_ = time_s;
  open_start_s_ = time_s;
}

void BlockBuilder::take_plan(const Mark& mark, Outcome& outcome) {
  // A few epochs of many steps are projected from the steps: the epochs would say too little.
  constexpr double kFewEpochs = 3.0;
  const bool few = mark.epochs && *mark.epochs < kFewEpochs;
  Plan plan = plan_;
  if (mark.epochs && !(few && (mark.steps || mark.samples || mark.tokens))) {
    plan.unit = WorkUnit::kEpochs;
    plan.total = mark.epochs;
  } else if (mark.steps) {
    plan.unit = WorkUnit::kSteps;
    plan.total = mark.steps;
  } else if (mark.samples) {
    plan.unit = WorkUnit::kSamples;
    plan.total = mark.samples;
  } else if (mark.tokens) {
    plan.unit = WorkUnit::kTokens;
    plan.total = mark.tokens;
  }
  if (plan.unit == plan_.unit && plan.total == plan_.total) return;
  if (blocks_ > 0 && plan.unit != plan_.unit) {
    outcome.complaint = fmt::format("the plan counts in {} and {} of them have ended",
                                    to_string(plan_.unit), blocks_);
    return;
  }
  plan_ = plan;
  outcome.plan_changed = true;
}

bool BlockBuilder::is_repeat(const Mark& mark, double time_s) const {
  if (!mark.number || blocks_ == 0) return false;
  const double since = (time_s - open_start_s_) / last_duration_s_;
  return (*mark.number == last_said_ && since < kRepeatWithin) ||
         (*mark.number == last_said_ - 1 && since < kLagWithin);
}

void BlockBuilder::take_epoch_end(const Mark& mark, double time_s, Outcome& outcome) {
  if (is_repeat(mark, time_s)) return;
  // A plan found in the same line of output as the first epoch's end was no beginning.
  if (blocks_ == 0 && time_s <= open_start_s_) first_start_s_ = open_start_s_ = 0.0;
  if (!first_start_s_) first_start_s_ = open_start_s_;
  keep(loss_, mark.loss);
  keep(validation_loss_, mark.validation_loss);
  keep(accuracy_, mark.accuracy);
  // Where step marks come they cut the blocks; an epoch's end is one more place to cut.
  const bool counted = step_marks_ > 0 ? open_work() > 0.0 : planned_count(mark).has_value();
  if (plan_.unit != WorkUnit::kEpochs && !counted && !counts_by_steps()) return;
  if (counts_by_steps() && !evaluation_ && last_step_s_ < time_s) {
    evaluation_ = Evaluation{.start_s = last_step_s_, .end_s = time_s, .energy = {}};
  }
  if (!(time_s > open_start_s_)) {
    if (counts_by_steps()) return;  // its last step has ended the block already
    outcome.complaint = "this epoch would have no duration";
    return;
  }
  if (blocks_ > 0 && mark.number && *mark.number <= last_said_) {
    outcome.note = fmt::format("epoch numbers start again at {}: counted on from {}", *mark.number,
                               blocks_ + 1);
  }
  const bool changed = sizes_changed(mark);
  if (blocks_ == 0 && plan_.unit == WorkUnit::kEpochs && mark.number.value_or(0) > 1) {
    note_resumption(static_cast<double>(*mark.number - 1), outcome);
  }
  Block block = end_block(time_s);
  // Where step marks came they say what the block holds; the mark counts its whole epoch.
  if (!block.epoch.steps) {
    block.epoch.steps = mark.steps;
    block.epoch.samples = mark.samples;
    block.epoch.tokens = mark.tokens;
  }
  if (plan_.unit != WorkUnit::kEpochs) done_ += work_of(block.epoch, plan_.unit).value_or(0.0);
  block.begins_phase = changed;
  last_said_ = mark.number.value_or(last_said_ + 1);
  outcome.block = std::move(block);
}

void BlockBuilder::take_step(const Mark& mark, double time_s, Outcome& outcome) {
  const auto steps = static_cast<double>(mark.number.value_or(0));
  if (steps == 0.0) begin_at(time_s);
  if (!first_start_s_) first_start_s_ = open_start_s_;
  constexpr double kAnew = 0.5;
  if (steps < now_.steps && steps > kAnew * now_.steps) return;  // an older one, of a slower rank
  ++step_marks_;
  last_step_s_ = time_s;
  if (of_steps_ && plan_.unit != WorkUnit::kSteps) {
    plan_ = {.unit = WorkUnit::kSteps, .total = {}, .duration = {}};
    outcome.plan_changed = true;
  }
  count_steps(steps);
  keep(now_.samples, mark.samples);
  keep(now_.tokens, mark.tokens);
  keep(loss_, mark.loss);
  keep(validation_loss_, mark.validation_loss);
  keep(accuracy_, mark.accuracy);
  if (plan_.unit == WorkUnit::kEpochs) return;
  const double work = open_work();
  const double least = plan_.total ? *plan_.total / kMostBlocksOfPlan : 0.0;
  const bool last = plan_.total && done_ + work >= *plan_from_here().total;
  if (work <= 0.0 || !(time_s > open_start_s_) || step_marks_ < 2) return;
  if (!last && (time_s - open_start_s_ < kShortestBlockS || work < least)) return;
  const bool changed = sizes_changed(mark);
  Block block = end_block(time_s);
  done_ += work;
  block.begins_phase = changed;
  outcome.block = std::move(block);
}

void BlockBuilder::count_steps(double steps) {
  const double interval = steps - now_.steps;
  if (interval < 0.0) {
    // Counting begins anew: what the open block holds stays.
    at_start_.steps += interval;
  } else if (step_marks_ == 2 && blocks_ == 0 && now_.steps > kResumedSteps * interval) {
    at_start_.steps = now_.steps - interval;
    if (plan_.unit == WorkUnit::kSteps) resumed_at_ = at_start_.steps;
  }
  now_.steps = steps;
}

void BlockBuilder::note_resumption(double done_before, Outcome& outcome) {
  resumed_at_ = done_before;
  outcome.note = fmt::format(
      "the first epoch that was marked is {:.10g}: {:.10g} are taken as done before this run",
      done_before + 1.0, done_before);
}

Plan BlockBuilder::plan_from_here() const {
  Plan plan = plan_;
  if (plan.total && *plan.total > resumed_at_) *plan.total -= resumed_at_;
  return plan;
}

void BlockBuilder::take_window(const Mark& mark, double time_s, Outcome& outcome) {
  // The innermost open window of that name ends: recursion nests.
  const auto open =
      std::find_if(open_windows_.rbegin(), open_windows_.rend(),
                   [&mark](const NamedWindow& window) { return window.name == mark.text; });
  if (mark.kind == Mark::Kind::kWindowBegin) {
    if (open_windows_.size() >= kMostOpenWindows) {
      outcome.complaint = fmt::format("{} windows are open already", open_windows_.size());
      return;
    }
    open_windows_.push_back({.name = mark.text, .start_s = time_s, .end_s = 0.0});
    return;
  }
  if (open == open_windows_.rend()) {
    outcome.complaint =
        fmt::format("no window of that name is open: window_begin {} comes first", mark.text);
    return;
  }
  if (!(time_s > open->start_s)) {
    outcome.complaint = "this window would end before it began";
    return;
  }
  outcome.window = *open;
  outcome.window->end_s = time_s;
  open_windows_.erase(std::next(open).base());
}

bool BlockBuilder::sizes_changed(const Mark& mark) {
  bool changed = false;
  const auto compare = [&changed](std::optional<double>& known, const std::optional<double>& said) {
    if (!said) return;
    changed = changed || (known && *known != *said);
    known = said;
  };
  compare(sizes_.trainable_parameters, mark.trainable_parameters);
  compare(sizes_.batch_size, mark.batch_size);
  compare(sizes_.image_size, mark.image_size);
  return changed;
}

std::optional<double> BlockBuilder::planned_count(const Mark& mark) const {
  switch (plan_.unit) {
    case WorkUnit::kEpochs:
      return 1.0;
    case WorkUnit::kSteps:
      return mark.steps;
    case WorkUnit::kSamples:
      return mark.samples;
    case WorkUnit::kTokens:
      return mark.tokens;
  }
  return std::nullopt;
}

Block BlockBuilder::end_block(double time_s) {
  const auto since = [](const std::optional<double>& now, const std::optional<double>& start) {
    return now ? std::optional(*now - start.value_or(0.0)) : std::nullopt;
  };
  Block block;
  ++blocks_;
  const double before = plan_.unit == WorkUnit::kEpochs ? resumed_at_ : 0.0;
  block.epoch = {.number = blocks_ + static_cast<std::int64_t>(before),
                 .phase = phase_,
                 .start_s = open_start_s_,
                 .end_s = time_s,
                 .energy = {},
                 .energy_origin = Origin::kIntegrated,
                 .evaluation = {},
                 .steps = {},
                 .samples = {},
                 .tokens = {},
                 .loss = loss_,
                 .validation_loss = validation_loss_,
                 .accuracy = accuracy_};
  if (now_.steps > at_start_.steps) {
    block.epoch.steps = now_.steps - at_start_.steps;
    block.epoch.samples = since(now_.samples, at_start_.samples);
    block.epoch.tokens = since(now_.tokens, at_start_.tokens);
  }
  if (evaluation_) {
    if (evaluation_->end_s == 0.0) evaluation_->end_s = time_s;
    evaluation_->start_s = std::max(evaluation_->start_s, open_start_s_);
    if (evaluation_->start_s < evaluation_->end_s) block.epoch.evaluation = evaluation_;
  }
  last_duration_s_ = time_s - open_start_s_;
  open_start_s_ = time_s;
  at_start_ = now_;
  evaluation_.reset();
  loss_.reset();
  validation_loss_.reset();
  accuracy_.reset();
  if (plan_.unit == WorkUnit::kEpochs) done_ += 1.0;
  return block;
}

}  // namespace joulecast::live
