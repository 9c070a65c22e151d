#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "measure/openers.h"
#include "measure/perf_energy_pmu.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

constexpr double kGainError = 0.05;      // the same meters as rapl.cc
constexpr Seconds kUpdatePeriod{0.001};  // Intel SDM, volume 3B, "Energy Reporting"
constexpr const char* kWhat = "CPU and DRAM energy (perf events)";

/// An open perf event; move-only.
class EventFile {
 public:
  EventFile(std::uint32_t type, std::uint64_t config, int cpu) {
    perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    attributes.type = type;
    attributes.config = config;
    const long fd = ::syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0) {
      error_ = errno;
    } else {
      fd_ = static_cast<int>(fd);
    }
  }
  ~EventFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  EventFile(EventFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), error_(other.error_) {}
  EventFile& operator=(EventFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(error_, other.error_);
    return *this;
  }
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  int error() const { return error_; }

  FileValue<std::uint64_t> read() const {
    std::uint64_t count = 0;
    const auto got = ::read(fd_, &count, sizeof(count));
    if (got < 0) return {.value = 0, .fault = fault_of(errno), .error = errno};
    // Nothing to read: the event was stopped, as when its CPU is switched off.
    const bool whole = got == static_cast<ssize_t>(sizeof(count));
    return {.value = count, .fault = whole ? Fault::kNone : Fault::kUnreadable, .error = 0};
  }

 private:
  int fd_ = -1;
  int error_ = 0;
};

class PerfEnergySource : public Source {
 public:
  void add(Channel channel, EventFile file, double joules_per_count) {
    channels_.push_back(std::move(channel));
    events_.push_back({std::move(file), joules_per_count});
  }
  const char* name() const override { return "perf"; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const auto count = events_[i].file.read();
      readings[i] = {.value = static_cast<double>(count.value) * events_[i].joules_per_count,
                     .time_s = now_s,
                     .fault = count.fault};
    }
  }

 private:
  struct Event {
    EventFile file;
    double joules_per_count;
  };
  std::vector<Channel> channels_;
  std::vector<Event> events_;
};

Channel channel_of(const PerfEnergyEvent& event, std::size_t package) {
  const bool ram = event.name == "energy-ram";
  return {.device = {.id = fmt::format("{}{}", ram ? "dram" : "cpu", package),
                     .kind = ram ? DeviceKind::kRam : DeviceKind::kCpu,
                     .name = fmt::format("package-{}{}", package, ram ? " dram" : ""),
                     .origin = Origin::kCounter,
                     .source = "RAPL energy counter (perf event power/" + event.name + "/)",
                     .power_limit = std::nullopt},
          .quantity = Channel::Quantity::kEnergy,
          .window = Seconds(0.0),
          .delay = Seconds(0.0),
          .update_period = kUpdatePeriod,
          .range = Joules(0.0),  // the kernel widens the count to 64 bits
          .gain_error = kGainError,
          .role = Channel::Role::kTotal,
          .of = 0};
}

Finding finding(Finding::State state, std::string detail) {
  return {.source = "perf",
          .what = kWhat,
          .state = state,
          .detail = std::move(detail),
          .remedy = "",
          .consequence = "",
          .devices = {}};
}

Finding not_opened(const std::string& root, int error) {
  if (fault_of(error) != Fault::kForbidden) {
    return finding(Finding::State::kBroken,
                   fmt::format("perf_event_open of the power events failed (error {})", error));
  }
  const auto paranoid = read_line(root + "/proc/sys/kernel/perf_event_paranoid");
  auto result = finding(
      Finding::State::kForbidden,
      fmt::format(
          "perf_event_paranoid is {}: system-wide events need the capability CAP_PERFMON, or "
          "0 there (sudo sysctl kernel.perf_event_paranoid=0)",
          paranoid.ok() ? paranoid.value : "not told"));
  result.remedy = "sudo setcap cap_perfmon=ep \"$(readlink -f \"$(command -v joulecast)\")\"";
  result.consequence =
      "whoever may run this joulecast can watch the power of the others' computations and guess "
      "secrets from it (the PLATYPUS side channel, CVE-2020-8694); by sysctl every program of "
      "every "
      "user can, and see all other CPU events too";
  return result;
}

/// Opens an event on every package; the errno of the first that could not be opened, else 0.
int open_events(const PerfEnergyPmu& pmu, PerfEnergySource& source) {
  for (std::size_t package = 0; package < pmu.cpus.size(); ++package) {
    for (const PerfEnergyEvent& event : pmu.events) {
      EventFile file(pmu.type, event.config, pmu.cpus[package]);
      if (file.error() != 0) return file.error();
      source.add(channel_of(event, package), std::move(file), event.joules_per_count);
    }
  }
  return 0;
}

bool has_packages(const PerfEnergyPmu& pmu) {
  return !pmu.cpus.empty() && !pmu.events.empty() && pmu.events.front().name == "energy-pkg";
}

}  // namespace

Status open_perf_energy(const SourceOptions& options, OpenedSources& opened) {
  const auto pmu = find_perf_energy_pmu(options.root);
  if (!pmu) {
    opened.findings.push_back(finding(Finding::State::kAbsent, "the kernel has no power events"));
    return {};
  }
  if (!has_packages(*pmu)) {
    opened.findings.push_back(finding(
        Finding::State::kBroken,
        "/sys/bus/event_source/devices/power has no energy-pkg event in joules, or no CPUs"));
    return {};
  }
  if (measures(opened, DeviceKind::kCpu) || measures(opened, DeviceKind::kNode)) {
    opened.findings.push_back(
        finding(Finding::State::kWorks, "not used: powercap gives the same meters"));
    return {};
  }
  auto source = std::make_unique<PerfEnergySource>();
  if (const int error = open_events(*pmu, *source); error != 0) {
    opened.findings.push_back(not_opened(options.root, error));
    return {};
  }
  auto works = finding(Finding::State::kWorks, "energy counters by perf_event_open");
  for (const Channel& channel : source->channels()) {
    works.devices.push_back(channel.device.id);
  }
  opened.findings.push_back(std::move(works));
  opened.sources.push_back(std::move(source));
  return {};
}

}  // namespace joulecast::measure
