#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "joulecast/analysis/table_comparison.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/network/named.h"

namespace joulecast::analysis {
namespace {

struct Recipe {
  std::string_view method, estimator;
  pre::Target target;
};

constexpr std::array<Recipe, 5> kRecipes = {
    {{"pre-linear-epoch", "linear", pre::Target::kEpochEnergy},
     {"pre-krr-power", "krr", pre::Target::kPower},
     {"pre-krr-epoch", "krr", pre::Target::kEpochEnergy},
     {"pre-svr-epoch", "svr", pre::Target::kEpochEnergy},
     {"joulecast-estimate", "joulecast", pre::Target::kEpochEnergy}}};

// Forward FLOPs of one sample: as recorded, else the network's.
std::optional<double> forward_flops(const pre::SetUp& set_up) {
  constexpr double kGiga = 1e9;
  if (set_up.recorded_gflops) return *set_up.recorded_gflops * kGiga;
  network::NetworkOptions options;
  options.width = set_up.width;
  options.head = set_up.head;
  if (set_up.image_height > 0) options.image_height = set_up.image_height;
  if (set_up.image_width > 0) options.image_width = set_up.image_width;
  if (set_up.sequence_length > 0) options.sequence_length = set_up.sequence_length;
  const auto network = network::load_network(set_up.network, options);
  if (!network) return std::nullopt;
  return network::totals(*network).flops;
}

}  // namespace

Result<FittedMethods> FittedMethods::fit(std::span<const pre::Observation> observations) {
  FittedMethods methods;
  for (const Recipe& recipe : kRecipes) {
    std::vector<pre::Observation> known;
    std::copy_if(observations.begin(), observations.end(), std::back_inserter(known),
                 [&](const pre::Observation& observation) {
                   return pre::value_of(observation, recipe.target).has_value();
                 });
    const auto estimator = pre::make_estimator(recipe.estimator);
    if (!estimator) return estimator.error();
    auto fit = (*estimator)->fit(known, recipe.target);
    if (!fit) {
      methods.notes_.push_back(fmt::format("{}: {}", recipe.method, fit.error().message));
      continue;
    }
    methods.fits_.push_back({recipe.method, recipe.target, std::move(fit).value()});
  }
  if (methods.fits_.empty()) {
    return Error{methods.notes_.empty() ? "nothing could be fitted" : methods.notes_.front()};
  }
  return methods;
}

std::vector<MethodAnswer> FittedMethods::answers(const pre::SetUp& set_up, double epochs,
                                                 Seconds duration) const {
  std::vector<MethodAnswer> answers;
  for (const One& one : fits_) {
    const auto answer = one.fit->answer(set_up, one.target);
    if (!answer || !std::isfinite(answer->value)) continue;
    const double factor = one.target == pre::Target::kPower ? duration.value() : epochs;
    MethodAnswer said{.method = std::string(one.method),
                      .energy = Joules(factor * answer->value),
                      .low = {},
                      .high = {},
                      .spent = 0.0};
    if (answer->low) said.low = Joules(factor * *answer->low);
    if (answer->high) said.high = Joules(factor * *answer->high);
    answers.push_back(std::move(said));
  }
  return answers;
}

TrainingFacts facts_of(const pre::SetUp& set_up, double epochs) {
  TrainingFacts facts;
  facts.gpus = set_up.gpus;
  facts.gpu_tdp = set_up.recorded_gpu_tdp;
  facts.gpu_power_limit = set_up.power_limit;
  constexpr double kTera = 1e12;
  if (const auto gpu = hardware::find_gpu(set_up.gpu)) {
    if (!facts.gpu_tdp) facts.gpu_tdp = gpu->tdp;
    if (gpu->fp16_tflops) facts.peak_flops = *gpu->fp16_tflops * kTera;
  }
  if (set_up.host_memory_gb > 0.0) facts.memory_gb = set_up.host_memory_gb;
  // A backward pass is about two forward passes.
  constexpr double kPassesOfTraining = 3.0;
  const double passes =
      kPassesOfTraining * set_up.train_size + set_up.validation_size * set_up.validations_per_epoch;
  if (const auto forward = forward_flops(set_up); forward && *forward * passes > 0.0) {
    facts.flops = Flops(epochs * *forward * passes);
  }
  return facts;
}

}  // namespace joulecast::analysis
