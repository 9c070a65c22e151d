// How wrong every method of a comparison was, and how much better the better ones are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/analysis/comparison.h"

namespace joulecast::analysis {

/// The error of the best of several tools over that of one method, on the same trainings: 2 means
/// that the method errs half as much.
struct ErrorRatio {
  double value = 0.0;
  double low = 0.0, high = 0.0;  ///< Bootstrap percentiles around it.
  std::string against;           ///< The best one.
  std::size_t trainings = 0;
};

struct MethodScore {
  const MethodColumn* column = nullptr;  ///< Of the comparison, which must outlive it.
  std::size_t answered = 0;
  double rmse_j = 0.0;
  double mape = 0.0, median_ape = 0.0, p90_ape = 0.0;  ///< Of |answer / truth - 1|.
  std::optional<double> r2;                            ///< Absent: all truths are equal.
  std::optional<double> coverage;  ///< Share of truths within the interval; absent: no intervals.
  double spent = 0.0;              ///< Median share of the joules before it could answer.
  /// RMSE against the best existing tool, and against the best of the four forms of Green
  /// Algorithms and ML CO2 Impact, as the paper compares. Absent for existing tools, where fewer
  /// than two trainings are common, and where the method made no error.
  std::optional<ErrorRatio> existing, rated;
};

struct ScoreOptions {
  std::uint64_t seed = 0;
  std::size_t draws = 1000;  ///< Of the bootstrap.
  double coverage = 0.9;     ///< Of its intervals.
};

/// What the bootstrap draws from.
struct Resampling {
  bool set_ups = false;  ///< Whole set-ups, where there are ten or more; else single trainings.
  std::size_t units = 0;
};

struct Scores {
  std::vector<MethodScore> methods;  ///< In the order of Comparison::columns().
  Resampling resampling;
};

/// Deterministic for a seed. Existing tools count that answer no later than the method or only at
/// the end (those are told most), for at least nine tenths of its trainings; all are judged on the
/// trainings that all of these answered. In each draw the best tool is found anew.
Scores score(const Comparison& comparison, const ScoreOptions& options = {});

/// Linear between the sorted values, as NumPy's; `share` 0 to 1, `values` not empty.
double quantile_of(std::vector<double> values, double share);

}  // namespace joulecast::analysis
