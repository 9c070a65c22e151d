// What the matrix profile needs to know about each window of a series, sample by sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace joulecast::step {

enum class WindowKind : std::uint8_t {
  kVarying,   // finite samples, not all equal: correlates with others of its kind
  kConstant,  // finite samples, all equal
  kNonFinite  // holds a NaN or an infinity
};

/// Per-window quantities for windows of a fixed length, kept up to date as samples are appended.
/// With m the window length, x the samples and u[i] the mean of x[i .. i+m-2] (the m-1 samples
/// that windows i-1 and i share), the covariance of windows i and j obeys
///   cov(i, j) = cov(i-1, j-1) + entering[i]·entering[j] - leaving[i]·leaving[j],
///   entering[i] = s · (x[i+m-1] - u[i]),  leaving[i] = s · (x[i-1] - u[i]),  s = sqrt(m-1)/m
/// (Welford's update, one sample in and one out; leaving[0] is 0 and never needed).
class Windows {
 public:
  /// `window` must be at least 2.
  explicit Windows(std::size_t window);

  /// Makes room for `samples` samples and what belongs to them.
  void reserve(std::size_t samples);

  /// O(window) time.
  void append(double sample);

  /// Forgets the `how_many` oldest windows (fewer than count()); window `how_many` becomes 0.
  void drop_oldest(std::size_t how_many);

  /// Lengthens the vectors by `extra` entries that correlate with nothing (inverse deviation NaN),
  /// so that a kernel may run over the end. No append() after this.
  void pad(std::size_t extra);

  std::size_t window() const { return window_; }
  /// Number of windows so far, padding not counted.
  std::size_t count() const { return kind_.size(); }

  const std::vector<double>& entering() const { return entering_; }
  const std::vector<double>& leaving() const { return leaving_; }
  /// 1 / standard deviation (divisor m); NaN unless the window is kVarying.
  const std::vector<double>& inverse_deviation() const { return inverse_deviation_; }
  const std::vector<WindowKind>& kind() const { return kind_; }

  /// Sets covariance[k] to the covariance (divisor m) of windows `row` and `column + k`, straight
  /// from the definition, for k in [0, how_many); 0 where there is no window `column + k`.
  void covariances(std::size_t row, std::size_t column, std::size_t how_many,
                   double* covariance) const;

 private:
  std::size_t window_;
  double step_scale_;            // s above
  std::size_t finite_run_ = 0;   // finite samples since the last other one
  std::size_t equal_run_ = 0;    // equal finite samples at the end
  std::vector<double> samples_;  // a non-finite one is replaced by the one before it
  std::vector<double> mean_;
  std::vector<double> entering_;
  std::vector<double> leaving_;
  std::vector<double> inverse_deviation_;
  std::vector<WindowKind> kind_;
};

}  // namespace joulecast::step
