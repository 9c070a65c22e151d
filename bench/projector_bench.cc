// How long joulecast's projection takes per epoch.
//
// Target (docs/benchmarks): an update, its Forecast included, in at most 5 us, however many epochs
// were seen.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "joulecast/step/online_projector.h"

namespace joulecast::step {
namespace {

constexpr double kMany = 1e9;  // So that no run ends.

// Epochs of about 100 s and 30 kJ that jitter by 1 % without a generator of random numbers.
class Training {
 public:
  explicit Training(bool evaluated) : evaluated_(evaluated) {}

  const Epoch& next() {
    const double jitter = static_cast<double>(++epoch_.number * 7919 % 5003) / 5003.0 - 0.5;
    epoch_.start_s = epoch_.end_s;
    epoch_.end_s += 100.0 * (1.0 + 0.02 * jitter);
    epoch_.energy = Joules(30e3 * (1.0 + 0.03 * jitter));
    epoch_.energy_origin = Origin::kCounter;
    if (evaluated_) {
      epoch_.evaluation = Evaluation{
          .start_s = epoch_.end_s - 8.0, .end_s = epoch_.end_s, .energy = Joules(1500.0)};
    }
    return epoch_;
  }

 private:
  bool evaluated_;
  Epoch epoch_;
};

std::unique_ptr<OnlineProjector> projector(double total) {
  OnlinePlan plan;
  plan.total_work = total;
  plan.power_limit = Watts(350.0);
  return std::move(OnlineProjector::create(plan)).value();
}

// range(0): epochs seen before; range(1): whether each has an evaluation of its own.
void update(benchmark::State& state) {
  Training training(state.range(1) != 0);
  const auto ours = projector(kMany);
  for (std::int64_t i = 0; i < state.range(0); ++i) ours->add(training.next());
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ours->add(training.next()));
}
BENCHMARK(update)->ArgsProduct({{10, 1000, 100'000}, {0, 1}});

void forecast_again(benchmark::State& state) {
  Training training(false);
  const auto ours = projector(kMany);
  for (int i = 0; i < 1000; ++i) ours->add(training.next());
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ours->forecast_for(2000.0));
}
BENCHMARK(forecast_again);

// A whole training of 90 epochs, the projector's making included.
void training_of_90_epochs(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    Training training(false);
    const auto ours = projector(90.0);
    for (int i = 0; i < 90; ++i) benchmark::DoNotOptimize(ours->add(training.next()));
  }
}
BENCHMARK(training_of_90_epochs)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace joulecast::step
