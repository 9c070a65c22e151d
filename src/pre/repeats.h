// Configurations that were run before: their own history is the best estimate of the next run.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulecast/pre/estimator.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

inline constexpr std::size_t kTargetCount = 4;

/// Equal for set-ups that would be one and the same training; what recordings say of FLOPs or
/// sheets does not count, nor does the number of epochs.
std::string repeat_key(const SetUp& set_up);

/// Of values above 0; the mean of the middle two where their number is even. Not empty.
double median_of(std::vector<double> values);

/// Safe for concurrent calls of const members.
class Repeats {
 public:
  explicit Repeats(std::span<const Observation> observations);

  /// The median of the configuration's runs; the interval is of one more run.
  std::optional<Answer> answer(const SetUp& set_up, Target target) const;

 private:
  struct History {
    std::array<std::vector<double>, kTargetCount> values;
  };
  std::map<std::string, History> histories_;
  std::array<double, kTargetCount> spread_{};  ///< 90 % of runs lie within it, in logarithms.
};

}  // namespace joulecast::pre
