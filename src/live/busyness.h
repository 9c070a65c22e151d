// How busy a device was over a run, from looks every few seconds.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "joulecast/measure/source.h"

namespace joulecast::live {

/// Not thread-safe.
class Busyness {
 public:
  /// What is new in it and worth a note: each other process and each reason of throttling once.
  std::vector<std::string> add(const measure::Telemetry& look);
  /// At the last look.
  std::optional<double> utilisation() const { return utilisation_; }
  /// "84 % busy on average, at most 12.3 GB of memory, 71 degrees"; empty where nothing was told.
  std::string text() const;

 private:
  std::optional<double> utilisation_;
  double sum_ = 0.0;
  std::size_t looks_ = 0;
  std::optional<double> most_memory_bytes_, hottest_c_;
  std::set<std::string> told_;
};

}  // namespace joulecast::live
