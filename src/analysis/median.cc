#include <algorithm>

#include "joulecast/analysis/statistics.h"

namespace joulecast::analysis {

Result<double> median(std::span<const double> values) {
  if (values.empty()) return Error{"median: no values"};
  std::vector<double> copy(values.begin(), values.end());
  const auto middle = copy.begin() + static_cast<std::ptrdiff_t>(copy.size() / 2);
  std::nth_element(copy.begin(), middle, copy.end());
  if (copy.size() % 2 == 1) return *middle;
  return 0.5 * (*std::max_element(copy.begin(), middle) + *middle);
}

}  // namespace joulecast::analysis
