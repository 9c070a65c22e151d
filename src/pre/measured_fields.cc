#include "pre/measured_fields.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <tuple>

namespace joulecast::pre {
namespace {

using Numbers = std::map<std::string_view, double>;

std::optional<double> find(const Numbers& numbers, std::string_view field) {
  const auto found = numbers.find(field);
  if (found == numbers.end()) return std::nullopt;
  return found->second;
}

// Samples of one step on all GPUs.
double step_samples(const SetUp& set_up) {
  return static_cast<double>(set_up.batch_size) * set_up.gpus;
}

// Samples a second, if the table gives them in any form.
std::optional<double> throughput(const Numbers& numbers, const SetUp& set_up) {
  if (const auto samples = find(numbers, "throughput")) return samples;
  const auto batch = find(numbers, "global_batch");
  const auto iteration_s = find(numbers, "iteration_time");
  if (batch && iteration_s) return *batch / *iteration_s;
  const auto tokens = find(numbers, "token_throughput");
  if (!tokens || set_up.sequence_length == 0) return std::nullopt;
  return *tokens / static_cast<double>(set_up.sequence_length);
}

std::optional<double> epoch_seconds(const Numbers& numbers, const SetUp& set_up) {
  if (const auto time_s = find(numbers, "epoch_time")) return time_s;
  if (const auto total_s = find(numbers, "total_time")) return *total_s / set_up.epochs;
  if (!(set_up.train_size > 0.0)) return std::nullopt;
  if (const auto step_s = find(numbers, "step_time")) {
    return *step_s * set_up.train_size / step_samples(set_up);
  }
  if (const auto samples_s = throughput(numbers, set_up)) return set_up.train_size / *samples_s;
  return std::nullopt;
}

std::optional<double> epoch_joules(const Numbers& numbers, const SetUp& set_up) {
  if (const auto energy_j = find(numbers, "epoch_energy")) return energy_j;
  if (const auto total_j = find(numbers, "total_energy")) return *total_j / set_up.epochs;
  return std::nullopt;
}

// Samples of an optimizer's step on all GPUs: says the accumulation where the batch of one GPU is
// said, else that batch.
Status set_global_batch(SetUp& set_up, double global_batch, bool batch_said,
                        std::string_view place) {
  constexpr double kMost = 1e6;
  const double one = batch_said ? step_samples(set_up)
                                : static_cast<double>(set_up.gpus) * set_up.gradient_accumulation;
  const double parts = global_batch / one;
  if (parts != std::floor(parts) || parts < 1.0 || parts > kMost) {
    return Error{fmt::format("{}: a global batch of {:g} is no whole number of {}", place,
                             global_batch,
                             batch_said ? fmt::format("steps of {:g} samples", one)
                                        : fmt::format("samples on each of {} GPUs", set_up.gpus))};
  }
  if (batch_said) {
    set_up.gradient_accumulation = static_cast<int>(parts);
  } else {
    set_up.batch_size = static_cast<std::int64_t>(parts);
  }
  return {};
}

template <typename Q>
std::optional<Q> quantity(const std::optional<double>& number) {
  return number ? std::optional<Q>(Q(*number)) : std::nullopt;
}

}  // namespace

Status set_measured(Observation& observation, const NumberOf& number, std::string_view place) {
  Numbers numbers;
  for (const std::string_view field :
       {"gflops", "steps_per_epoch", "power", "epoch_energy", "stable_epoch_energy", "epoch_time",
        "total_energy", "total_time", "step_time", "throughput", "token_throughput", "global_batch",
        "iteration_time"}) {
    const auto value = number(field);
    if (!value) return value.error();
    if (*value) numbers.emplace(field, **value);
  }
  SetUp& set_up = observation.set_up;
  set_up.recorded_gflops = find(numbers, "gflops");
  if (const auto batch = find(numbers, "global_batch")) {
    const auto said = number("batch_size");
    if (!said) return said.error();
    const Status status = set_global_batch(set_up, *batch, said->has_value(), place);
    if (!status) return status.error();
  }
  if (const auto steps = find(numbers, "steps_per_epoch")) {
    set_up.train_size = *steps * step_samples(set_up);
  }
  observation.power = quantity<Watts>(find(numbers, "power"));
  observation.epoch_energy = quantity<Joules>(epoch_joules(numbers, set_up));
  observation.stable_epoch_energy = quantity<Joules>(find(numbers, "stable_epoch_energy"));
  observation.epoch_time = quantity<Seconds>(epoch_seconds(numbers, set_up));
  return {};
}

Status check_measured(const Observation& observation) {
  constexpr double kMostWatts = 1e9, kMostJoules = 1e16, kMostSeconds = 1e10;
  const auto check = [](const auto& quantity, double most, const char* unit) -> Status {
    if (!quantity || quantity->value() <= most) return {};
    return Error{fmt::format("{:g} {} is more than any training takes: a wrong unit or cell?",
                             quantity->value(), unit)};
  };
  const auto& [power, energy, time] =
      std::tie(observation.power, observation.epoch_energy, observation.epoch_time);
  if (Status status = check(power, kMostWatts, "W"); !status) return status;
  if (Status status = check(energy, kMostJoules, "J"); !status) return status;
  if (Status status = check(observation.stable_epoch_energy, kMostJoules, "J"); !status) {
    return status;
  }
  if (Status status = check(time, kMostSeconds, "s"); !status) return status;
  if (!power || !energy || !time) return {};
  constexpr double kLeast = 0.5, kMost = 2.0;
  const double ratio = *energy / (*power * *time);
  if (ratio >= kLeast && ratio <= kMost) return {};
  return Error{
      fmt::format("an epoch of {:g} J is not one of {:g} W for {:g} s ({:.3g} J): mend the power, "
                  "the energy or the time, or leave one out",
                  energy->value(), power->value(), time->value(), (*power * *time).value())};
}

}  // namespace joulecast::pre
