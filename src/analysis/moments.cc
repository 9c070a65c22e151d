#include "analysis/moments.h"

#include <algorithm>
#include <limits>

namespace joulecast::analysis {

Moments moments_of(std::span<const double> values, double origin) {
  const auto n = static_cast<double>(values.size());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least == *most) return {.n = n, .mean = *least - origin, .sum_squares = 0.0};
  const double near = values.front();
  Sum distances;
  for (const double value : values) distances.add(value - near);
  const double shift = distances.value() / n;
  Sum squares;
  for (const double value : values) {
    const double distance = (value - near) - shift;
    squares.add(distance * distance);
  }
  return {.n = n, .mean = (near - origin) + shift, .sum_squares = squares.value()};
}

double rounding_squares(double n, double largest) {
  const double rounding = 8.0 * std::numeric_limits<double>::epsilon() * largest;
  return n * rounding * rounding;
}

double largest_magnitude(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace joulecast::analysis
