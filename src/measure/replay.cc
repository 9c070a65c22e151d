#include "joulecast/measure/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "joulecast/readers/reader.h"
#include "measure/replay_channel.h"

namespace joulecast::measure {
namespace {

class ReplaySource : public Source {
 public:
  explicit ReplaySource(MonotonicSeconds zero_s) : zero_s_(zero_s) {}

  void add(const Channel& channel, ReplayChannel replayed) {
    channels_.push_back(channel);
    replayed_.push_back(std::move(replayed));
  }

  const char* name() const override { return "replay"; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    for (std::size_t i = 0; i < replayed_.size(); ++i) {
      readings[i] = replayed_[i].read(std::max(0.0, now_s - zero_s_));
      readings[i].time_s = now_s;
    }
  }

 private:
  MonotonicSeconds zero_s_;
  std::vector<Channel> channels_;
  std::vector<ReplayChannel> replayed_;
};

bool concerns_counters(const InjectedFault& fault) {
  return fault.kind == InjectedFault::Kind::kCounterReset ||
         fault.kind == InjectedFault::Kind::kCounterStuck ||
         fault.kind == InjectedFault::Kind::kCounterWrap;
}

Status check_faults(const ReplayOptions& options, double duration_s) {
  for (const InjectedFault& fault : options.faults) {
    if (concerns_counters(fault) && !options.counters) {
      return Error{
          "a fault of an energy counter is injected, but a replay gives power; replay it with "
          "counters"};
    }
    if (fault.at_s > duration_s) {
      return Error{fmt::format(
          "a fault at {:g} s would never come: the recording ends at {:g} s; choose an earlier one",
          fault.at_s, duration_s)};
    }
  }
  const auto count = [&](InjectedFault::Kind kind) {
    return std::count_if(options.faults.begin(), options.faults.end(),
                         [kind](const InjectedFault& fault) { return fault.kind == kind; });
  };
  const auto wraps = count(InjectedFault::Kind::kCounterWrap);
  if (wraps > 1 || (wraps == 1 && count(InjectedFault::Kind::kCounterReset) > 0)) {
    return Error{
        "counter-wrap goes with neither a second one nor counter-reset: where a counter starts and "
        "its range allow one of them"};
  }
  return {};
}

/// Faults befall one device, so that one sees the others go on: the first GPU, else the first.
std::size_t befallen_device(const std::vector<Trace>& traces) {
  const auto gpu = std::find_if(traces.begin(), traces.end(), [](const Trace& trace) {
    return trace.device.kind == DeviceKind::kGpu;
  });
  return gpu == traces.end() ? 0 : static_cast<std::size_t>(gpu - traces.begin());
}

Channel channel_of(const Device& device, const TraceCursor& trace, const std::string& run,
                   bool counters) {
  Channel channel;
  channel.device = device;
  channel.device.source =
      fmt::format("replay of {}{}{}", run, device.source.empty() ? "" : ": ", device.source);
  if (counters) {
    channel.quantity = Channel::Quantity::kEnergy;
    channel.update_period = Seconds(ReplayChannel::kCounterPeriodS);
  } else {
    channel.update_period = Seconds(trace.typical_interval_s());
  }
  return channel;
}

double end_of(const Run& run) {
  double end_s = 0.0;
  for (const Trace& trace : run.traces) end_s = std::max(end_s, trace.time_s.back());
  for (const Epoch& epoch : run.epochs) end_s = std::max(end_s, epoch.end_s);
  return end_s;
}

std::unique_ptr<Source> source_of(std::vector<Trace> traces, const std::string& run,
                                  const ReplayOptions& options, MonotonicSeconds zero_s) {
  auto source = std::make_unique<ReplaySource>(zero_s);
  const std::size_t befallen = befallen_device(traces);
  for (std::size_t i = 0; i < traces.size(); ++i) {
    TraceCursor trace(std::move(traces[i].time_s), std::move(traces[i].power_w));
    Channel channel = channel_of(traces[i].device, trace, run, options.counters);
    const auto faults = i == befallen ? options.faults : std::vector<InjectedFault>();
    if (std::any_of(faults.begin(), faults.end(), [](const InjectedFault& fault) {
          return fault.kind == InjectedFault::Kind::kCounterWrap;
        })) {
      channel.range = Joules(ReplayChannel::kWrapJ);
    }
    source->add(channel, ReplayChannel(std::move(trace), faults, options.counters));
  }
  return source;
}

std::vector<Epoch> without_energies(std::vector<Epoch> epochs) {
  for (Epoch& epoch : epochs) {
    epoch.energy.reset();
    if (epoch.evaluation) epoch.evaluation->energy.reset();
  }
  return epochs;
}

}  // namespace

Result<Replay> open_replay(const std::filesystem::path& run, const ReplayOptions& options,
                           const Clock& clock) {
  auto loaded = readers::load_run(run);
  if (!loaded) return loaded.error();
  Run& recorded = loaded->run;
  std::erase_if(recorded.traces, [](const Trace& trace) { return trace.time_s.empty(); });
  if (recorded.traces.empty()) {
    return Error{fmt::format("{}: it holds no samples of power, so there is nothing to replay",
                             printable(run.string()))};
  }
  const double duration_s = end_of(recorded);
  if (auto checked = check_faults(options, duration_s); !checked) return checked.error();
  const MonotonicSeconds zero_s = clock.now();
  return Replay{
      .source = source_of(std::move(recorded.traces), printable(run.string()), options, zero_s),
      .epochs = without_energies(std::move(recorded.epochs)),
      .plan = recorded.plan,
      .duration_s = duration_s,
      .zero_s = zero_s,
  };
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the unique_ptr owns it

}  // namespace joulecast::measure
