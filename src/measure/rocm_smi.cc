#include "measure/rocm_smi.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "measure/gpu_selection.h"
#include "measure/openers.h"
#include "measure/rocm_smi_survey.h"

namespace joulecast::measure {
namespace {

constexpr const char* kName = "rocm-smi";
/// How long the average goes back is not documented; as long as on GPUs where it was measured, so
/// that what is not known of an epoch's edges is not made too small.
constexpr Seconds kAverageWindow(1.0);

class RocmSmiSource : public Source {
 public:
  RocmSmiSource(std::unique_ptr<RocmSmiApi> api, std::vector<std::string> addresses)
      : api_(std::move(api)), addresses_(std::move(addresses)) {}

  /// Its counter and its power, or its power alone.
  void add(const RocmGpu& gpu, const Device& device) {
    gpus_.push_back({.index = gpu.index,
                     .first_channel = channels_.size(),
                     .counter = gpu.counter,
                     .power = gpu.power});
    Channel channel;
    channel.device = device;
    if (gpu.counter) {
      channel.quantity = Channel::Quantity::kEnergy;
      channel.device.origin = Origin::kCounter;
      channel.device.source = fmt::format("{} energy counter{}", api_->version(), dies_of(gpu));
      channels_.push_back(channel);
      channel.role = Channel::Role::kCheck;
      channel.of = channels_.size() - 1;
    }
    if (!gpu.power) return;
    channel.quantity = Channel::Quantity::kPower;
    channel.window = gpu.instant_power ? Seconds() : kAverageWindow;
    channel.device.origin = Origin::kIntegrated;
    channel.device.source = fmt::format("{} {} power{}", api_->version(),
                                        gpu.instant_power ? "socket" : "average", dies_of(gpu));
    channels_.push_back(channel);
  }

  const std::vector<std::string>& addresses() const { return addresses_; }

  const char* name() const override { return kName; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override;
  std::vector<Telemetry> telemetry(int /*root_pid*/) override {
    std::vector<Telemetry> all;
    for (const Gpu& gpu : gpus_) {
      all.push_back(api_->telemetry(gpu.index));
      all.back().device_id = channels_[gpu.first_channel].device.id;
    }
    return all;
  }

 private:
  struct Gpu {
    std::uint32_t index;
    std::size_t first_channel;
    bool counter, power;
    std::size_t channel_count() const { return (counter ? 1U : 0U) + (power ? 1U : 0U); }
  };

  static std::string dies_of(const RocmGpu& gpu) {
    return gpu.dies > 1 ? fmt::format(" of the whole card ({} dies)", gpu.dies) : std::string();
  }

  std::unique_ptr<RocmSmiApi> api_;
  std::vector<std::string> addresses_;
  std::vector<Gpu> gpus_;
  std::vector<Channel> channels_;
};

void RocmSmiSource::poll(MonotonicSeconds now_s, std::span<Reading> readings) {
  for (const Gpu& gpu : gpus_) {
    const auto own = readings.subspan(gpu.first_channel, gpu.channel_count());
    if (gpu.counter) {
      const auto energy_j = api_->energy_j(gpu.index);
      own.front() = {.value = energy_j.value, .time_s = now_s, .fault = energy_j.fault};
    }
    if (gpu.power) {
      const auto power = api_->power(gpu.index);
      own.back() = {.value = power.value.watts.value(), .time_s = now_s, .fault = power.fault};
    }
    // The library says "not supported" where the driver's files are gone, and with them the GPU.
    const auto gone = [](const Reading& reading) { return reading.fault == Fault::kUnsupported; };
    if (std::all_of(own.begin(), own.end(), gone)) {
      for (Reading& reading : own) reading.fault = Fault::kLost;
    }
  }
}

Finding finding_of(std::string_view what, Finding::State state, std::string detail) {
  return Finding{.source = kName,
                 .what = std::string(what),
                 .state = state,
                 .detail = std::move(detail),
                 .remedy = {},
                 .consequence = {},
                 .devices = {}};
}

/// The ids that the library's GPUs have, chosen or not, so that numbers are the driver's.
std::string id_of(std::size_t first_number, std::size_t gpu) {
  return fmt::format("gpu{}", first_number + gpu);
}

Result<GpuSelection> select(const SourceOptions& options, const OpenedSources& opened,
                            const std::vector<RocmGpu>& gpus, std::size_t first_number) {
  std::vector<VisibleGpu> visible;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    visible.push_back(
        {.id = id_of(first_number, i), .name = gpus[i].name, .uuid = gpus[i].uuid, .slices = {}});
  }
  auto selection = select_gpus(options.gpus, kAmdVariables, visible);
  // Beside GPUs of another maker the user's numbers mean those; only a UUID can mean one of ours.
  if (!options.gpus || !measures(opened, DeviceKind::kGpu)) return selection;
  if (!selection) return GpuSelection{.gpus = {}, .reason = *options.gpus, .variable = {}};
  std::erase_if(selection->gpus, [](const auto& chosen) { return chosen.by_number; });
  return selection;
}

/// The GPUs whose sensors see the chosen ones, each once, ascending.
std::vector<std::size_t> sensing(const GpuSelection& selection, const std::vector<RocmGpu>& gpus) {
  std::vector<std::size_t> sensors;
  for (const auto& chosen : selection.gpus) {
    sensors.push_back(gpus[chosen.gpu].sensed_by.value_or(chosen.gpu));
  }
  std::sort(sensors.begin(), sensors.end());
  sensors.erase(std::unique(sensors.begin(), sensors.end()), sensors.end());
  return sensors;
}

Finding unmeasurable(const RocmGpu& gpu, const std::string& id) {
  Finding finding = finding_of("AMD GPU power", Finding::State::kBroken, {});
  if (gpu.fault == Fault::kForbidden) {
    finding.state = Finding::State::kForbidden;
    finding.detail = fmt::format("{} ({}): this user may not read it", id, gpu.name);
    finding.remedy = "sudo usermod -aG render,video $USER  # then log in again";
    finding.consequence = "the user may run programs on every GPU of this machine";
  } else {
    finding.detail = fmt::format("{} ({}): its power is {}, {}", id, gpu.name, to_string(gpu.fault),
                                 gpu.counter_trouble);
  }
  return finding;
}

Finding measured(const RocmGpu& gpu, const std::string& id, const std::string& version) {
  Finding finding = finding_of(gpu.counter ? "AMD GPU energy counter" : "AMD GPU power",
                               Finding::State::kWorks, {});
  finding.detail = fmt::format("{} ({}): {}", id, gpu.name, version);
  if (!gpu.counter) finding.detail += fmt::format("; {}, so power is used", gpu.counter_trouble);
  if (gpu.dies > 1) {
    finding.detail +=
        fmt::format("; its sensors see the whole card of {} dies, which is counted once", gpu.dies);
  }
  finding.devices = {id};
  return finding;
}

Device device_of(const RocmGpu& gpu, const std::string& id, const RocmSmiApi& api) {
  Device device;
  device.id = id;
  device.kind = DeviceKind::kGpu;
  device.name = printable(gpu.name);
  device.power_limit = api.power_cap(gpu.index).optional();
  return device;
}

/// Which of the library's GPUs hwmon need not look at.
std::vector<std::string> known_addresses(const std::vector<RocmGpu>& gpus) {
  std::vector<std::string> addresses;
  for (const RocmGpu& gpu : gpus) {
    if (gpu.integrated) continue;
    if (gpu.measurable() || gpu.sensed_by) addresses.push_back(gpu.pci_address);
  }
  return addresses;
}

}  // namespace

Status open_rocm_smi(const SourceOptions& options, OpenedSources& opened) {
  Finding absent = finding_of("AMD GPUs", Finding::State::kAbsent, {});
  auto api = RocmSmiApi::load(options.rocm_smi_library, absent);
  if (!api || api->gpu_count() == 0) {
    if (api) absent = finding_of(absent.what, Finding::State::kAbsent, api->version() + ": no GPU");
    opened.findings.push_back(std::move(absent));
    return {};
  }
  const std::vector<RocmGpu> gpus = survey_rocm_gpus(*api, options.root);
  const std::size_t first_number = next_gpu_number(opened);
  const auto selection = select(options, opened, gpus, first_number);
  if (!selection) return selection.error();
  if (selection->gpus.empty()) {
    opened.findings.push_back(finding_of("AMD GPUs", Finding::State::kAbsent,
                                         "none is chosen by " + printable(selection->reason)));
  }
  RocmSmiApi& library = *api;
  auto source = std::make_unique<RocmSmiSource>(std::move(api), known_addresses(gpus));
  for (const std::size_t i : sensing(*selection, gpus)) {
    const std::string id = id_of(first_number, i);
    if (gpus[i].integrated) {
      opened.findings.push_back(
          finding_of("AMD GPU power", Finding::State::kAbsent,
                     fmt::format("{} ({}): graphics inside the CPU, left to hwmon or the CPU's own "
                                 "meter",
                                 id, gpus[i].name)));
      continue;
    }
    if (!gpus[i].measurable()) {
      opened.findings.push_back(unmeasurable(gpus[i], id));
      continue;
    }
    source->add(gpus[i], device_of(gpus[i], id, library));
    opened.findings.push_back(measured(gpus[i], id, library.version()));
  }
  if (!source->channels().empty()) opened.sources.push_back(std::move(source));
  return {};
}

std::vector<std::string> rocm_smi_addresses(const OpenedSources& opened) {
  for (const auto& source : opened.sources) {
    if (const auto* rocm = dynamic_cast<const RocmSmiSource*>(source.get())) {
      return rocm->addresses();
    }
  }
  return {};
}

std::size_t next_gpu_number(const OpenedSources& opened) {
  std::size_t next = 0;
  for (const auto& source : opened.sources) {
    for (const Channel& channel : source->channels()) {
      std::string_view id = channel.device.id;
      if (!id.starts_with("gpu")) continue;
      id.remove_prefix(3);
      const auto number = parse_integer(id);
      if (number && *number >= 0) next = std::max(next, static_cast<std::size_t>(*number) + 1);
    }
  }
  return next;
}

}  // namespace joulecast::measure
