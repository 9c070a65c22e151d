#include "live/replayed_marks.h"

namespace joulecast::live {

ReplayedMarks::ReplayedMarks(const measure::Replay& replay)
    : epochs_(replay.epochs), zero_s_(replay.zero_s), end_s_(replay.zero_s + replay.duration_s) {}

void ReplayedMarks::play(measure::MonotonicSeconds now_s, Engine& engine) {
  for (; next_ < epochs_.size() && zero_s_ + epochs_[next_].end_s <= now_s; ++next_) {
    const Epoch& epoch = epochs_[next_];
    if (next_ == 0) say(engine, Mark::Kind::kEpochBegin, epoch, epoch.start_s);
    if (!epoch.phase.empty()) say(engine, Mark::Kind::kPhase, epoch, epoch.start_s);
    if (epoch.evaluation) {
      say(engine, Mark::Kind::kEvaluationBegin, epoch, epoch.evaluation->start_s);
      say(engine, Mark::Kind::kEvaluationEnd, epoch, epoch.evaluation->end_s);
    }
    say(engine, Mark::Kind::kEpochEnd, epoch, epoch.end_s);
  }
}

void ReplayedMarks::say(Engine& engine, Mark::Kind kind, const Epoch& epoch, double at_s) const {
  Mark mark;
  mark.kind = kind;
  mark.number = epoch.number;
  mark.text = epoch.phase;
  mark.loss = epoch.loss;
  mark.validation_loss = epoch.validation_loss;
  mark.accuracy = epoch.accuracy;
  mark.steps = epoch.steps;
  mark.samples = epoch.samples;
  mark.tokens = epoch.tokens;
  [[maybe_unused]] const Status status = engine.mark(mark, zero_s_ + at_s);
}

}  // namespace joulecast::live
