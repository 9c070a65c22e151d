// Power over time as a curve of straight pieces, so that its integral is exact.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::fake {

class Wave {
 public:
  /// "300W*0.7s,80W*0.3s": stretches of constant power, repeated for ever in both directions.
  static Result<Wave> parse(std::string_view text);
  /// The columns power*_w of a CSV file with a column time_s, or of samples.csv in a folder: one
  /// wave for each. Straight lines between samples; the first and the last power hold outside.
  static Result<std::vector<Wave>> read(const std::filesystem::path& path);

  double power_w(double time_s) const;
  /// The integral; negative where to_s lies before from_s.
  double energy_j(double from_s, double to_s) const;
  /// Mean power over `window_s` up to `end_s`; the power at that moment if window_s is 0.
  double mean_w(double end_s, double window_s) const;

 private:
  struct Knot {
    double time_s, power_w;
    double energy_j;  // from the first knot to here
  };
  void add(double time_s, double power_w);
  double energy_since_first_j(double time_s) const;
  double energy_within_j(double time_s) const;
  double length_s() const { return knots_.back().time_s - knots_.front().time_s; }

  std::vector<Knot> knots_;  // two at the same time are a jump; never empty
  bool repeats_ = false;
};

}  // namespace joulecast::fake
