#include "step/period_autocorrelation.h"

#include <algorithm>
#include <bit>
#include <complex>

#define EIGEN_MPL2_ONLY
#include <unsupported/Eigen/FFT>

namespace joulecast::step {

std::vector<double> autocorrelation(std::span<const double> series, std::size_t lags) {
  lags = std::min(lags, series.size());
  // Padded so far that the ends do not meet within the lags asked for.
  const std::size_t size = std::bit_ceil(series.size() + lags);
  std::vector<double> padded(size, 0.0);
  std::copy(series.begin(), series.end(), padded.begin());

  Eigen::FFT<double> fft;
  fft.SetFlag(Eigen::FFT<double>::HalfSpectrum);
  std::vector<std::complex<double>> spectrum;
  fft.fwd(spectrum, padded);
  for (std::complex<double>& s : spectrum) s = std::norm(s);
  fft.inv(padded, spectrum);

  padded.resize(lags);
  const auto n = static_cast<double>(series.size());
  const double power = lags > 0 ? padded[0] / n : 0.0;
  for (std::size_t l = 0; l < lags; ++l) {
    padded[l] = power > 0.0 ? padded[l] / (n - static_cast<double>(l)) / power : 0.0;
  }
  return padded;
}

}  // namespace joulecast::step
