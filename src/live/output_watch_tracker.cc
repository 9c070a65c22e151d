#include "live/output_watch_tracker.h"

#include <algorithm>
#include <utility>

namespace joulecast::live {
namespace {

Mark mark_of(Mark::Kind kind, const ReadAt& at) {
  Mark mark;
  mark.kind = kind;
  mark.time_s = at.time_s;
  return mark;
}

void fill(std::optional<double>& field, const std::optional<double>& said) {
  if (said) field = said;
}

}  // namespace

void EpochTracker::see(const Sighting& seen, const ReadAt& at, const Take& take) {
  if (held_ && is_over(seen, at)) finish(take);
  if (seen.epoch) move_to(seen, at, take);
  tell_plan(seen, at, take);
  tell_step(seen, at, take);
  if (seen.ends && seen.epoch) note_end(seen, at, take);
}

void EpochTracker::finish(const Take& take) {
  if (!held_) return;
  const End end = *std::exchange(held_, std::nullopt);
  tell_end(end, take);
}

// Whether the epoch whose end is held is known to be over.
bool EpochTracker::is_over(const Sighting& seen, const ReadAt& at) const {
  if (seen.epoch) return seen.epoch != held_->mark.number;
  // A bar on another stream may be older than the line that told of the end.
  return seen.step && *seen.step > held_->step && at.read > held_->at.read;
}

void EpochTracker::move_to(const Sighting& seen, const ReadAt& at, const Take& take) {
  if (seen.epoch == epoch_) return;
  if (epoch_ && *seen.epoch > *epoch_ && ended_ != epoch_ && seen.begins) {
    // Nothing told of its end but the beginning of the next.
    End end;
    end.mark = mark_of(Mark::Kind::kEpochEnd, at);
    end.mark.number = epoch_;
    end.at = at;
    tell_end(end, take);
  }
  if (!first_epoch_) first_epoch_ = seen.epoch;
  epoch_ = seen.epoch;
  if (!seen.begins) return;
  Mark begin = mark_of(Mark::Kind::kEpochBegin, at);
  begin.number = epoch_;
  take(begin);
}

void EpochTracker::tell_plan(const Sighting& seen, const ReadAt& at, const Take& take) {
  Mark plan = mark_of(Mark::Kind::kPlan, at);
  if (!epochs_told_ && seen.epochs_total && *seen.epochs_total > 0) {
    plan.epochs = static_cast<double>(*seen.epochs_total);
    epochs_told_ = true;
  }
  const bool counts_run = seen.steps_of_run || seen.epochs_total == 1;
  if (!steps_told_ && counts_run && seen.steps_total && *seen.steps_total > 0) {
    plan.steps = static_cast<double>(*seen.steps_total);
    steps_told_ = true;
  }
  if (plan.epochs || plan.steps) take(plan);
}

void EpochTracker::tell_step(const Sighting& seen, const ReadAt& at, const Take& take) {
  if (!seen.step) return;
  std::int64_t step = *seen.step;
  if (!seen.steps_of_run && epoch_ && seen.steps_total)
    step += (*epoch_ - *first_epoch_) * *seen.steps_total;
  constexpr double kPeriodS = 1.0;
  if (step <= step_) return;
  if (step_time_s_ && at.time_s < *step_time_s_ + kPeriodS) return;
  step_ = step;
  step_time_s_ = at.time_s;
  Mark mark = mark_of(Mark::Kind::kStep, at);
  mark.number = step;
  mark.loss = seen.loss;
  mark.samples = seen.samples;
  mark.tokens = seen.tokens;
  take(mark);
}

void EpochTracker::note_end(const Sighting& seen, const ReadAt& at, const Take& take) {
  End end;
  if (held_) end = *held_;
  end.mark.kind = Mark::Kind::kEpochEnd;
  end.mark.number = seen.epoch;
  end.mark.time_s = at.time_s;
  end.at = at;
  end.step = seen.steps_of_run ? step_ : std::max(step_, seen.step.value_or(0));
  fill(end.mark.loss, seen.loss);
  fill(end.mark.validation_loss, seen.validation_loss);
  fill(end.mark.accuracy, seen.accuracy);
  fill(end.mark.steps, seen.steps);
  fill(end.mark.samples, seen.samples);
  fill(end.mark.tokens, seen.tokens);
  if (seen.steps_total && !seen.steps_of_run)
    end.mark.steps = static_cast<double>(*seen.steps_total);
  if (seen.at_once && ended_ != seen.epoch) {
    tell_end(end, take);
  } else {
    held_ = end;
  }
}

void EpochTracker::tell_end(const End& end, const Take& take) {
  ended_ = end.mark.number;
  if (last_end_read_ == end.at.read) {
    unedged_ += last_end_alone_ ? 2 : 1;
    last_end_alone_ = false;
  } else {
    last_end_alone_ = true;
  }
  last_end_read_ = end.at.read;
  take(end.mark);
}

}  // namespace joulecast::live
