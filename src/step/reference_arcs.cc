// The reference library's ideal arc curve. It is a random one with a fixed seed: to give the same
// figures, the same numbers must be drawn in the same order from the same generator.
#include <algorithm>
#include <bit>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <numeric>
#include <random>

#include "step/arc_curve.h"

namespace joulecast::step {
namespace {

constexpr std::size_t kFits = 1000;
constexpr std::size_t kPointsPerFit = 1000;

// NumPy's legacy generator with seed 0, and what it makes of 32-bit draws.
class LegacyRandom {
 public:
  // Uniform in [low, high): draws the needed bits until they are in range; none if there is no
  // choice.
  std::uint32_t integer(std::uint32_t low, std::uint32_t high) {
    const std::uint32_t range = high - low - 1;
    if (range == 0) return low;
    const std::uint32_t mask = std::bit_ceil(range + 1) - 1;
    std::uint32_t drawn = draw() & mask;
    while (drawn > range) drawn = draw() & mask;
    return low + drawn;
  }

  // Uniform in [0, 1), a multiple of 2^-53.
  double real() {
    const std::uint32_t high = draw() >> 5;
    const std::uint32_t low = draw() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

 private:
  std::uint32_t draw() { return static_cast<std::uint32_t>(generator_()); }

  // The fixed seed is the point: this is a constant of the method, not chance.
  std::mt19937 generator_{0};  // NOLINT(cert-msc32-c,cert-msc51-cpp)
};

std::vector<std::int64_t> random_neighbours(std::size_t windows, ArcDirection direction,
                                            LegacyRandom& random) {
  const auto n = static_cast<std::uint32_t>(windows);
  std::vector<std::int64_t> neighbour(windows);
  for (std::int64_t& any : neighbour) any = random.integer(0, n);
  if (direction == ArcDirection::kForward) {
    // The last window keeps its draw, as in the reference.
    for (std::uint32_t i = 0; i + 1 < n; ++i) neighbour[i] = random.integer(i + 1, n);
  }
  return neighbour;
}

// Draws from [0, 1) by the histogram of an arc curve, linear within each of its equal bins.
class ArcDistribution {
 public:
  explicit ArcDistribution(std::span<const std::int64_t> arcs)
      : bins_(static_cast<double>(arcs.size())) {
    const auto total =
        static_cast<double>(std::accumulate(arcs.begin(), arcs.end(), std::int64_t{0}));
    for (const std::int64_t arc : arcs) {
      cumulative_.push_back(cumulative_.back() + static_cast<double>(arc) / total);
    }
    for (std::size_t i = 0; i < arcs.size(); ++i) {
      const std::size_t from = first_bin_.empty() ? 0 : first_bin_.back();
      first_bin_.push_back(
          static_cast<std::uint32_t>(bin_of(static_cast<double>(i) / bins_, from)));
    }
  }

  double operator()(double probability) const {
    const std::size_t bin =
        bin_of(probability, first_bin_[static_cast<std::size_t>(probability * bins_)]);
    if (bin + 1 == cumulative_.size()) return 1;
    const double within =
        (probability - cumulative_[bin]) / (cumulative_[bin + 1] - cumulative_[bin]);
    return (static_cast<double>(bin) + within) / bins_;
  }

 private:
  // The last bin, from `bin` on, that begins at or below `probability`.
  std::size_t bin_of(double probability, std::size_t bin) const {
    while (bin + 1 < cumulative_.size() && cumulative_[bin + 1] <= probability) ++bin;
    return bin;
  }

  double bins_;
  std::vector<double> cumulative_ = {0.0};  // at the beginning of each bin, and 1 at the end
  std::vector<std::uint32_t> first_bin_;    // bin_of(i / bins_, 0)
};

struct Shape {
  double a;
  double b;
};

// What a Beta distribution on (0, 1) is fitted to.
struct Sample {
  double mean;
  double variance;
  double mean_log;             // of x
  double mean_log_complement;  // of 1 - x
};

Sample draw_sample(const ArcDistribution& distribution, LegacyRandom& random) {
  // The logarithm of a product is cheaper than the sum of logarithms; sixteen factors stay clear of
  // underflow.
  constexpr std::size_t kFactors = 16;
  double sum = 0;
  double squares = 0;
  double logs = 0;
  double complement_logs = 0;
  double product = 1;
  double complement_product = 1;
  for (std::size_t k = 1; k <= kPointsPerFit; ++k) {
    const double x = distribution(random.real());
    sum += x;
    squares += x * x;
    product *= x;
    complement_product *= 1 - x;
    if (k % kFactors == 0 || k == kPointsPerFit) {
      logs += std::log(product);
      complement_logs += std::log(complement_product);
      product = complement_product = 1;
    }
  }
  const auto n = static_cast<double>(kPointsPerFit);
  const double mean = sum / n;
  return {mean, squares / n - mean * mean, logs / n, complement_logs / n};
}

double digamma(double x) {
  using namespace boost::math::policies;
  return boost::math::digamma(x, policy<promote_double<false>>());
}

double trigamma(double x) {
  using namespace boost::math::policies;
  return boost::math::trigamma(x, policy<promote_double<false>>());
}

// Maximum likelihood: E[log x] = ψ(a) - ψ(a+b) and E[log(1-x)] = ψ(b) - ψ(a+b), by Newton's method
// from the shape with the sample's mean and variance.
Shape fit(const Sample& sample) {
  const double factor = sample.mean * (1 - sample.mean) / sample.variance - 1;
  Shape shape{sample.mean * factor, (1 - sample.mean) * factor};
  constexpr int kMaxSteps = 50;
  constexpr double kTolerance = 1e-12;
  for (int step = 0; step < kMaxSteps; ++step) {
    const double both = digamma(shape.a + shape.b);
    const double error_a = digamma(shape.a) - both - sample.mean_log;
    const double error_b = digamma(shape.b) - both - sample.mean_log_complement;
    const double slope = trigamma(shape.a + shape.b);
    const double slope_a = trigamma(shape.a) - slope;
    const double slope_b = trigamma(shape.b) - slope;
    const double determinant = slope_a * slope_b - slope * slope;
    const double step_a = (error_a * slope_b + error_b * slope) / determinant;
    const double step_b = (error_b * slope_a + error_a * slope) / determinant;
    // A step never more than halves a parameter, which keeps it positive.
    shape.a = std::max(shape.a - step_a, shape.a / 2);
    shape.b = std::max(shape.b - step_b, shape.b / 2);
    if (std::abs(step_a) + std::abs(step_b) < kTolerance) break;
  }
  return shape;
}

double to_hundredths(double x) { return std::nearbyint(x * 100) / 100; }

}  // namespace

std::vector<double> reference_arcs(std::size_t windows, ArcDirection direction) {
  LegacyRandom random;
  const std::vector<std::int64_t> arcs = arc_curve(random_neighbours(windows, direction, random));
  std::vector<double> ideal(windows, 0.0);
  if (std::all_of(arcs.begin(), arcs.end(), [](std::int64_t arc) { return arc == 0; })) {
    return ideal;
  }

  const ArcDistribution distribution(arcs);
  Shape mean{0, 0};
  for (std::size_t k = 0; k < kFits; ++k) {
    const Shape shape = fit(draw_sample(distribution, random));
    mean.a += shape.a;
    mean.b += shape.b;
  }
  mean.a = to_hundredths(mean.a / static_cast<double>(kFits));
  mean.b = to_hundredths(mean.b / static_cast<double>(kFits));

  // The density up to a factor, then the factor that brings it nearest to the arcs (least squares).
  double products = 0;
  double squares = 0;
  for (std::size_t i = 1; i < windows; ++i) {
    const double x = static_cast<double>(i) / static_cast<double>(windows);
    ideal[i] = std::pow(x, mean.a - 1) * std::pow(1 - x, mean.b - 1);
    products += ideal[i] * static_cast<double>(arcs[i]);
    squares += ideal[i] * ideal[i];
  }
  for (double& density : ideal) density *= products / squares;
  return ideal;
}

}  // namespace joulecast::step
