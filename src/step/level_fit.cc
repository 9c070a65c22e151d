#include "step/level_fit.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "step/sorted_window.h"

// Compiled once more for a wider instruction set.
#define JOULECAST_INLINE inline __attribute__((always_inline))

namespace joulecast::step {
namespace {

using C = ProjectionConstants;
constexpr std::size_t kLanes = FitPoints::kLanes;
constexpr double kInfinity = std::numeric_limits<double>::infinity();  // A variance: no weight.

// Four doubles that the processor takes at once, or two by two.
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double)), may_alias));

JOULECAST_INLINE const Lanes& lanes(const double* p) { return *reinterpret_cast<const Lanes*>(p); }
JOULECAST_INLINE Lanes& lanes(double* p) { return *reinterpret_cast<Lanes*>(p); }
JOULECAST_INLINE double sum(const Lanes& x) { return (x[0] + x[1]) + (x[2] + x[3]); }

void pad(FitPoints& points) {
  for (std::size_t i = points.size; i % kLanes != 0; ++i) points.append(0.0, 0.0, kInfinity);
}

struct alignas(sizeof(Lanes)) Column : std::array<double, FitPoints::kCapacity> {};

// The level and the transient that the points' weights p give, once. Sets the two and their
// variances.
JOULECAST_INLINE void solve(const FitPoints& points, const FoldedSums& folded,
                            const LevelPrior& prior, double variance, const Column& residual,
                            Column& p, LevelFit& fit) {
  Lanes sp{}, spg{}, spgg{}, spy{}, spgy{};
  for (std::size_t i = 0; i < points.size; i += kLanes) {
    const Lanes r = lanes(&residual[i]);
    const Lanes g = lanes(&points.g[i]);
    const Lanes y = lanes(&points.y[i]);
    const Lanes spread =
        variance * lanes(&points.inverse_weight[i]) + lanes(&points.own_variance[i]);
    const Lanes weight = (C::kDegrees + 1.0) / (C::kDegrees * spread + r * r);
    const Lanes weighted_g = weight * g;
    lanes(&p[i]) = weight;
    sp += weight;
    spg += weighted_g;
    spgg += weighted_g * g;
    spy += weight * y;
    spgy += weighted_g * y;
  }
  const double scale = 1.0 / variance;
  const double precision = 1.0 / (prior.transient_sd * prior.transient_sd);
  const double a00 = sum(sp) + folded.u * scale;
  const double a01 = sum(spg) + folded.ug * scale;
  const double a11 = sum(spgg) + folded.ugg * scale + precision;
  const double c0 = sum(spy) + folded.uy * scale;
  const double c1 = sum(spgy) + folded.ugy * scale + prior.transient * precision;
  const double inverse = 1.0 / (a00 * a11 - a01 * a01);
  fit.level = (a11 * c0 - a01 * c1) * inverse;
  fit.transient = (a00 * c1 - a01 * c0) * inverse;
  fit.level_variance = a11 * inverse;
  fit.covariance = -a01 * inverse;
  fit.transient_variance = a00 * inverse;
}

// Sets the residuals; the sum of their squares weighted with p.
JOULECAST_INLINE double find_residuals(const FitPoints& points, const LevelFit& fit,
                                       const Column& p, Column& residual) {
  Lanes squares{};
  for (std::size_t i = 0; i < points.size; i += kLanes) {
    const Lanes r = lanes(&points.y[i]) - fit.level - fit.transient * lanes(&points.g[i]);
    lanes(&residual[i]) = r;
    squares += lanes(&p[i]) * r * r;
  }
  return sum(squares);
}

// The rounds of reweighting, from fit's level and transient and from `variance`. Sets them and the
// residuals; the variance of the last round.
JOULECAST_INLINE double iterate(const FitPoints& points, std::size_t units,
                                const FoldedSums& folded, const LevelPrior& prior, double variance,
                                Column& residual, LevelFit& fit) {
  const double others = units > 1 ? static_cast<double>(units - 1) : 0.0;
  const double prior_sum = C::kScaleWeight * prior.scale * prior.scale;
  Column p{};  // The first residuals are not weighted.
  find_residuals(points, fit, p, residual);
  for (int round = 0; round < C::kRounds; ++round) {
    solve(points, folded, prior, variance, residual, p, fit);
    // Only main units tell the scale; their u a is p times the variance that p was made with.
    std::fill(p.begin() + points.main, p.begin() + points.size, 0.0);
    const double squares = find_residuals(points, fit, p, residual);
    variance = (prior_sum + folded.urr + variance * squares) / (C::kScaleWeight + others);
  }
  return variance;
}

// The sums over the last fit's residuals of the main units that correct the level and make the
// interval's scale.
void correct(FitPoints& points, std::size_t units, const Column& residual, const FoldedSums& folded,
             const LevelPrior& prior, LevelFit& fit) {
  Lanes clipped{}, squares{};
  std::fill(points.weight.begin() + points.main, points.weight.begin() + points.size, 0.0);
  for (std::size_t i = 0; i < points.main; i += kLanes) {
    Lanes r = lanes(&residual[i]);
    r = r < -C::kClip ? Lanes{} - C::kClip : r;
    r = r > C::kClip ? Lanes{} + C::kClip : r;
    const Lanes weighted = lanes(&points.weight[i]) * r;
    clipped += weighted;
    squares += weighted * r;
  }
  double clipped_sum = sum(clipped);
  double squares_sum = sum(squares);
  if (points.main > 0 && points.main == units) {
    const double r = std::clamp(residual[0], -C::kClip, C::kClip);
    const double most = C::kClipScales * std::sqrt(fit.variance);
    const double less = std::clamp(r, -most, most);
    clipped_sum -= points.weight[0] * r;
    squares_sum += points.weight[0] * (less * less - r * r);
  }
  const double n = static_cast<double>(units);
  fit.correction = (clipped_sum + folded.clipped) / (n + C::kShrink);
  fit.interval_variance = (C::kIntervalWeight * prior.interval_scale * prior.interval_scale +
                           squares_sum + folded.clipped_squares) /
                          (C::kIntervalWeight + std::max(n - 1.0, 0.0));
}

// Whether the newer half of the buffer sits off the level, and by how much of it one should go.
double slow_drift(const FitPoints& points, std::size_t units, const Column& residual,
                  double variance) {
  if (points.main < C::kSlowUnits) return 0.0;
  const std::size_t half = points.main / 2;
  Column recent;
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

#if defined(__x86_64__)
// Lane by lane the same operations as the baseline's, so the same numbers; half the instructions.
__attribute__((target("avx2"))) double iterate_avx2(const FitPoints& points, std::size_t units,
                                                    const FoldedSums& folded,
                                                    const LevelPrior& prior, double variance,
                                                    Column& residual, LevelFit& fit) {
  return iterate(points, units, folded, prior, variance, residual, fit);
}
#endif

double iterate_fastest(const FitPoints& points, std::size_t units, const FoldedSums& folded,
                       const LevelPrior& prior, double variance, Column& residual, LevelFit& fit) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return iterate_avx2(points, units, folded, prior, variance, residual, fit);
#endif
  return iterate(points, units, folded, prior, variance, residual, fit);
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
  const double variance =
      (C::kScaleWeight * prior.scale * prior.scale + others * start.deviation * start.deviation) /
      (C::kScaleWeight + others);
  Column residual;
  fit.variance = iterate_fastest(points, units, folded, prior, variance, residual, fit);
  correct(points, units, residual, folded, prior, fit);
  fit.slow = slow_drift(points, units, residual, fit.variance);
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
