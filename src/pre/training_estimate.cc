#include "joulecast/pre/training_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pre/memory_need.h"
#include "pre/network_of.h"

namespace joulecast::pre {
namespace {

std::optional<double> times(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

template <typename Q>
std::optional<Q> quantity(const std::optional<double>& value) {
  return value ? std::optional(Q(*value)) : std::nullopt;
}

template <typename Q>
Estimate<Q> estimate_of(const Answer& answer, double factor = 1.0) {
  return {Q(answer.value * factor), quantity<Q>(times(answer.low, factor)),
          quantity<Q>(times(answer.high, factor))};
}

// Energy over power: the relative errors are taken as independent, which widens the interval.
Answer quotient(const Answer& energy, const Answer& power) {
  Answer time;
  time.value = energy.value / power.value;
  if (!energy.low || !energy.high || !power.low || !power.high) return time;
  const auto half = [](double a, double b) { return std::log(a / b); };
  const auto both = [](double a, double b) { return std::sqrt(a * a + b * b); };
  time.low =
      time.value * std::exp(-both(half(energy.value, *energy.low), half(*power.high, power.value)));
  time.high =
      time.value * std::exp(both(half(*energy.high, energy.value), half(power.value, *power.low)));
  return time;
}

Result<Answer> positive(const char* what, Result<Answer> answer) {
  if (!answer) return answer;
  if (std::isfinite(answer->value) && answer->value > 0.0) return answer;
  return Error{fmt::format(
      "the estimator's {} is {:.3g}: the set-up is too far from what it was fitted on; fit it on "
      "trainings that are nearer",
      what, answer->value)};
}

// Kernel methods fall to 0 far from their data, and lines go anywhere.
Result<Answer> plausible_power(Result<Answer> power, const SetUp& set_up,
                               const hardware::Gpu& gpu) {
  auto answer = positive("power", std::move(power));
  if (!answer) return answer;
  constexpr double kLeastOfTdp = 0.03, kMostOfTdp = 1.6;
  const double tdp_w = gpu.tdp.value() * set_up.gpus;
  if (answer->value >= kLeastOfTdp * tdp_w && answer->value <= kMostOfTdp * tdp_w) return answer;
  return Error{fmt::format(
      "the estimator says {:.3g} W on a GPU of {:g} W: the set-up is too far from what it was "
      "fitted on; fit it on trainings that are nearer",
      answer->value, tdp_w)};
}

Status check_power_limit(const SetUp& set_up, const hardware::Gpu& gpu) {
  if (!set_up.power_limit) return {};
  const double limit_w = set_up.power_limit->value();
  // Where the table does not know the driver's range, nobody sets less than a fifth.
  constexpr double kLeastOfTdp = 0.2, kMostOfTdp = 1.5;
  const double least_w = gpu.power_limit_min.value_or(gpu.tdp * kLeastOfTdp).value();
  const double most_w = gpu.power_limit_max.value_or(gpu.tdp * kMostOfTdp).value();
  if (limit_w >= least_w && limit_w <= most_w) return {};
  return Error{fmt::format("--power-limit {:g} W: {} takes {:g} to {:g} W", limit_w, gpu.name,
                           least_w, most_w)};
}

Result<Answer> epoch_time(const EstimatorFile& estimator, const SetUp& set_up, const Answer& energy,
                          const Answer& power) {
  const auto targets = estimator.targets();
  if (std::find(targets.begin(), targets.end(), Target::kTime) == targets.end()) {
    return quotient(energy, power);
  }
  auto own = estimator.answer(set_up, Target::kTime);
  // Three fits that know nothing of each other: where the third leaves the ground, two remain.
  const bool useless = own && !(own->value > 0.0 && std::isfinite(own->value));
  return useless ? quotient(energy, power) : own;
}

Forecast forecast(std::string_view method, const Answer& energy, const Answer& power,
                  const Answer& time, double epochs) {
  Forecast result;
  result.method = std::string(method);
  result.energy = estimate_of<Joules>(energy, epochs);
  result.duration = estimate_of<Seconds>(time, epochs);
  result.power = estimate_of<Watts>(power);
  result.origins = {Origin::kModelled};
  return result;
}

// Features need the size that the network has when nobody said one.
void fill_input_size(SetUp& set_up, const network::Network& network) {
  constexpr std::size_t kImageRank = 3;
  const auto& shape = network.input_shape;
  if (set_up.image_height > 0 || shape.size() != kImageRank) return;
  const bool channels_first = shape[0] <= shape[2];
  set_up.image_height = shape[channels_first ? 1 : 0];
  set_up.image_width = shape[channels_first ? 2 : 1];
}

}  // namespace

Result<TrainingEstimate> estimate_training(const EstimatorFile& estimator, const SaidSetUp& said) {
  TrainingEstimate result;
  result.set_up = said.set_up;
  result.assumed = said.assumed;
  auto gpu = hardware::find_gpu(said.set_up.gpu);
  if (!gpu) return gpu.error();
  result.gpu = std::move(gpu).value();
  if (Status status = check_power_limit(said.set_up, result.gpu); !status) return status.error();
  auto network = network_of(said.set_up);
  if (!network) return network.error();
  result.network = std::move(network).value();
  fill_input_size(result.set_up, *result.network);
  result.memory = memory_need(result.set_up, *result.network, result.gpu);

  const auto energy = positive("energy", estimator.answer(result.set_up, Target::kEpochEnergy));
  if (!energy) return energy.error();
  const auto power =
      plausible_power(estimator.answer(result.set_up, Target::kPower), result.set_up, result.gpu);
  if (!power) return power.error();
  const auto time = epoch_time(estimator, result.set_up, *energy, *power);
  if (!time) return time.error();
  for (const std::string& setting : said.said) {
    if (estimator.heeds(setting)) continue;
    result.unheeded.push_back(setting);
  }
  auto outside = estimator.out_of_range(result.set_up);
  if (!outside) return outside.error();
  result.out_of_range = std::move(outside).value();
  const std::string method = estimator.method(Target::kEpochEnergy);
  result.energy_parts = energy->parts;
  result.power_parts = power->parts;
  result.time_parts = time->parts;
  result.epoch = forecast(method, *energy, *power, *time, 1.0);
  result.total = forecast(method, *energy, *power, *time, result.set_up.epochs);
  return result;
}

}  // namespace joulecast::pre
