#include "joulecast/pre/training_estimate.h"

#include <fmt/format.h>

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
      "the estimator's {} is {:g}: it was asked about a set-up too far from what it was fitted on",
      what, answer->value)};
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
  auto network = network_of(said.set_up);
  if (!network) return network.error();
  result.network = std::move(network).value();
  fill_input_size(result.set_up, *result.network);
  result.memory = memory_need(result.set_up, *result.network, result.gpu);

  const auto energy = positive("energy", estimator.answer(result.set_up, Target::kEpochEnergy));
  if (!energy) return energy.error();
  const auto power = positive("power", estimator.answer(result.set_up, Target::kPower));
  if (!power) return power.error();
  const auto own_time = estimator.answer(result.set_up, Target::kTime);
  const Answer time = own_time ? *own_time : quotient(*energy, *power);
  auto outside = estimator.out_of_range(result.set_up);
  if (!outside) return outside.error();
  result.out_of_range = std::move(outside).value();
  const std::string method = estimator.method(Target::kEpochEnergy);
  result.epoch = forecast(method, *energy, *power, time, 1.0);
  result.total = forecast(method, *energy, *power, time, result.set_up.epochs);
  return result;
}

}  // namespace joulecast::pre
