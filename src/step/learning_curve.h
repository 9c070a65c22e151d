// A learning curve seen so far, and the ways it may go on. Smaller values are better here; a metric
// to be maximised comes with its sign turned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace joulecast::step {

/// Standard normal: one of 4096 equally likely quantiles, the outermost at 3.67. Exact enough for
/// shares of some hundred paths, and twenty times as fast as inverting each draw.
double normal(Random& random);

/// One way the curve may go on.
struct Continuation {
  std::vector<double> mean;  ///< Expected values, one per evaluation to come.
  double drift = 0.0;        ///< Standard deviation of this way's own error, see drift_shape.
  double weight = 0.0;       ///< Share of the mixture.
};

/// All the ways that a curve may go on. The h-th value to come (from 0) of a path is
///   mean[h] + drift * z * drift_shape[h] + noise,
/// with one standard normal z per path and first-order autoregressive noise.
struct Outlook {
  std::vector<Continuation> continuations;  ///< Never empty; weights sum to 1.
  std::vector<double> drift_shape;
  double noise = 0.0;          ///< Standard deviation of a value around its expectation.
  double correlation = 0.0;    ///< Between the noise of neighbouring values, in [0, 0.9].
  double last_residual = 0.0;  ///< Noise of the last value seen.
  /// The step that the metric moves in, as the accuracy over n samples does. Smaller differences
  /// are ties. Where no step was noticed, a billionth of the metric.
  double quantum = 0.0;
};

/// Keeps at most kMostPoints points: the newest 128 values or more as they are, older ones as
/// averages over ever longer stretches. Not thread-safe.
class LearningCurve {
 public:
  static constexpr std::size_t kMostPoints = 256;

  /// Finite values only. Constant time on average.
  void add(double value);
  /// How many values have been added.
  std::int64_t size() const { return size_; }
  /// How many points are kept of them.
  std::size_t points() const { return points_.size(); }

  /// Each family of curves is fitted to all values and to the newer half, and weighted by how well
  /// the same fit, made when half and three quarters of the values were known, foretold the rest.
  /// Precondition: size() >= kFewest.
  Outlook outlook(std::size_t horizon) const;
  static constexpr std::int64_t kFewest = 4;

 private:
  struct Point {
    double time;   // of the values averaged: their mean index, from 1
    double value;  // their mean
    double count;  // how many
  };
  struct Noise {
    double deviation, correlation, last;
  };
  class Fitter;

  Noise noise() const;
  double quantum() const;
  double variance() const;

  std::vector<Point> points_;
  std::int64_t size_ = 0;
};

}  // namespace joulecast::step
