// What measuring costs where nothing is waited for: a poll of eight GPUs' meter, a minute of
// sampling.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "joulecast/measure/clock.h"
#include "joulecast/measure/meter.h"
#include "joulecast/measure/sampler.h"

namespace joulecast::measure {
namespace {

constexpr std::size_t kGpus = 8;
constexpr double kPowerW = 234.0;
constexpr double kUpdateS = 0.1;

/// GPUs as NVML shows them: a counter that moves every 100 ms and instant power to check it by.
class Gpus : public Source {
 public:
  explicit Gpus(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Channel counter;
      counter.device.id = "gpu" + std::to_string(i);
      counter.device.kind = DeviceKind::kGpu;
      counter.device.origin = Origin::kCounter;
      counter.quantity = Channel::Quantity::kEnergy;
      counter.update_period = Seconds(kUpdateS);
      Channel power = counter;
      power.quantity = Channel::Quantity::kPower;
      power.device.origin = Origin::kIntegrated;
      power.role = Channel::Role::kCheck;
      power.of = channels_.size();
      channels_.push_back(std::move(counter));
      channels_.push_back(std::move(power));
    }
  }
  const char* name() const override { return "bench"; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    const double moved_s = std::floor(now_s / kUpdateS) * kUpdateS;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const bool counter = channels_[i].quantity == Channel::Quantity::kEnergy;
      readings[i] = {
          .value = counter ? kPowerW * moved_s : kPowerW, .time_s = now_s, .fault = Fault::kNone};
    }
  }

 private:
  std::vector<Channel> channels_;
};

std::vector<std::unique_ptr<Source>> sources(std::size_t gpus) {
  std::vector<std::unique_ptr<Source>> result;
  result.push_back(std::make_unique<Gpus>(gpus));
  return result;
}

// Three polls to each move of the counter: 1800 in a minute.
void poll(benchmark::State& state) {
  Meter meter(sources(static_cast<std::size_t>(state.range(0))));
  double now_s = 0.0;
  // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the benchmark library reads it
  for (auto _ : state) {
    meter.poll(now_s);
    now_s += kUpdateS / 3.0;
  }
}
BENCHMARK(poll)->Arg(1)->Arg(kGpus);

// The thread, its sleeping and its rows included, at twenty times the speed: CPU time of the whole.
void minute_of_sampling(benchmark::State& state) {
  constexpr double kSpeed = 20.0;
  constexpr double kMinuteS = 60.0;
  // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the benchmark library reads it
  for (auto _ : state) {
    const Clock clock(kSpeed);
    Meter meter(sources(kGpus));
    Sampler sampler(meter, clock, {.interval = Seconds(0.1)});
    sampler.start();
    const double end_s = clock.now() + kMinuteS;
    std::size_t rows = 0;
    while (clock.now() < end_s) {
      clock.sleep_until(clock.now() + 1.0);
      sampler.take_rows([&rows](const SampleRow&) { ++rows; });
    }
    sampler.stop();
    state.counters["rows"] = static_cast<double>(rows);
  }
}
BENCHMARK(minute_of_sampling)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->Iterations(1);

}  // namespace
}  // namespace joulecast::measure
