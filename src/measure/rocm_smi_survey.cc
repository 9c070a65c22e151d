#include "measure/rocm_smi_survey.h"

#include <fmt/format.h>

#include <algorithm>

#include "joulecast/measure/clock.h"
#include "measure/hwmon_gpu_scan.h"

namespace joulecast::measure {
namespace {

/// What a GPU read when it was looked at first.
struct FirstLook {
  RocmAnswer<double> energy_j;
  RocmAnswer<RocmSmiApi::Power> power;

  bool counts() const { return energy_j.ok() && energy_j.value > 0.0; }
  bool draws() const { return power.ok() && power.value.watts > Watts(0.0); }
};

/// Some firmwares leave the counter at one value for good. The driver renews it every millisecond
/// or so, thus a few reads tell.
void find_stuck_counters(const RocmSmiApi& api, const std::vector<FirstLook>& looks,
                         std::vector<RocmGpu>& gpus) {
  constexpr double kPatienceS = 0.060, kStepS = 0.002;
  const Clock clock;
  const MonotonicSeconds start_s = clock.now();
  const auto still = [&](const RocmGpu& gpu) {
    const auto energy_j = api.energy_j(gpu.index);
    return gpu.counter && (!energy_j.ok() || energy_j.value == looks[gpu.index].energy_j.value);
  };
  while (std::any_of(gpus.begin(), gpus.end(), still)) {
    if (clock.now() - start_s < kPatienceS) {
      clock.sleep_until(clock.now() + kStepS);
      continue;
    }
    for (RocmGpu& gpu : gpus) {
      // A card that is asleep may count nothing, and one without power has no other way.
      if (!looks[gpu.index].draws() || !still(gpu)) continue;
      gpu.counter = false;
      gpu.counter_trouble =
          fmt::format("its energy counter did not move within {:.0f} ms at {:.0f} W",
                      1e3 * kPatienceS, looks[gpu.index].power.value.watts.value());
    }
    return;
  }
}

RocmGpu identify(const RocmSmiApi& api, std::uint32_t index) {
  RocmGpu gpu;
  gpu.index = index;
  gpu.name = api.name(index);
  gpu.pci_address = api.pci_address(index);
  if (const auto id = api.unique_id(index); id.ok() && id.value != 0) {
    gpu.uuid = fmt::format("GPU-{:016x}", id.value);
  }
  return gpu;
}

void judge(const FirstLook& look, RocmGpu& gpu) {
  gpu.counter = look.counts();
  gpu.power = look.draws() || (look.power.ok() && gpu.counter);
  gpu.instant_power = look.power.value.instant;
  if (!gpu.counter) {
    gpu.counter_trouble = look.energy_j.ok() ? "its energy counter is at zero"
                                             : fmt::format("its energy counter is {}",
                                                           to_string(look.energy_j.fault));
  }
  if (gpu.measurable()) return;
  gpu.fault = look.power.ok() ? look.energy_j.fault : look.power.fault;
  if (gpu.fault == Fault::kNone) gpu.fault = Fault::kUnsupported;
}

/// A die without readings of its own belongs to a card that is measured: the one with its unique
/// id, else the one of its name just before it, which is how the library lists them.
void find_second_dies(std::vector<RocmGpu>& gpus) {
  for (std::size_t i = 1; i < gpus.size(); ++i) {
    RocmGpu& die = gpus[i];
    if (die.measurable() || die.fault != Fault::kUnsupported) continue;
    const auto twin = std::find_if(gpus.begin(), gpus.end(), [&](const RocmGpu& other) {
      return other.measurable() && !die.uuid.empty() && other.uuid == die.uuid;
    });
    if (twin != gpus.end()) {
      die.sensed_by = static_cast<std::size_t>(twin - gpus.begin());
    } else if (gpus[i - 1].measurable() && gpus[i - 1].name == die.name) {
      die.sensed_by = i - 1;
    } else {
      continue;
    }
    ++gpus[*die.sensed_by].dies;
  }
}

void find_integrated(const std::string& root, std::vector<RocmGpu>& gpus) {
  const std::vector<HwmonGpu> shown = scan_hwmon_gpus(root);
  for (RocmGpu& gpu : gpus) {
    gpu.integrated = std::any_of(shown.begin(), shown.end(), [&](const HwmonGpu& one) {
      return one.integrated && !one.pci_address.empty() && one.pci_address == gpu.pci_address;
    });
  }
}

}  // namespace

std::vector<RocmGpu> survey_rocm_gpus(const RocmSmiApi& api, const std::string& root) {
  std::vector<RocmGpu> gpus;
  std::vector<FirstLook> looks;
  for (std::uint32_t index = 0; index < api.gpu_count(); ++index) {
    gpus.push_back(identify(api, index));
    looks.push_back({.energy_j = api.energy_j(index), .power = api.power(index)});
    judge(looks.back(), gpus.back());
  }
  find_stuck_counters(api, looks, gpus);
  find_second_dies(gpus);
  find_integrated(root, gpus);
  return gpus;
}

}  // namespace joulecast::measure
