#include "step/level_fit.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "step/sorted_window.h"

namespace joulecast::step {
namespace {

using C = ProjectionConstants;
constexpr std::size_t kLanes = FitPoints::kLanes;

double sum(const std::array<double, kLanes>& lanes) {
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

void pad(FitPoints& points) {
  for (std::size_t i = points.size; i % kLanes != 0; ++i) {
    points.y[i] = points.g[i] = 0.0;
    points.inverse_weight[i] = 1.0;
    points.own_variance[i] = std::numeric_limits<double>::infinity();  // Weight 0.
  }
}

using Residuals = std::array<double, FitPoints::kCapacity>;

// The level and the transient that the points' weights give, once: sets the two, their variances and
// the points' weights p.
void solve(const FitPoints& points, const Residuals& residual, const FoldedSums& folded,
           const LevelPrior& prior, double variance, LevelFit& fit, Residuals& p) {
  std::array<double, kLanes> sp{}, spg{}, spgg{}, spy{}, spgy{};
  for (std::size_t i = 0; i < points.size; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const std::size_t j = i + k;
      const double r = residual[j];
      const double spread = variance * points.inverse_weight[j] + points.own_variance[j];
      const double weight = (C::kDegrees + 1.0) / (C::kDegrees * spread + r * r);
      const double weighted_g = weight * points.g[j];
      p[j] = weight;
      sp[k] += weight;
      spg[k] += weighted_g;
      spgg[k] += weighted_g * points.g[j];
      spy[k] += weight * points.y[j];
      spgy[k] += weighted_g * points.y[j];
    }
  }
  const double precision = 1.0 / (prior.transient_sd * prior.transient_sd);
  const double a00 = sum(sp) + folded.u / variance;
  const double a01 = sum(spg) + folded.ug / variance;
  const double a11 = sum(spgg) + folded.ugg / variance + precision;
  const double c0 = sum(spy) + folded.uy / variance;
  const double c1 = sum(spgy) + folded.ugy / variance + prior.transient * precision;
  const double determinant = a00 * a11 - a01 * a01;
  fit.level = (a11 * c0 - a01 * c1) / determinant;
  fit.transient = (a00 * c1 - a01 * c0) / determinant;
  fit.level_variance = a11 / determinant;
  fit.covariance = -a01 / determinant;
  fit.transient_variance = a00 / determinant;
}

void find_residuals(const FitPoints& points, const LevelFit& fit, Residuals& residual) {
  for (std::size_t i = 0; i < points.size; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      residual[i + k] = fit.residual(points.y[i + k], points.g[i + k]);
    }
  }
}

// The sums over the last fit's residuals of the main units that correct the level and make the
// interval's scale.
void correct(const FitPoints& points, std::size_t units, const Residuals& residual,
             const FoldedSums& folded, const LevelPrior& prior, LevelFit& fit) {
  double clipped = folded.clipped;
  double squares = folded.clipped_squares;
  for (std::size_t i = 0; i < points.main; ++i) {
    const double weight = 1.0 / points.inverse_weight[i];
    double r = std::clamp(residual[i], -C::kClip, C::kClip);
    if (i == 0 && points.main == units) {
      const double most = C::kClipScales * std::sqrt(fit.variance);
      r = std::clamp(r, -most, most);
    } else {
      clipped += weight * r;
    }
    squares += weight * r * r;
  }
  const double n = static_cast<double>(units);
  fit.correction = clipped / (n + C::kShrink);
  fit.interval_variance =
      (C::kIntervalWeight * prior.interval_scale * prior.interval_scale + squares) /
      (C::kIntervalWeight + std::max(n - 1.0, 0.0));
}

// Whether the newer half of the buffer sits off the level, and by how much of it one should go.
double slow_drift(const FitPoints& points, std::size_t units, const Residuals& residual,
                  double variance) {
  if (points.main < C::kSlowUnits) return 0.0;
  const std::size_t half = points.main / 2;
  Residuals recent;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const auto* const end = residual.data() + points.main;
  std::copy(end - half, end, recent.begin());
  auto* const middle = recent.data() + half / 2;
  std::nth_element(recent.data(), middle, recent.data() + half);
  double off = *middle;
  if (half % 2 == 0) off = 0.5 * (off + *std::max_element(recent.data(), middle));
  const double shares = 1.0 / static_cast<double>(half) - 1.0 / static_cast<double>(units);
  // 1.2533 = sqrt(pi / 2): a median's spread over a mean's.
  const double sd = 1.2533 * std::sqrt(variance * std::max(shares, 1e-12));
  const double score = off / sd;
  const double ignored = C::kSlowScores * C::kSlowScores;
  return score * score > ignored ? (1.0 - ignored / (score * score)) * off : 0.0;
}

}  // namespace

LevelFit fit_level(FitPoints& points, std::size_t units, const FoldedSums& folded,
                   const LevelPrior& prior, const FitStart& start) {
  assert(points.size > 0);
  pad(points);
  LevelFit fit;
  fit.level = start.level;
  fit.transient = prior.transient;
  const double others = units > 1 ? static_cast<double>(units - 1) : 0.0;
  const double prior_sum = C::kScaleWeight * prior.scale * prior.scale;
  double variance =
      (prior_sum + others * start.deviation * start.deviation) / (C::kScaleWeight + others);
  Residuals residual;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  Residuals p;         // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  find_residuals(points, fit, residual);
  for (int round = 0; round < C::kRounds; ++round) {
    solve(points, residual, folded, prior, variance, fit, p);
    find_residuals(points, fit, residual);
    double squares = 0.0;
    for (std::size_t i = 0; i < points.main; ++i) squares += p[i] * residual[i] * residual[i];
    variance = (prior_sum + folded.urr + variance * squares) / (C::kScaleWeight + others);
  }
  fit.variance = variance;
  correct(points, units, residual, folded, prior, fit);
  fit.slow = slow_drift(points, units, residual, variance);
  return fit;
}

void fold(FoldedSums& sums, const LevelFit& fit, double y, double g, double weight,
          bool first_main_unit) {
  const double r = fit.residual(y, g);
  const double u = weight * (C::kDegrees + 1.0) / (C::kDegrees + weight * r * r / fit.variance);
  sums.u += u;
  sums.ug += u * g;
  sums.ugg += u * g * g;
  sums.uy += u * y;
  sums.ugy += u * g * y;
  sums.urr += u * r * r;
  double clipped = std::clamp(r, -C::kClip, C::kClip);
  if (first_main_unit) {
    const double most = C::kClipScales * std::sqrt(fit.variance);
    clipped = std::clamp(r, -most, most);
  } else {
    sums.clipped += weight * clipped;
  }
  sums.clipped_squares += weight * clipped * clipped;
}

}  // namespace joulecast::step
