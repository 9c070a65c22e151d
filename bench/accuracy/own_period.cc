#include "own_period.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "statistics.h"

namespace joulecast::accuracy {
namespace {

// Median absolute deviations above the median at which peaks are cut.
constexpr double kHighest = 8.0;

void centre(std::vector<double>& samples) {
  const double middle = median(samples);
  std::vector<double> deviations;
  for (const double x : samples) deviations.push_back(std::abs(x - middle));
  const double most = middle + kHighest * median(deviations);
  for (double& x : samples) x = std::min(x, most);
  const double mean =
      std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  for (double& x : samples) x -= mean;
}

// Mean product of the samples with themselves `lag` later, linear between two samples.
double autocorrelation(const std::vector<double>& x, double lag) {
  const auto whole = static_cast<std::size_t>(lag);
  const double part = lag - static_cast<double>(whole);
  if (whole + 2 >= x.size()) return 0.0;
  const std::size_t count = x.size() - whole - 1;
  double at = 0.0;
  double next = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    at += x[i] * x[i + whole];
    next += x[i] * x[i + whole + 1];
  }
  return ((1.0 - part) * at + part * next) / static_cast<double>(count);
}

}  // namespace

double own_period(std::vector<double> samples, const PeriodSearch& search,
                  std::initializer_list<int> multiples) {
  centre(samples);
  double best = -std::numeric_limits<double>::infinity();
  double period = search.about;
  const double first = search.from * search.about;
  const double last = search.to * search.about;
  const auto tries = static_cast<int>(std::ceil((last - first) / search.step));
  for (int i = 0; i < tries; ++i) {
    const double tried = first + i * search.step;
    double sum = 0.0;
    for (const int multiple : multiples) sum += autocorrelation(samples, multiple * tried);
    if (sum > best) {
      best = sum;
      period = tried;
    }
  }
  return period;
}

}  // namespace joulecast::accuracy
