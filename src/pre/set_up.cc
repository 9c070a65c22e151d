#include "joulecast/pre/set_up.h"

#include <fmt/format.h>

#include "joulecast/hardware/gpu.h"

namespace joulecast::pre {
namespace {

template <typename Q>
std::optional<double> number(const std::optional<Q>& quantity) {
  return quantity ? std::optional(quantity->value()) : std::nullopt;
}

}  // namespace

std::optional<double> value_of(const Observation& observation, Target target) {
  const auto power_w = number(observation.power);
  const auto time_s = number(observation.epoch_time);
  const auto energy_j = number(observation.epoch_energy);
  switch (target) {
    case Target::kPower:
      if (!power_w && energy_j && time_s) return *energy_j / *time_s;
      return power_w;
    case Target::kEpochEnergy:
      if (!energy_j && power_w && time_s) return *power_w * *time_s;
      return energy_j;
    case Target::kStableEpochEnergy:
      return number(observation.stable_epoch_energy);
    case Target::kTime:
      if (!time_s && energy_j && power_w) return *energy_j / *power_w;
      return time_s;
  }
  return std::nullopt;
}

std::string gpu_name_of(const SetUp& set_up) {
  const auto gpu = hardware::find_gpu(set_up.gpu);
  return gpu ? gpu->name : set_up.gpu;
}

std::string configuration_of(const SetUp& set_up) {
  return fmt::format("{}|{}|{}|{}|{}|{}", gpu_name_of(set_up), set_up.network, set_up.dataset,
                     set_up.batch_size, set_up.image_height, set_up.host_memory_gb);
}

}  // namespace joulecast::pre
