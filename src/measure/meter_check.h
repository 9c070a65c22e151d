// A counter against the integrated power of the same device.
#pragma once

#include <optional>
#include <string>

#include "energy_curve.h"

namespace joulecast::measure {

/// Compares two curves over the time that both cover. Not thread-safe.
class CrossCheck {
 public:
  void update(const EnergyCurve& counter, const EnergyCurve& power);
  /// power / counter; absent while too little is known.
  std::optional<double> ratio() const;
  /// One line, once, if they differ by more than what they may.
  std::optional<std::string> alarm();

 private:
  struct Mark {
    double time_s;
    EnergyCurve::Point counter, power;
  };
  void add_errors(const Mark& mark);
  double error_j() const;

  std::optional<Mark> last_;
  bool broken_ = true;  // the stretch before was not covered by both
  double seconds_ = 0.0, counter_j_ = 0.0, power_j_ = 0.0;
  double variance_j2_ = 0.0;  // of the difference, the newest edge left out
  bool alarmed_ = false;
};

}  // namespace joulecast::measure
