#include "measure/nvml_source.h"

#include <chrono>
#include <utility>

#include "measure/nvml_telemetry.h"

namespace joulecast::measure::nvml {
namespace {

// METHODS "What a good meter must know": cards read a few per cent off.
constexpr double kGainError = 0.05;
// The same: the plain reading of averaging cards is a mean over 1 s whose middle lies 0.6 s back.
constexpr Seconds kAverageWindow{1.0};
constexpr Seconds kAverageDelay{0.1};

const char* text_of(PowerReading power) {
  switch (power) {
    case PowerReading::kInstant:
      return "NVML instant power";
    case PowerReading::kAverage:
      return "NVML power (means over 1 s)";
    default:
      return "NVML power";
  }
}

}  // namespace

NvmlSource::NvmlSource(std::unique_ptr<Library> library, std::vector<Measured> gpus,
                       std::string root)
    : library_(std::move(library)),
      driver_(library_->driver_version()),
      root_(std::move(root)),
      gpus_(std::move(gpus)) {
  for (const Measured& measured : gpus_) add_channels(measured);
}

void NvmlSource::add_channels(const Measured& measured) {
  const Gpu& gpu = measured.gpu;
  const std::string whose =
      ", driver " + driver_ + ", " + gpu.uuid +
      (measured.slice_only ? "; whole GPU: a MIG slice has no power of its own" : "");
  Channel channel;
  channel.device = {.id = gpu.id,
                    .kind = DeviceKind::kGpu,
                    .name = gpu.name,
                    .origin = Origin::kIntegrated,
                    .source = {},
                    .power_limit = power_limit(*library_, gpu.handle)};
  channel.gain_error = kGainError;
  const std::size_t first = channels_.size();
  if (gpu.energy_counter) {
    Channel counter = channel;
    counter.device.origin = Origin::kCounter;
    counter.device.source = "NVML energy counter" + whose;
    counter.quantity = Channel::Quantity::kEnergy;
    channels_.push_back(std::move(counter));
    ways_.push_back({.handle = gpu.handle, .energy = true, .power = PowerReading::kNone});
  }
  if (gpu.power == PowerReading::kNone) return;
  channel.device.source = text_of(gpu.power) + whose;
  if (gpu.power == PowerReading::kAverage) {
    channel.window = kAverageWindow;
    channel.delay = kAverageDelay;
  }
  if (gpu.energy_counter) {
    channel.role = Channel::Role::kCheck;
    channel.of = first;
  }
  channels_.push_back(std::move(channel));
  ways_.push_back({.handle = gpu.handle, .energy = false, .power = gpu.power});
}

void NvmlSource::read(const Way& way, Reading& reading) const {
  const Return code = way.energy ? read_energy(*library_, way.handle, reading.value)
                                 : read_power(*library_, way.handle, way.power, reading.value);
  reading.fault = fault_of(code);
}

void NvmlSource::poll(MonotonicSeconds now_s, std::span<Reading> readings) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    if (!readings[i].wanted) continue;
    read(ways_[i], readings[i]);
    // A call takes up to milliseconds; the reading is as new as its end.
    readings[i].time_s = now_s + std::chrono::duration<double>(Clock::now() - start).count();
  }
}

std::vector<Telemetry> NvmlSource::telemetry(int root_pid) {
  std::vector<Telemetry> all;
  for (const Measured& measured : gpus_)
    all.push_back(read_telemetry(*library_, measured.gpu, root_pid, root_));
  return all;
}

}  // namespace joulecast::measure::nvml
