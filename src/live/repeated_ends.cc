#include "live/repeated_ends.h"

namespace joulecast::live {
namespace {

constexpr double kLongestPauseS = 3.0;

}  // namespace

void RepeatedEnds::add(const Mark& mark, double time_s, const Take& take) {
  if (mark.kind != Mark::Kind::kEpochEnd || !mark.number) return take(mark);
  const bool repeats = (held_ && held_->number == mark.number) || last_ == mark.number;
  if (repeats) {
    kind_ = Kind::kBar;
  } else if (held_ && kind_ == Kind::kUnknown) {
    kind_ = Kind::kLines;
  }
  if (!repeats) release(take);
  // An end that was handed on already cannot be taken back.
  if (last_ == mark.number) return;
  held_ = mark;
  held_->time_s = time_s;
  held_since_s_ = time_s;
  if (kind_ == Kind::kLines) release(take);
}

void RepeatedEnds::poll(double now_s, const Take& take) {
  if (kind_ == Kind::kUnknown && held_ && now_s - held_since_s_ > kLongestPauseS) release(take);
}

void RepeatedEnds::release(const Take& take) {
  if (!held_) return;
  last_ = held_->number;
  const Mark mark = *held_;
  held_.reset();
  take(mark);
}

}  // namespace joulecast::live
