#include "cli/tradeoff_facts.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "joulecast/hardware/gpu.h"

namespace joulecast::cli {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// The first that is known.
double first_of(double a, double b) { return std::isnan(a) ? b : a; }

}  // namespace

TradeoffFactReader::TradeoffFactReader(const pre::Mapping* mapping, const CsvReader& csv) {
  constexpr std::array<std::string_view, kCount> kNames = {
      "power",      "epoch_energy", "total_energy",          "epoch_time", "total_time",
      "step_time",  "throughput",   "steps_per_epoch",       "gflops",     "epochs",
      "train_size", "val_size",     "validations_per_epoch", "batch_size", "gpus"};
  for (std::size_t i = 0; i < kCount; ++i) {
    columns_[i] = TradeoffColumn::of_field(mapping, csv, kNames[i]);
  }
  gpu_ = TradeoffColumn::of_field(mapping, csv, "gpu");
}

double TradeoffFactReader::of(Field field, double otherwise) const {
  return first_of(numbers_[field], otherwise);
}

Status TradeoffFactReader::read_numbers() {
  for (std::size_t i = 0; i < kCount; ++i) {
    numbers_[i] = kUnknown;
    if (!columns_[i]) continue;
    const auto value = columns_[i]->number();
    if (!value) return value.error();
    const bool zero_means_none = i == kValSize;
    if (*value < 0.0 || (*value == 0.0 && !zero_means_none)) {
      return columns_[i]->error("must be above 0; leave the cell empty where it is not known");
    }
    numbers_[i] = *value;
  }
  return {};
}

double TradeoffFactReader::train_samples() const {
  return first_of(of(kTrainSize), of(kStepsPerEpoch) * of(kBatchSize) * of(kGpus, 1.0));
}

double TradeoffFactReader::epoch_seconds(double train_samples) const {
  const double direct = first_of(of(kEpochTime), of(kTotalTime) / of(kEpochs));
  const double by_steps = of(kStepTime) * train_samples / (of(kBatchSize) * of(kGpus, 1.0));
  return first_of(direct, first_of(by_steps, train_samples / of(kThroughput)));
}

double TradeoffFactReader::tdp_w() {
  if (!gpu_) return kUnknown;
  const std::string_view name = gpu_->text();
  auto found = tdp_w_.find(name);
  if (found == tdp_w_.end()) {
    const auto gpu = hardware::find_gpu(name);
    found = tdp_w_.emplace(name, gpu ? gpu->tdp.value() : kUnknown).first;
  }
  return found->second * of(kGpus, 1.0);
}

Result<TradeoffFacts> TradeoffFactReader::read() {
  if (Status status = read_numbers(); !status) return status.error();
  // Of power, energy and time two give the third.
  const double train = train_samples();
  double time_s = epoch_seconds(train);
  double energy_j = first_of(of(kEpochEnergy), of(kTotalEnergy) / of(kEpochs));
  double power_w = of(kPower);
  energy_j = first_of(energy_j, power_w * time_s);
  time_s = first_of(time_s, energy_j / power_w);
  power_w = first_of(power_w, energy_j / time_s);

  const double validation = of(kValSize, 0.0) * of(kValidations, 1.0);
  // A backward pass is about two forward passes.
  constexpr double kPassesOfTraining = 3.0;
  const double passes = std::isnan(train) ? 1.0 : kPassesOfTraining * train + validation;
  return TradeoffFacts{.run_energy_j = first_of(of(kTotalEnergy), energy_j * of(kEpochs)),
                       .epoch_energy_j = energy_j,
                       .image_energy_j = energy_j / (train + validation),
                       .epoch_time_s = time_s,
                       .power_w = power_w,
                       .flops = of(kGflops) * passes,
                       .rated_j = tdp_w() * time_s};
}

}  // namespace joulecast::cli
