// GPUs by the files that their kernel drivers show: AMD without ROCm-SMI, and Intel.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "measure/gpu_selection.h"
#include "measure/hwmon_gpu_scan.h"
#include "measure/openers.h"
#include "measure/rocm_smi.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

constexpr const char* kName = "hwmon";
constexpr double kMicro = 1e-6;
/// As for ROCm-SMI's average: its length is not documented.
constexpr Seconds kAverageWindow(1.0);

class HwmonSource : public Source {
 public:
  void add(const HwmonGpu& gpu, Device device) {
    const std::size_t first = channels_.size();
    if (gpu.counter()) {
      device.origin = Origin::kCounter;
      device.source = fmt::format("energy counter of the {} driver (hwmon)", gpu.driver);
      add_channel(device, Channel::Quantity::kEnergy, gpu.energy_file);
    }
    if (gpu.power()) {
      device.origin = Origin::kIntegrated;
      device.source = fmt::format("{} power of the {} driver (hwmon)",
                                  gpu.power_averaged ? "average" : "instant", gpu.driver);
      add_channel(device, Channel::Quantity::kPower, gpu.power_file);
      Channel& channel = channels_.back();
      if (gpu.power_averaged) channel.window = kAverageWindow;
      if (gpu.counter()) channel.role = Channel::Role::kCheck;
      channel.of = first;
    }
    if (gpu.integrated) return;  // what its graphics do says nothing of the chip
    gpus_.push_back({.folder = gpu.folder, .id = device.id, .power_limit = device.power_limit});
  }

  const char* name() const override { return kName; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto micro = files_[i].read_number();
      readings[i] = {.value = kMicro * micro.value, .time_s = now_s, .fault = micro.fault};
      // The file is open, so it is not this user who is refused: the GPU sleeps.
      if (micro.fault == Fault::kForbidden) readings[i].fault = Fault::kUnreadable;
    }
  }
  std::vector<Telemetry> telemetry(int /*root_pid*/) override;

 private:
  struct Gpu {
    std::string folder, id;
    std::optional<Watts> power_limit;
  };

  void add_channel(const Device& device, Channel::Quantity quantity, const std::string& file) {
    Channel channel;
    channel.device = device;
    channel.quantity = quantity;
    channels_.push_back(channel);
    files_.emplace_back(file);
  }

  std::vector<Gpu> gpus_;
  std::vector<Channel> channels_;
  std::vector<HeldFile> files_;  // one for each channel
};

std::optional<double> scaled(const std::string& file, double factor) {
  const auto number = read_number(file);
  return number.ok() ? std::optional(factor * number.value) : std::nullopt;
}

std::optional<Bytes> bytes(const std::string& file) {
  const auto number = read_number(file);
  return number.ok() ? std::optional(Bytes(number.value)) : std::nullopt;
}

std::vector<Telemetry> HwmonSource::telemetry(int /*root_pid*/) {
  constexpr double kPercent = 1e-2, kMilli = 1e-3;
  std::vector<Telemetry> all;
  for (const Gpu& gpu : gpus_) {
    Telemetry telemetry;
    telemetry.device_id = gpu.id;
    telemetry.utilisation = scaled(gpu.folder + "/device/gpu_busy_percent", kPercent);
    telemetry.memory_used = bytes(gpu.folder + "/device/mem_info_vram_used");
    telemetry.memory_total = bytes(gpu.folder + "/device/mem_info_vram_total");
    telemetry.temperature_c = scaled(gpu.folder + "/temp1_input", kMilli);
    telemetry.clock_mhz = scaled(gpu.folder + "/freq1_input", kMicro);
    telemetry.power_limit = gpu.power_limit;
    all.push_back(std::move(telemetry));
  }
  return all;
}

Finding finding_of(const HwmonGpu& gpu, Finding::State state, std::string detail) {
  const char* maker = gpu.maker == HwmonGpu::Maker::kAmd ? "AMD" : "Intel";
  return Finding{
      .source = kName,
      .what = fmt::format("{} GPU {}", maker, gpu.counter() ? "energy counter" : "power"),
      .state = state,
      .detail = fmt::format("{} at {}: {}", gpu.name, gpu.pci_address, detail),
      .remedy = {},
      .consequence = {},
      .devices = {}};
}

Finding unreadable(const HwmonGpu& gpu) {
  if (gpu.energy_fault != Fault::kForbidden && gpu.power_fault != Fault::kForbidden) {
    const Fault fault =
        gpu.has_sensor() && gpu.power_file.empty() ? gpu.energy_fault : gpu.power_fault;
    return finding_of(gpu, gpu.has_sensor() ? Finding::State::kBroken : Finding::State::kAbsent,
                      gpu.has_sensor() ? fmt::format("its sensor is {}", to_string(fault))
                                       : "the driver shows no sensor of energy or power");
  }
  Finding finding = finding_of(gpu, Finding::State::kForbidden, "this user may not read it");
  finding.remedy =
      fmt::format("sudo chmod a+r {}",
                  gpu.energy_fault == Fault::kForbidden ? gpu.energy_file : gpu.power_file);
  finding.consequence =
      "every user of this machine can then read this GPU's draw, which hints at what it computes; "
      "until the next restart";
  return finding;
}

/// Whether open_rapl(), which comes later, will measure the chip: then its graphics are in that.
bool chip_is_metered(const SourceOptions& options) {
  const bool wanted = options.only.empty() || std::find(options.only.begin(), options.only.end(),
                                                        "rapl") != options.only.end();
  return wanted && read_number(options.root + "/sys/class/powercap/intel-rapl:0/energy_uj").ok();
}

using Gpus = std::vector<HwmonGpu>;

Result<GpuSelection> select(const Gpus& gpus, const std::optional<std::string>& option,
                            std::span<const SelectionVariable> variables, std::size_t number) {
  std::vector<VisibleGpu> visible;
  for (const HwmonGpu& gpu : gpus) {
    visible.push_back(
        {.id = fmt::format("gpu{}", number++), .name = gpu.name, .uuid = gpu.uuid, .slices = {}});
  }
  return select_gpus(option, variables, visible);
}

/// Those that the user, or AMD's variables, choose. Where other GPUs are measured already the
/// choice was about those, and its numbers are theirs.
Result<Gpus> chosen(const SourceOptions& options, const OpenedSources& opened, const Gpus& gpus) {
  const bool others = measures(opened, DeviceKind::kGpu);
  if (others && options.gpus) return Gpus();
  Gpus amd, rest;
  for (const HwmonGpu& gpu : gpus) {
    (gpu.maker == HwmonGpu::Maker::kAmd || options.gpus ? amd : rest).push_back(gpu);
  }
  const auto selection = select(amd, options.gpus, kAmdVariables, next_gpu_number(opened));
  if (!selection) return selection.error();
  if (others && !selection->reason.empty()) return rest;
  for (const auto& one : selection->gpus) rest.push_back(amd[one.gpu]);
  return rest;
}

/// A chip with graphics inside is a CPU to the rest of the program: its power is that of both.
Device device_of(const HwmonGpu& gpu, std::size_t number) {
  Device device;
  device.id = gpu.integrated ? "cpu" : fmt::format("gpu{}", number);
  device.kind = gpu.integrated ? DeviceKind::kCpu : DeviceKind::kGpu;
  device.name = gpu.integrated ? gpu.name + " (whole chip: CPU and graphics)" : gpu.name;
  device.power_limit = gpu.power_limit;
  return device;
}

void open_gpu(const HwmonGpu& gpu, const SourceOptions& options, const Device& device,
              HwmonSource& source, std::vector<Finding>& findings) {
  if (!gpu.counter() && !gpu.power()) {
    findings.push_back(unreadable(gpu));
  } else if (gpu.integrated && chip_is_metered(options)) {
    findings.push_back(finding_of(gpu, Finding::State::kAbsent,
                                  "graphics inside the CPU, whose own meter counts them"));
  } else {
    source.add(gpu, device);
    findings.push_back(
        finding_of(gpu, Finding::State::kWorks,
                   gpu.integrated ? "power of the whole chip, CPU and graphics" : device.id));
    findings.back().devices = {device.id};
  }
}

/// Takes those out that ROCm-SMI measures already.
void drop_known(const OpenedSources& opened, Gpus& gpus) {
  const auto known = rocm_smi_addresses(opened);
  std::erase_if(gpus, [&](const HwmonGpu& gpu) {
    return !gpu.pci_address.empty() &&
           std::find(known.begin(), known.end(), gpu.pci_address) != known.end();
  });
}

}  // namespace

Status open_hwmon_gpus(const SourceOptions& options, OpenedSources& opened) {
  Gpus gpus = scan_hwmon_gpus(options.root);
  Finding nothing{.source = kName,
                  .what = "AMD and Intel GPUs",
                  .state = Finding::State::kAbsent,
                  .detail = gpus.empty()
                                ? "no amdgpu, i915 or xe under /sys/class/hwmon"
                                : "those there are, are measured by ROCm-SMI or not chosen",
                  .remedy = {},
                  .consequence = {},
                  .devices = {}};
  drop_known(opened, gpus);
  // Nobody chooses whether the CPU's chip is measured.
  const auto inside = std::stable_partition(gpus.begin(), gpus.end(),
                                            [](const HwmonGpu& gpu) { return !gpu.integrated; });
  const Gpus chips(inside, gpus.end());
  gpus.erase(inside, gpus.end());
  Gpus wanted;
  if (!gpus.empty()) {
    auto selected = chosen(options, opened, gpus);
    if (!selected) return selected.error();
    wanted = std::move(*selected);
  }
  wanted.insert(wanted.end(), chips.begin(), chips.end());
  if (wanted.empty()) opened.findings.push_back(std::move(nothing));

  auto source = std::make_unique<HwmonSource>();
  std::size_t number = next_gpu_number(opened);
  for (const HwmonGpu& gpu : wanted) {
    open_gpu(gpu, options, device_of(gpu, number), *source, opened.findings);
    if (!gpu.integrated) ++number;
  }
  if (!source->channels().empty()) opened.sources.push_back(std::move(source));
  return {};
}

}  // namespace joulecast::measure
