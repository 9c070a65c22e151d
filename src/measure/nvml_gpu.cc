#include "measure/nvml_gpu.h"

namespace joulecast::measure::nvml {
namespace {

constexpr double kMilli = 1e-3;

Return read_instant_power(const Library& library, Handle handle, double& power_w) {
  FieldValue field;
  field.field = kFieldPowerInstant;
  const Return code = library.field_values(handle, 1, &field);
  if (code != kSuccess || field.result != kSuccess) return code != kSuccess ? code : field.result;
  power_w = kMilli * field.value.as_unsigned;
  return kSuccess;
}

Return read_plain_power(const Library& library, Handle handle, double& power_w) {
  unsigned power_mw = 0;
  const Return code = library.power_usage(handle, &power_mw);
  if (code == kSuccess) power_w = kMilli * power_mw;
  return code;
}

// Ampere and newer average, except GA100 (A100, A30), which is compute capability 8.0. A library
// too old to tell the architecture is older than Ampere.
bool averages_power(const Library& library, Handle handle) {
  unsigned architecture = 0;
  if (library.architecture == nullptr || library.architecture(handle, &architecture) != kSuccess) {
    return false;
  }
  if (architecture < kArchitectureAmpere || architecture == kArchitectureUnknown) return false;
  int major = 0;
  int minor = 0;
  const bool known = library.compute_capability != nullptr &&
                     library.compute_capability(handle, &major, &minor) == kSuccess;
  return !(known && major == 8 && minor == 0);
}

std::vector<std::string> slices_of(const Library& library, Handle handle) {
  std::vector<std::string> slices;
  unsigned most = 0;
  if (library.max_slices == nullptr || library.slice_by_index == nullptr ||
      library.max_slices(handle, &most) != kSuccess) {
    return slices;
  }
  for (unsigned i = 0; i < most; ++i) {
    Handle slice = nullptr;
    if (library.slice_by_index(handle, i, &slice) != kSuccess) continue;
    slices.push_back(library.text(library.device_uuid, slice));
  }
  return slices;
}

void probe_power(const Library& library, Gpu& gpu) {
  double ignored = 0.0;
  if (library.field_values != nullptr &&
      read_instant_power(library, gpu.handle, ignored) == kSuccess) {
    gpu.power = PowerReading::kInstant;
    return;
  }
  gpu.refusal = read_plain_power(library, gpu.handle, ignored);
  if (gpu.refusal != kSuccess) return;
  gpu.power = averages_power(library, gpu.handle) ? PowerReading::kAverage : PowerReading::kPlain;
}

}  // namespace

Return read_energy(const Library& library, Handle handle, double& energy_j) {
  unsigned long long energy_mj = 0;
  const Return code = library.total_energy(handle, &energy_mj);
  if (code == kSuccess) energy_j = kMilli * static_cast<double>(energy_mj);
  return code;
}

Return read_power(const Library& library, Handle handle, PowerReading how, double& power_w) {
  return how == PowerReading::kInstant ? read_instant_power(library, handle, power_w)
                                       : read_plain_power(library, handle, power_w);
}

std::optional<Watts> power_limit(const Library& library, Handle handle) {
  unsigned limit_mw = 0;
  if (library.enforced_power_limit == nullptr ||
      library.enforced_power_limit(handle, &limit_mw) != kSuccess) {
    return std::nullopt;
  }
  return Watts(kMilli * limit_mw);
}

Gpu probe(const Library& library, unsigned index, Handle handle) {
  Gpu gpu{.id = "gpu" + std::to_string(index),
          .name = library.text(library.device_name, handle),
          .uuid = library.text(library.device_uuid, handle),
          .handle = handle,
          .slices = slices_of(library, handle),
          .energy_counter = false,
          .power = PowerReading::kNone,
          .refusal = kSuccess};
  double ignored = 0.0;
  gpu.energy_counter =
      library.total_energy != nullptr && read_energy(library, handle, ignored) == kSuccess;
  probe_power(library, gpu);
  return gpu;
}

}  // namespace joulecast::measure::nvml
