#include "measure/hwmon_gpu_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/text.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

constexpr double kMicro = 1e-6;
/// The drivers number a card's sensors from 1; none has more.
constexpr int kMostSensors = 4;

/// Why a sensor cannot be used. One whose GPU sleeps refuses each reading (EPERM) and will work
/// when the training wakes it.
Fault usable(const std::string& file) {
  const HeldFile held(file);
  if (held.fault() != Fault::kNone) return held.fault();
  const auto value = held.read_number();
  return value.error == EPERM || value.error == EBUSY ? Fault::kNone : value.fault;
}

bool exists(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

/// "card" is all of the card and "pkg" its chip: the first that is there, or one without a label.
std::string labelled_file(const std::string& folder, std::string_view quantity) {
  for (const std::string_view wanted : {"card", "pkg", ""}) {
    for (int i = 1; i <= kMostSensors; ++i) {
      const std::string stem = fmt::format("{}/{}{}", folder, quantity, i);
      if (exists(stem + "_input") && read_line(stem + "_label").value == wanted) {
        return stem + "_input";
      }
    }
  }
  return {};
}

void find_amd_sensors(HwmonGpu& gpu) {
  if (const std::string energy = gpu.folder + "/energy1_input"; exists(energy)) {
    gpu.energy_file = energy;
  }
  // Kernels since 6.6 have an instant value on cards that give one, older ones the average.
  for (const char* file : {"/power1_input", "/power1_average"}) {
    const std::string path = gpu.folder + file;
    if (!exists(path)) continue;
    gpu.power_file = path;
    gpu.power_averaged = path.ends_with("average");
    if (usable(path) == Fault::kNone) break;
  }
  // The voltage of the north bridge is told by chips that have one inside.
  gpu.integrated = read_line(gpu.folder + "/in1_label").value == "vddnb";
}

void find_sensors(HwmonGpu& gpu) {
  if (gpu.maker == HwmonGpu::Maker::kAmd) {
    find_amd_sensors(gpu);
  } else {
    gpu.energy_file = labelled_file(gpu.folder, "energy");
  }
  if (!gpu.energy_file.empty()) gpu.energy_fault = usable(gpu.energy_file);
  if (!gpu.power_file.empty()) gpu.power_fault = usable(gpu.power_file);
}

std::optional<Watts> limit_of(const HwmonGpu& gpu) {
  const char* file = gpu.maker == HwmonGpu::Maker::kAmd ? "/power1_cap" : "/power1_max";
  const auto microwatts = read_number(gpu.folder + file);
  // Intel's drivers say 0 for no limit.
  if (!microwatts.ok() || microwatts.value <= 0.0) return std::nullopt;
  return Watts(kMicro * microwatts.value);
}

std::string name_of(const HwmonGpu& gpu) {
  const auto product = read_line(gpu.folder + "/device/product_name");
  if (product.ok() && !product.value.empty()) return printable(product.value);
  const char* maker = gpu.maker == HwmonGpu::Maker::kAmd ? "AMD" : "Intel";
  const auto device = read_line(gpu.folder + "/device/device");
  return device.ok() ? fmt::format("{} GPU {}", maker, printable(device.value))
                     : fmt::format("{} GPU", maker);
}

std::optional<HwmonGpu> gpu_of(const std::string& folder) {
  HwmonGpu gpu;
  gpu.folder = folder;
  // A card of several tiles has further folders, e.g. i915_gt0: parts of this one.
  gpu.driver = read_line(folder + "/name").value;
  if (gpu.driver == "i915" || gpu.driver == "xe") {
    gpu.maker = HwmonGpu::Maker::kIntel;
  } else if (gpu.driver != "amdgpu") {
    return std::nullopt;
  }
  std::error_code failed;
  const auto device = std::filesystem::read_symlink(folder + "/device", failed);
  if (!failed) gpu.pci_address = device.filename().string();
  gpu.name = name_of(gpu);
  if (const auto id = read_line(folder + "/device/unique_id"); id.ok() && !id.value.empty()) {
    gpu.uuid = "GPU-" + printable(id.value);
  }
  gpu.power_limit = limit_of(gpu);
  find_sensors(gpu);
  return gpu;
}

}  // namespace

std::vector<HwmonGpu> scan_hwmon_gpus(const std::string& root) {
  const std::string hwmon = root + "/sys/class/hwmon";
  std::vector<HwmonGpu> gpus;
  for (const std::string& name : list_folder(hwmon)) {
    if (auto gpu = gpu_of(fmt::format("{}/{}", hwmon, name))) gpus.push_back(std::move(*gpu));
  }
  std::stable_sort(gpus.begin(), gpus.end(), [](const HwmonGpu& a, const HwmonGpu& b) {
    return a.pci_address < b.pci_address;
  });
  return gpus;
}

}  // namespace joulecast::measure
