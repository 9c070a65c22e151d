#include "energy_curve.h"

#include <algorithm>
#include <cmath>

namespace joulecast::measure {

EnergyCurve::EnergyCurve(std::size_t knots) { knots_.reserve(knots); }

void EnergyCurve::start(MonotonicSeconds time_s, double error_j) {
  start_s_ = time_s;
  knots_.push_back({.time_s = time_s,
                    .energy_j = 0.0,
                    .uncovered_s = 0.0,
                    .variance_j2 = 0.0,
                    .low_w = 0.0F,
                    .high_w = 0.0F,
                    .rise_w = 0.0F,
                    .error_j = static_cast<float>(error_j),
                    .covered = true});
}

void EnergyCurve::add(const CurvePiece& piece) {
  const Knot& last = newest();
  const double length_s = piece.end_s - last.time_s;
  if (!(length_s > 0.0)) {
    return;
  }
  const Knot next{.time_s = piece.end_s,
                  .energy_j = last.energy_j + (piece.covered ? piece.energy_j : 0.0),
                  .uncovered_s = last.uncovered_s + (piece.covered ? 0.0 : length_s),
                  .variance_j2 = last.variance_j2 + piece.variance_j2,
                  .low_w = static_cast<float>(piece.low_w),
                  .high_w = static_cast<float>(piece.high_w),
                  .rise_w = static_cast<float>(piece.rise_w),
                  .error_j = static_cast<float>(piece.end_error_j),
                  .covered = piece.covered};
  if (knots_.size() < knots_.capacity()) {
    knots_.push_back(next);
    return;
  }
  knots_[first_] = next;
  first_ = (first_ + 1) % knots_.size();
  overwritten_ = true;
}

void EnergyCurve::add_hole(MonotonicSeconds end_s, double end_error_j) {
  add({.end_s = end_s,
       .energy_j = 0.0,
       .covered = false,
       .low_w = 0.0,
       .high_w = 0.0,
       .rise_w = 0.0,
       .end_error_j = end_error_j,
       .variance_j2 = 0.0});
}

std::size_t EnergyCurve::first_after(MonotonicSeconds time_s) const {
  // Questions are mostly about the last moments: step back in strides that double.
  std::size_t high = knots_.size();
  std::size_t stride = 4;
  std::size_t low = high > stride ? high - stride : 0;
  while (low > 0 && knot(low).time_s > time_s) {
    high = low;
    stride *= 2;
    low = low > stride ? low - stride : 0;
  }
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (knot(middle).time_s > time_s) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

EnergyCurve::Point EnergyCurve::inside(const Knot& from, const Knot& to, double time_s) {
  const double length_s = to.time_s - from.time_s;
  const double since_s = time_s - from.time_s;
  const double left_s = to.time_s - time_s;
  const double part = since_s / length_s;
  const auto between = [part](double a, double b) { return a + part * (b - a); };
  const double mean_w = (to.energy_j - from.energy_j) / length_s;
  // All the high power first, or all the low power first: the furthest that the curve can be from
  // its chord.
  const double above_w = std::max(0.0, static_cast<double>(to.high_w) - mean_w);
  const double below_w = std::max(0.0, mean_w - static_cast<double>(to.low_w));
  const double inner_j = std::max(std::min(since_s * above_w, left_s * below_w),
                                  std::min(since_s * below_w, left_s * above_w));
  return {.energy_j = between(from.energy_j, to.energy_j) -
                      0.5 * static_cast<double>(to.rise_w) * since_s * left_s / length_s,
          .error_j = between(from.error_j, to.error_j) + (to.covered ? inner_j : 0.0),
          .uncovered_s = between(from.uncovered_s, to.uncovered_s),
          .variance_j2 = between(from.variance_j2, to.variance_j2)};
}

std::optional<EnergyCurve::Point> EnergyCurve::at(MonotonicSeconds time_s) const {
  if (!started() || time_s > newest().time_s) {
    return std::nullopt;
  }
  const Knot& oldest = knot(0);
  if (time_s < oldest.time_s) {
    if (overwritten_) {
      return std::nullopt;
    }
    return Point{.energy_j = 0.0,
                 .error_j = oldest.error_j,
                 .uncovered_s = time_s - oldest.time_s,
                 .variance_j2 = 0.0};
  }
  const std::size_t next = first_after(time_s);
  if (next == knots_.size()) {
    const Knot& last = newest();
    return Point{.energy_j = last.energy_j,
                 .error_j = last.error_j,
                 .uncovered_s = last.uncovered_s,
                 .variance_j2 = last.variance_j2};
  }
  return inside(knot(next - 1), knot(next), time_s);
}

EnergyCurve::Stretch EnergyCurve::stretch_from(MonotonicSeconds time_s) const {
  if (time_s < start_s_) {
    return {start_s_, false};
  }
  std::size_t i = std::max<std::size_t>(first_after(time_s), 1);
  if (i >= knots_.size()) {
    return {time_s, false};
  }
  const bool covered = knot(i).covered;
  while (i + 1 < knots_.size() && knot(i + 1).covered == covered) {
    ++i;
  }
  return {knot(i).time_s, covered};
}

}  // namespace joulecast::measure
