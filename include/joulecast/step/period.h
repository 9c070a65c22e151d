// The epochs of a training from its power trace alone.
//
// Where nobody marks epochs, the trace often does: a training repeats itself, epoch by epoch. This
// finds the trace's own period, phase by phase, and cuts the trace at it.
//
// Method: autocorrelation by FFT, smallest lag that explains the trace, cuts by dynamic programming
// as in beat tracking (D. P. W. Ellis, "Beat Tracking by Dynamic Programming", J. New Music Res.
// 36(1), 2007). Nothing here knows what an epoch is: a training whose power repeats in something
// else (a checkpoint, a data shard) is cut at that, and one that does not repeat is not cut.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::step {

struct PeriodOptions {
  /// Periods outside these are not looked for; > 0 where given. A trace also limits them itself:
  /// from six times its sampling interval to a third of the phase.
  std::optional<double> shortest_s = std::nullopt;
  std::optional<double> longest_s = std::nullopt;
};

/// How often a stretch of a trace repeats itself.
struct Period {
  double seconds = 0.0;  ///< Mean time from one cut to the next, irregular ones left out; > 0.
  /// How sure it is that the stretch repeats itself at all, and in this time rather than in a
  /// multiple or a fraction, 0 to 1. A rank, not a probability.
  double confidence = 0.0;
  /// Where the epochs begin and, last, where the last one ends; strictly increasing, seconds on the
  /// trace's own clock. The cuts follow the drift of the period. Two cuts may be further apart than
  /// one period (an evaluation now and then, a restart). Where in its epoch a cut lies is a guess,
  /// the same for all: at the end of the shorter of the two levels that the power goes between,
  /// which is mostly the evaluation.
  std::vector<double> cuts_s;
};

/// A stretch in which the power keeps its distribution: the start, a phase of the training.
struct PowerPhase {
  double start_s = 0.0;
  double end_s = 0.0;            ///< After start_s; the next phase's start.
  std::optional<Period> period;  ///< Absent if the stretch does not repeat itself.
};

struct PeriodAnalysis {
  std::vector<PowerPhase> phases;  ///< In order of time, without gaps between them; at least one.

  /// The present phase's period: the last phase's. Absent if that has none, or none yet.
  const std::optional<Period>& present() const { return phases.back().period; }

  /// The period of the last phase that has one: of a recording that goes on after the training.
  const std::optional<Period>& latest() const;
};

/// Finds the phases of a trace and the period of each. O(n log n) time; memory O(n). A trace of
/// more than 2^18 sampling intervals is looked at through as many means.
///
/// Where an evaluation follows every few epochs (three or more) the period is that of the epochs;
/// where one follows every second epoch the two are not told from one epoch of two halves.
///
/// Samples may be irregular; an interval of more than eight times the median one is a gap, and
/// nothing is assumed to have happened within. A constant, noisy or short trace (fewer than three
/// periods) is no error: its period is absent.
///
/// Fails if the two differ in length, there are fewer than two samples, a number is not finite,
/// times do not increase, or the options exclude every period. Safe to call from several threads;
/// deterministic.
Result<PeriodAnalysis> detect_period(std::span<const double> time_s,
                                     std::span<const double> power_w,
                                     const PeriodOptions& options = {});

/// detect_period() on a trace that grows. Keeps means over equal slots, at most 2^16 of them
/// however long the run: when they are full, two become one. Not thread-safe.
class PeriodTracker {
 public:
  /// `slot_s` is the finest slot to begin with, > 0: about the meter's sampling interval.
  explicit PeriodTracker(double slot_s, const PeriodOptions& options = {});

  /// A sample; one that is not finite or not after the one before is ignored. O(1).
  void add(double time_s, double power_w);

  /// What the trace so far says; absent before the second slot is full. Looks at the trace anew
  /// (up to 0.1 s) only when it has grown by a twentieth or by a period, so that asking after every
  /// sample is cheap.
  const std::optional<PeriodAnalysis>& current();

 private:
  void halve();

  PeriodOptions options_;
  double slot_s_;
  std::vector<double> time_s_, power_w_;  // of the full slots; a slot's time is that of its mean
  double slot_end_s_ = 0.0;
  double sum_t_ = 0.0, sum_w_ = 0.0;
  std::size_t in_slot_ = 0;
  std::optional<double> last_s_;
  double looked_at_s_ = 0.0;
  std::optional<PeriodAnalysis> analysis_;
};

}  // namespace joulecast::step
