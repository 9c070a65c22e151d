// A run's own period near one that is known roughly.
#pragma once

#include <initializer_list>
#include <vector>

namespace joulecast::accuracy {

struct PeriodSearch {
  double about = 0.0;           ///< The period known roughly, in samples.
  double from = 0.0, to = 0.0;  ///< Looked for between these multiples of it.
  double step = 0.0;            ///< In samples.
};

/// The period, in samples, whose autocorrelation, summed over `multiples` of it, is largest.
/// Highest peaks are cut so that one spike does not decide.
double own_period(std::vector<double> samples, const PeriodSearch& search,
                  std::initializer_list<int> multiples);

}  // namespace joulecast::accuracy
