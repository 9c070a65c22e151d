#include "step/matrix_profile_windows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace joulecast::step {
namespace {

// Four running sums, so that the processor need not wait for each addition before the next.
template <typename Term>
double sum_over(std::span<const double> x, Term term) {
  std::array<double, 4> sums{};
  const std::size_t whole = x.size() - x.size() % sums.size();
  for (std::size_t p = 0; p < whole; p += sums.size()) {
    for (std::size_t s = 0; s < sums.size(); ++s) sums[s] += term(x[p + s]);
  }
  double rest = 0;
  for (std::size_t p = whole; p < x.size(); ++p) rest += term(x[p]);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest;
}

template <typename T>
void erase_front(std::vector<T>& v, std::size_t how_many) {
  v.erase(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(how_many));
}

}  // namespace

Windows::Windows(std::size_t window)
    : window_(window),
      step_scale_(std::sqrt(static_cast<double>(window - 1)) / static_cast<double>(window)) {}

void Windows::reserve(std::size_t samples) {
  samples_.reserve(samples);
  mean_.reserve(samples);
  entering_.reserve(samples);
  leaving_.reserve(samples);
  inverse_deviation_.reserve(samples);
  kind_.reserve(samples);
}

void Windows::append(double sample) {
  const bool finite = std::isfinite(sample);
  const double previous = samples_.empty() ? 0.0 : samples_.back();
  equal_run_ = !finite ? 0 : (finite_run_ > 0 && sample == previous ? equal_run_ + 1 : 1);
  finite_run_ = finite ? finite_run_ + 1 : 0;
  // Nothing is read off a window with a gap, but the recurrences run through it: the nearest
  // finite sample disturbs them least.
  samples_.push_back(finite ? sample : previous);
  if (samples_.size() < window_) return;

  const std::span<const double> x = std::span<const double>(samples_).last(window_);
  const auto m = static_cast<double>(window_);
  const double sum_but_last = sum_over(x.first(window_ - 1), [](double v) { return v; });
  const double mean_but_last = sum_but_last / (m - 1);
  const double mean = (sum_but_last + x.back()) / m;
  const double variance = sum_over(x, [mean](double v) { return (v - mean) * (v - mean); }) / m;

  WindowKind kind = WindowKind::kVarying;
  if (finite_run_ < window_) {
    kind = WindowKind::kNonFinite;
  } else if (equal_run_ >= window_ || variance == 0) {
    kind = WindowKind::kConstant;
  }
  const bool first = samples_.size() == window_;
  mean_.push_back(mean);
  entering_.push_back(step_scale_ * (x.back() - mean_but_last));
  leaving_.push_back(
      first ? 0.0 : step_scale_ * (samples_[samples_.size() - window_ - 1] - mean_but_last));
  inverse_deviation_.push_back(kind == WindowKind::kVarying
                                   ? 1 / std::sqrt(variance)
                                   : std::numeric_limits<double>::quiet_NaN());
  kind_.push_back(kind);
}

void Windows::drop_oldest(std::size_t how_many) {
  erase_front(samples_, how_many);
  erase_front(mean_, how_many);
  erase_front(entering_, how_many);
  erase_front(leaving_, how_many);
  erase_front(inverse_deviation_, how_many);
  erase_front(kind_, how_many);
}

void Windows::pad(std::size_t extra) {
  const std::size_t size = count() + extra;
  entering_.resize(size, 0.0);
  leaving_.resize(size, 0.0);
  inverse_deviation_.resize(size, std::numeric_limits<double>::quiet_NaN());
}

void Windows::covariances(std::size_t row, std::size_t column, std::size_t how_many,
                          double* covariance) const {
  std::fill_n(covariance, how_many, 0.0);
  if (column >= count()) return;
  const std::size_t there = std::min(how_many, count() - column);
  for (std::size_t p = 0; p < window_; ++p) {
    const double deviation = samples_[row + p] - mean_[row];
    for (std::size_t k = 0; k < there; ++k) {
      covariance[k] += deviation * (samples_[column + k + p] - mean_[column + k]);
    }
  }
  for (std::size_t k = 0; k < there; ++k) covariance[k] /= static_cast<double>(window_);
}

}  // namespace joulecast::step
