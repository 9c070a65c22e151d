// The figures of a data set: every method, at every moment, over its runs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "named_run.h"
#include "ours.h"
#include "plain_rules.h"
#include "statistics.h"

namespace joulecast::accuracy {

/// Of absolute errors of the total, in per cent.
struct Errors {
  std::size_t runs = 0;
  double median = 0.0, p90 = 0.0, max = 0.0;
};
Errors errors_of(const std::vector<double>& percent);

/// How often intervals held the outcome, in per cent, by kCoverages; and how wide the 90 % one was.
struct Covering {
  std::size_t answers = 0;
  std::array<double, kCoverages.size()> percent{};
  double width_percent = 0.0;
};

struct MethodScore {
  std::string method;
  Errors errors;
  std::optional<Covering> covering;  ///< Of joulecast.
  double spent_percent = 0.0;  ///< Joules spent before the answer, share of the total; median.
  /// joulecast: its error less that of the better of mean and median, run by run, in points; the
  /// mean over the runs.
  std::optional<BootstrapMean> less_plain;
};

struct MomentScore {
  std::string moment;
  std::vector<MethodScore> methods;  ///< joulecast is the last.
};

struct PooledScore {
  std::size_t from = 2;  ///< Over all epochs seen, from so many on, the last epoch apart.
  Covering covering;
};

struct SetScore {
  std::string name;
  std::size_t runs = 0;
  std::vector<MomentScore> moments;
  std::vector<PooledScore> pooled;
};

/// Moments that fewer than half of the runs reach are left out.
SetScore score(const DataSet& set, std::uint64_t seed);

/// The score of a method at a moment, by their names.
const MethodScore* find(const SetScore& score, const std::string& moment,
                        const std::string& method);

}  // namespace joulecast::accuracy
