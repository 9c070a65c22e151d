#include "step/learning_curve.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cassert>
#include <cmath>
#include <optional>
#include <utility>

namespace joulecast::step {
namespace {

// Constants chosen on one half of tests/data/curves and judged on the other; see
// early_stopping_test.cc for the figures.
//
// Share of the residuals around a straight line that is noise; the rest is the curve's own bend.
constexpr double kNoiseShare = 0.6;
// Variance of a family's drift per unit of excess hindcast error (over that of the noise).
constexpr double kDriftPerExcess = 0.25;
// How strongly a better hindcast counts: weight ~ error^-kSharpness.
constexpr double kSharpness = 2.5;

// The families: level + a * first(t) + b * second(t). They are those of the literature on
// extrapolating learning curves (power law, exponential, logarithm) with exponent or time constant
// on a grid, so that the fit is linear. Time constants are in units of the evaluations seen.
enum class Shape { kNone, kPower, kExponential, kLog, kLinear };
struct Term {
  Shape shape = Shape::kNone;
  double parameter = 0.0;

  double at(double time, double seen) const {
    switch (shape) {
      case Shape::kPower:
        return std::pow(time, -parameter);
      case Shape::kExponential:
        return std::exp(-time / (parameter * seen));
      case Shape::kLog:
        return std::log(time / seen);
      case Shape::kLinear:
        return time / seen;
      case Shape::kNone:
        break;
    }
    return 0.0;
  }
  // A power law or an exponential that rises towards its limit is no learning curve.
  bool only_falls() const { return shape == Shape::kPower || shape == Shape::kExponential; }
};
struct Family {
  Term first, second;

  std::size_t terms() const {
    return (first.shape != Shape::kNone ? 1U : 0U) + (second.shape != Shape::kNone ? 1U : 0U);
  }
};
constexpr std::array kFamilies{
    Family{{}, {}},  // a plateau
    Family{{Shape::kPower, 0.25}, {}},
    Family{{Shape::kPower, 0.5}, {}},
    Family{{Shape::kPower, 1.0}, {}},
    Family{{Shape::kPower, 2.0}, {}},
    Family{{Shape::kExponential, 0.1}, {}},
    Family{{Shape::kExponential, 0.25}, {}},
    Family{{Shape::kExponential, 0.6}, {}},
    Family{{Shape::kExponential, 1.5}, {}},
    Family{{Shape::kLog, 0.0}, {}},
    Family{{Shape::kLinear, 0.0}, {}},
    // A fall, then a rise: what over-fitting does to a validation loss.
    Family{{Shape::kPower, 1.0}, {Shape::kLog, 0.0}},
    Family{{Shape::kPower, 0.5}, {Shape::kLinear, 0.0}},
    Family{{Shape::kExponential, 0.1}, {Shape::kLinear, 0.0}},
    Family{{Shape::kExponential, 0.25}, {Shape::kLinear, 0.0}},
};

// The share of the newest values that a family is fitted to.
constexpr std::array kWindows{1.0, 0.5};

// From how much of the curve a fit has to foretell the rest, and what that counts. The later
// origin counts double: it is nearer to the task at hand.
struct Origin {
  double share, weight;
};
constexpr std::array kOrigins{Origin{0.5, 1.0}, Origin{0.75, 2.0}};

struct Line {
  double level = 0.0, a = 0.0, b = 0.0;
  double at(double first, double second) const { return level + a * first + b * second; }
};

const std::array<double, 4096>& normal_table() {
  static const std::array<double, 4096> table = [] {
    std::array<double, 4096> values{};
    const boost::math::normal_distribution<> normal;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = boost::math::quantile(
          normal, (static_cast<double>(i) + 0.5) / static_cast<double>(values.size()));
    }
    return values;
  }();
  return table;
}

}  // namespace

double normal(Random& random) { return normal_table()[random.bits() >> 52U]; }

// One family on one curve: its terms at the points, and least squares over any stretch of them.
class LearningCurve::Fitter {
 public:
  Fitter(const std::vector<Point>& points, double seen, const Family& family)
      : points_(points), family_(family) {
    first_.reserve(points.size());
    second_.reserve(points.size());
    for (const Point& point : points) {
      first_.push_back(family.first.at(point.time, seen));
      second_.push_back(family.second.at(point.time, seen));
    }
  }

  // Over the points of (until * (1 - window), until]. None: too few of them, or the family does
  // not go that way.
  std::optional<Line> fit(double until, double window) const {
    const std::size_t begin = after(until * (1.0 - window));
    const std::size_t end = after(until);
    if (end < begin + family_.terms() + 2) return std::nullopt;
    double n = 0.0, mx = 0.0, mz = 0.0, my = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      n += points_[i].count;
      mx += points_[i].count * first_[i];
      mz += points_[i].count * second_[i];
      my += points_[i].count * points_[i].value;
    }
    mx /= n;
    mz /= n;
    my /= n;
    double xx = 0.0, xz = 0.0, zz = 0.0, xy = 0.0, zy = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      const double x = first_[i] - mx;
      const double z = second_[i] - mz;
      const double y = points_[i].value - my;
      const double count = points_[i].count;
      xx += count * x * x;
      xz += count * x * z;
      zz += count * z * z;
      xy += count * x * y;
      zy += count * z * y;
    }
    // Terms that hardly differ over the stretch cannot be told apart.
    constexpr double kTooAlike = 1e-12;
    Line line;
    if (family_.terms() == 2) {
      const double determinant = xx * zz - xz * xz;
      if (!(determinant > kTooAlike * xx * zz)) return std::nullopt;
      line.a = (xy * zz - zy * xz) / determinant;
      line.b = (zy * xx - xy * xz) / determinant;
      if (line.b < 0.0) return std::nullopt;
    } else if (family_.terms() == 1) {
      if (!(xx > kTooAlike * n * mx * mx)) return std::nullopt;
      line.a = xy / xx;
    }
    if (family_.first.only_falls() && line.a < 0.0) return std::nullopt;
    line.level = my - line.a * mx - line.b * mz;
    return line;
  }

  double residual(const Line& line, std::size_t i) const {
    return points_[i].value - line.at(first_[i], second_[i]);
  }

  // Mean squared error of what fits to the first part of the curve say about the rest of it.
  std::optional<double> hindcast_error(double seen, double window) const {
    double errors = 0.0, weights = 0.0;
    for (const Origin& origin : kOrigins) {
      const std::optional<Line> past = fit(origin.share * seen, window);
      if (!past) continue;
      double squares = 0.0, count = 0.0;
      for (std::size_t i = after(origin.share * seen); i < points_.size(); ++i) {
        const double error = residual(*past, i);
        squares += error * error * points_[i].count;
        count += points_[i].count;
      }
      errors += origin.weight * squares / count;
      weights += origin.weight;
    }
    if (weights == 0.0) return std::nullopt;
    return errors / weights;
  }

  // How far the newest values lie from the line, drawn a little to zero.
  double offset(const Line& line) const {
    const std::size_t newest = std::max<std::size_t>(4, points_.size() / 10);
    double sum = 0.0;
    for (std::size_t i = points_.size() - newest; i < points_.size(); ++i) {
      sum += residual(line, i);
    }
    return sum / (static_cast<double>(newest) + 1.0);
  }

 private:
  // The index of the first point later than `time`.
  std::size_t after(double time) const {
    const auto place =
        std::upper_bound(points_.begin(), points_.end(), time,
                         [](double t, const Point& point) { return t < point.time; });
    return static_cast<std::size_t>(place - points_.begin());
  }

  const std::vector<Point>& points_;
  const Family& family_;
  std::vector<double> first_, second_;
};

void LearningCurve::add(double value) {
  ++size_;
  points_.push_back({static_cast<double>(size_), value, 1.0});
  if (points_.size() <= kMostPoints) return;
  // Average neighbours in the older half.
  constexpr std::size_t kPairs = kMostPoints / 4;
  for (std::size_t i = 0; i < kPairs; ++i) {
    const Point a = points_[2 * i];
    const Point b = points_[2 * i + 1];
    const double count = a.count + b.count;
    points_[i] = {(a.time * a.count + b.time * b.count) / count,
                  (a.value * a.count + b.value * b.count) / count, count};
  }
  const auto begin = points_.begin() + static_cast<std::ptrdiff_t>(kPairs);
  points_.erase(begin, begin + static_cast<std::ptrdiff_t>(kPairs));
}

// Around a straight line through the newest third of the values.
LearningCurve::Noise LearningCurve::noise() const {
  const auto third = static_cast<std::size_t>(size_ / 3);
  const std::size_t window =
      std::min<std::size_t>(points_.size(), std::clamp<std::size_t>(third, 8, 64));
  const std::size_t begin = points_.size() - window;
  const auto n = static_cast<double>(window);
  double mt = 0.0, my = 0.0;
  for (std::size_t i = begin; i < points_.size(); ++i) {
    mt += points_[i].time / n;
    my += points_[i].value / n;
  }
  double tt = 0.0, ty = 0.0;
  for (std::size_t i = begin; i < points_.size(); ++i) {
    tt += (points_[i].time - mt) * (points_[i].time - mt);
    ty += (points_[i].time - mt) * (points_[i].value - my);
  }
  double squares = 0.0, products = 0.0, last = 0.0;
  for (std::size_t i = begin; i < points_.size(); ++i) {
    const double residual = points_[i].value - my - ty / tt * (points_[i].time - mt);
    squares += residual * residual;
    products += residual * last;
    last = residual;
  }
  const double correlation = squares > 0.0 ? products / squares * n / (n + 1.0) : 0.0;
  return {std::sqrt(squares / (n - 2.0)), std::clamp(correlation, 0.0, 0.9), last};
}

double LearningCurve::quantum() const {
  std::vector<double> values;
  for (const Point& point : points_) {
    if (point.count == 1.0) values.push_back(point.value);
  }
  std::sort(values.begin(), values.end());
  const double range = values.back() - values.front();
  constexpr double kEqual = 1e-9;
  double smallest = range;
  std::size_t ties = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double gap = values[i] - values[i - 1];
    if (gap <= kEqual * range) {
      ++ties;
    } else {
      smallest = std::min(smallest, gap);
    }
  }
  // A metric that is not quantised hardly ever takes the same value twice. And no metric is so
  // exact that a change in its tenth digit means anything: a constant curve must not seem to
  // improve by rounding errors.
  const double exactness = kEqual * std::max(std::abs(values.front()), std::abs(values.back()));
  return std::max(exactness, ties * 5 >= values.size() ? smallest : 0.0);
}

double LearningCurve::variance() const {
  double n = 0.0, sum = 0.0, squares = 0.0;
  for (const Point& point : points_) {
    n += point.count;
    sum += point.count * (point.value - points_.front().value);
  }
  const double mean = points_.front().value + sum / n;
  for (const Point& point : points_) {
    squares += point.count * (point.value - mean) * (point.value - mean);
  }
  return squares / n;
}

Outlook LearningCurve::outlook(std::size_t horizon) const {
  assert(size_ >= kFewest);
  const auto seen = static_cast<double>(size_);
  const Noise noise = this->noise();
  Outlook outlook;
  outlook.noise = kNoiseShare * noise.deviation;
  outlook.correlation = noise.correlation;
  outlook.last_residual = noise.last;
  outlook.quantum = quantum();
  const auto time_ahead = [seen](std::size_t h) { return seen + static_cast<double>(h + 1); };
  // A family's error grows with the logarithm of time; the unit is the distance from the later
  // origin of the hindcasts to the end of the curve.
  outlook.drift_shape.reserve(horizon);
  for (std::size_t h = 0; h < horizon; ++h) {
    outlook.drift_shape.push_back(std::log(time_ahead(h) / seen) /
                                  -std::log(kOrigins.back().share));
  }

  const double noise_variance = noise.deviation * noise.deviation;
  // A perfectly constant curve must not be compared at a logarithm of zero.
  constexpr double kTiny = 1e-300;
  std::vector<double> scores;
  std::vector<double> first(horizon), second(horizon);
  for (const Family& family : kFamilies) {
    const Fitter fitter(points_, seen, family);
    for (std::size_t h = 0; h < horizon; ++h) {
      first[h] = family.first.at(time_ahead(h), seen);
      second[h] = family.second.at(time_ahead(h), seen);
    }
    for (const double window : kWindows) {
      const std::optional<Line> line = fitter.fit(seen, window);
      if (!line) continue;
      // What cannot be judged yet gets the spread of all values.
      const std::optional<double> judged = fitter.hindcast_error(seen, window);
      const double error = judged ? *judged : variance();
      Continuation way;
      way.drift = std::sqrt(kDriftPerExcess * std::max(0.0, error - noise_variance));
      const double offset = fitter.offset(*line);
      way.mean.reserve(horizon);
      for (std::size_t h = 0; h < horizon; ++h) {
        way.mean.push_back(offset + line->at(first[h], second[h]));
      }
      scores.push_back(-0.5 * kSharpness * std::log(noise_variance + error + kTiny));
      outlook.continuations.push_back(std::move(way));
    }
  }
  const double best = *std::max_element(scores.begin(), scores.end());
  double total = 0.0;
  for (double& score : scores) total += score = std::exp(score - best);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    outlook.continuations[i].weight = scores[i] / total;
  }
  return outlook;
}

}  // namespace joulecast::step
