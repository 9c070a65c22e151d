// The matrix profile and what is built on it. bench/peers/matrix_profile.py times the same series
// with stumpy and SCAMP; run both on an idle machine.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "joulecast/step/floss.h"
#include "joulecast/step/fluss.h"
#include "joulecast/step/matrix_profile.h"
#include "joulecast/step/streaming_matrix_profile.h"

namespace {

using namespace joulecast::step;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kWindow = 10;

// A power trace in watts to two decimals: a wave and noise from a linear congruential generator,
// the same as in bench/peers/matrix_profile.py.
std::vector<double> power_trace(std::size_t samples) {
  std::vector<double> watts;
  watts.reserve(samples);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < samples; ++i) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const double noise = static_cast<double>(state) / 2147483648.0;
    const double wave = std::sin(static_cast<double>(i) / 37);
    watts.push_back(std::round(100 * (200 + 50 * wave + 20 * noise)) / 100);
  }
  return watts;
}

void bm_matrix_profile(benchmark::State& state) {
  const std::vector<double> watts = power_trace(static_cast<std::size_t>(state.range(0)));
  const MatrixProfileOptions options{.threads = static_cast<std::size_t>(state.range(1))};
  while (state.KeepRunning()) benchmark::DoNotOptimize(matrix_profile(watts, kWindow, options));
}
BENCHMARK(bm_matrix_profile)
    ->ArgNames({"samples", "threads"})
    ->ArgsProduct({{10'000, 100'000}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void bm_fluss(benchmark::State& state) {
  const std::vector<double> watts = power_trace(static_cast<std::size_t>(state.range(0)));
  const auto profile = matrix_profile(watts, kWindow);
  const FlussOptions options{.ideal = static_cast<IdealArcs>(state.range(1))};
  while (state.KeepRunning()) benchmark::DoNotOptimize(fluss(profile->index, options));
}
BENCHMARK(bm_fluss)
    ->ArgNames({"samples", "parabola"})
    ->ArgsProduct({{10'000, 100'000}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

// One append to a stream of 10 000 samples, on average over the next 1000.
void bm_streaming_append(benchmark::State& state) {
  constexpr std::size_t kSamples = 10'000;
  constexpr std::size_t kAppends = 1000;
  const std::vector<double> watts = power_trace(kSamples + kAppends);
  while (state.KeepRunning()) {
    state.PauseTiming();
    auto stream = StreamingMatrixProfile::create(kWindow);
    for (std::size_t i = 0; i < kSamples; ++i) stream->append(watts[i]);
    state.ResumeTiming();
    for (std::size_t i = kSamples; i < kSamples + kAppends; ++i) stream->append(watts[i]);
  }
  state.counters["per_append"] = benchmark::Counter(
      kAppends, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(bm_streaming_append)->Unit(benchmark::kMillisecond)->Iterations(5);

void bm_floss_append(benchmark::State& state) {
  constexpr std::size_t kSamples = 10'000;
  const std::vector<double> watts = power_trace(kSamples);
  auto floss = Floss::create(watts);
  std::size_t next = 0;
  while (state.KeepRunning()) floss->append(watts[next++ % kSamples]);
}
BENCHMARK(bm_floss_append)->Unit(benchmark::kMicrosecond);

}  // namespace
