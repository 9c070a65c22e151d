// What the current row of a table measured, and what it was measured on.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/tradeoff_columns.h"

namespace joulecast::cli {

/// NaN: not known.
struct TradeoffFacts {
  double run_energy_j, epoch_energy_j, image_energy_j;
  double epoch_time_s, power_w;
  double flops;    ///< Of an epoch, up to a constant factor; forward and backward passes.
  double rated_j;  ///< TDP of all GPUs times the epoch's time.
};

/// Not thread-safe.
class TradeoffFactReader {
 public:
  /// `mapping` (may be null) and `csv` must outlive it.
  TradeoffFactReader(const pre::Mapping* mapping, const CsvReader& csv);
  /// Of the current row. Error: a measurement that is no number above 0, at its place.
  Result<TradeoffFacts> read();

 private:
  enum Field : std::size_t {
    kPower,
    kEpochEnergy,
    kTotalEnergy,
    kEpochTime,
    kTotalTime,
    kStepTime,
    kThroughput,
    kStepsPerEpoch,
    kGflops,
    kEpochs,
    kTrainSize,
    kValSize,
    kValidations,
    kBatchSize,
    kGpus,
    kCount
  };
  Status read_numbers();
  double of(Field field) const { return numbers_[field]; }
  double of(Field field, double otherwise) const;
  double train_samples() const;
  double epoch_seconds(double train_samples) const;
  double tdp_w();

  std::array<std::optional<TradeoffColumn>, kCount> columns_;
  std::array<double, kCount> numbers_{};
  std::optional<TradeoffColumn> gpu_;
  std::map<std::string, double, std::less<>> tdp_w_;  ///< By the GPU's name; NaN: not known.
};

}  // namespace joulecast::cli
