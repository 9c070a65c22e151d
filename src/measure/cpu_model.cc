#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/text.h"
#include "measure/cpu_model_info.h"
#include "measure/cpu_model_pace.h"
#include "measure/cpu_model_stat.h"
#include "measure/openers.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

// Power rises linearly with utilisation (Fan, Weber and Barroso, "Power Provisioning for a
// Warehouse-sized Computer", 2007); an idle processor takes about a third of its peak (Barroso and
// Hoelzle, "The Case for Energy-Proportional Computing", 2007).
constexpr double kIdleShare = 0.3;
// Estimates from TDP err by up to 40 % against meters (arXiv 2509.22092); without even a TDP by
// more.
constexpr double kGainError = 0.4;
constexpr double kGainErrorAssumed = 0.7;
constexpr const char* kWhat = "CPU energy by a model of its utilisation";

Channel channel_of(const CpuInfo& info, const FullLoad& load) {
  return {.device = {.id = "cpu",
                     .kind = DeviceKind::kCpu,
                     .name = info.model_name,
                     .origin = load.assumed ? Origin::kAssumed : Origin::kModelled,
                     .source = fmt::format("model: {} x ({:g} + {:g} x utilisation of /proc/stat)",
                                           load.reason, kIdleShare, 1.0 - kIdleShare),
                     .power_limit = std::nullopt},
          .quantity = Channel::Quantity::kEnergy,
          .window = Seconds(0.0),
          .delay = Seconds(0.0),
          .update_period = Seconds(0.0),
          .range = Joules(0.0),
          .gain_error = load.assumed ? kGainErrorAssumed : kGainError,
          .role = Channel::Role::kTotal,
          .of = 0};
}

/// A counter of modelled joules: what lies between two readings is the utilisation between them.
class CpuModelSource : public Source {
 public:
  CpuModelSource(Channel channel, double full_power_w, HeldFile stat)
      : channel_(std::move(channel)), full_power_w_(full_power_w), stat_(std::move(stat)) {}
  const char* name() const override { return "cpu-model"; }
  std::span<const Channel> channels() const override { return {&channel_, 1}; }

  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    if (pace_.due(now_s)) {
      const double before_s = thread_cpu_s();
      look(now_s);
      pace_.was_done(now_s, thread_cpu_s() - before_s);
    }
    readings[0] = latest_;
  }

 private:
  void look(MonotonicSeconds now_s) {
    constexpr std::size_t kFirstLine = 256;
    std::array<char, kFirstLine> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto text = stat_.read(buffer);
    const auto ticks = text.ok() ? parse_cpu_ticks(text.value) : std::nullopt;
    if (!ticks) {
      latest_.fault = text.ok() ? Fault::kUnreadable : text.fault;
      latest_.time_s = now_s;
      return;
    }
    if (last_ticks_) {
      energy_j_ += full_power_w_ * (kIdleShare + (1.0 - kIdleShare) * utilisation(*ticks)) *
                   (now_s - last_look_s_);
    }
    last_ticks_ = ticks;
    last_look_s_ = now_s;
    latest_ = {.value = energy_j_, .time_s = now_s, .fault = Fault::kNone};
  }

  double utilisation(const CpuTicks& ticks) {
    // Ticks come every 10 ms, and those of a processor that is switched off are taken back.
    if (ticks.total > last_ticks_->total && ticks.busy >= last_ticks_->busy) {
      utilisation_ = std::min(1.0, static_cast<double>(ticks.busy - last_ticks_->busy) /
                                       static_cast<double>(ticks.total - last_ticks_->total));
    }
    return utilisation_;
  }

  Channel channel_;
  double full_power_w_;
  HeldFile stat_;
  // At a poller's 10 Hz every poll finds it due, also one that comes a little early.
  Pace pace_{Seconds(0.09), Seconds(2.0)};
  std::optional<CpuTicks> last_ticks_;
  MonotonicSeconds last_look_s_ = 0.0;
  double utilisation_ = 0.0;
  double energy_j_ = 0.0;
  Reading latest_;
};

Finding finding(Finding::State state, std::string detail) {
  return {.source = "cpu-model",
          .what = kWhat,
          .state = state,
          .detail = std::move(detail),
          .remedy = "",
          .consequence = "",
          .devices = {}};
}

}  // namespace

Status open_cpu_model(const SourceOptions& options, OpenedSources& opened) {
  if (measures(opened, DeviceKind::kCpu) || measures(opened, DeviceKind::kNode)) {
    opened.findings.push_back(finding(Finding::State::kWorks, "not used: a meter has the CPU"));
    return {};
  }
  const CpuInfo info = read_cpu_info(options.root);
  HeldFile stat(options.root + "/proc/stat");
  if (stat.fault() != Fault::kNone || (info.threads == 0 && !options.cpu_tdp)) {
    opened.findings.push_back(finding(
        Finding::State::kAbsent, fmt::format("/proc/{} cannot be read: the CPU's energy is missing",
                                             stat.fault() != Fault::kNone ? "stat" : "cpuinfo")));
    return {};
  }
  const FullLoad load = full_load(info, options.cpu_tdp);
  auto works = finding(Finding::State::kWorks, channel_of(info, load).device.source);
  works.devices = {"cpu"};
  opened.findings.push_back(std::move(works));
  opened.sources.push_back(
      std::make_unique<CpuModelSource>(channel_of(info, load), load.power_w, std::move(stat)));
  return {};
}

}  // namespace joulecast::measure
