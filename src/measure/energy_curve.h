// A curve of cumulative energy in a ring of fixed size.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// From the curve's end so far to `end_s`.
struct CurvePiece {
  MonotonicSeconds end_s = 0.0;
  double energy_j = 0.0;
  bool covered = true;  ///< Whether anything vouches for it; energy 0 if not.
  /// Between these the power may have been at any moment inside; their distance is what is not
  /// known about how the energy is spread over the piece.
  double low_w = 0.0, high_w = 0.0;
  /// Power rises by this much from begin to end, straight; 0: constant power.
  double rise_w = 0.0;
  double end_error_j = 0.0;  ///< Half-width at 95 % of the curve at end_s.
  double variance_j2 = 0.0;  ///< What the piece adds to the variance of all later points.
};

/// Not thread-safe. Allocates nothing after construction.
class EnergyCurve {
 public:
  struct Point {
    double energy_j = 0.0, error_j = 0.0, uncovered_s = 0.0, variance_j2 = 0.0;
  };
  struct Stretch {
    MonotonicSeconds end_s;
    bool covered;
  };

  explicit EnergyCurve(std::size_t knots);

  bool started() const { return !knots_.empty(); }
  void start(MonotonicSeconds time_s, double error_j);
  /// Ignored unless it ends after the curve's end.
  void add(const CurvePiece& piece);
  /// Nothing vouches for the time up to here.
  void add_hole(MonotonicSeconds end_s, double end_error_j);

  MonotonicSeconds start_s() const { return start_s_; }
  MonotonicSeconds end_s() const { return started() ? newest().time_s : 0.0; }
  /// Absent after end_s() and before what the ring still has. Before start_s() the energy is 0 and
  /// the uncovered time negative, so that differences come out right.
  std::optional<Point> at(MonotonicSeconds time_s) const;
  /// How far the curve is covered, or uncovered, from a moment before end_s() on.
  Stretch stretch_from(MonotonicSeconds time_s) const;

 private:
  struct Knot {
    double time_s, energy_j, uncovered_s, variance_j2;  // sums since the start
    float low_w, high_w, rise_w, error_j;               // of the piece that ends here
    bool covered;
  };

  const Knot& knot(std::size_t i) const { return knots_[(first_ + i) % knots_.size()]; }
  const Knot& newest() const { return knot(knots_.size() - 1); }
  std::size_t first_after(MonotonicSeconds time_s) const;
  static Point inside(const Knot& from, const Knot& to, double time_s);

  std::vector<Knot> knots_;
  std::size_t first_ = 0;
  MonotonicSeconds start_s_ = 0.0;
  bool overwritten_ = false;
};

}  // namespace joulecast::measure
