// The random search of PRE as published: 100 candidates x 5 folds. $JOULECAST_BENCH_TABLE names a
// table; without it, rows like the paper's are made up: 857 of 49 distinct inputs.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "joulecast/pre/observations.h"
#include "pre/published.h"
#include "pre/random_search.h"

namespace joulecast::pre {
namespace {

constexpr int kRows = 857;
constexpr int kInputs = 49;
constexpr int kDraws = 100;

std::vector<Observation> made_up_rows() {
  std::vector<Observation> rows;
  for (int i = 0; i < kRows; ++i) {
    const int input = i * 17 % kInputs;
    Observation row;
    SetUp& set_up = row.set_up;
    set_up.network = "net" + std::to_string(input % 6);
    set_up.batch_size = 16 << (input % 4);
    set_up.image_height = set_up.image_width = 64 + 32 * (input % 5);
    set_up.train_size = 5000.0 + 100.0 * input;
    set_up.host_memory_gb = 32.0;
    set_up.recorded_gflops = 0.3 + 0.7 * (input % 6);
    set_up.recorded_gpu_cores = 5888.0;
    set_up.recorded_gpu_memory_gb = 8.0;
    set_up.recorded_gpu_tdp = Watts(220.0);
    row.power = Watts(100.0 + 30.0 * std::sqrt(input) + 0.1 * (i % 7));
    rows.push_back(row);
  }
  return rows;
}

Problem problem() {
  const char* file = std::getenv("JOULECAST_BENCH_TABLE");  // NOLINT(concurrency-mt-unsafe)
  if (file == nullptr) return *make_problem(made_up_rows(), Target::kPower);
  auto table = read_table(file);
  if (!table) {
    std::fprintf(stderr, "%s\n", table.error().message.c_str());
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): no thread runs yet
  }
  return *make_problem(table->observations, Target::kPower);
}

void random_search_of(benchmark::State& state, Method method) {
  const Problem rows = problem();
  // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the benchmark library reads it
  for (auto _ : state) {
    auto found = random_search(rows, method, kDraws, 0, static_cast<int>(state.range(0)));
    benchmark::DoNotOptimize(found);
  }
  state.counters["rows"] = static_cast<double>(rows.rows());
  state.counters["inputs"] = static_cast<double>(rows.inputs.rows());
}
BENCHMARK_CAPTURE(random_search_of, krr, Method::kKernelRidge)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(random_search_of, ridge, Method::kRidge)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(random_search_of, svr, Method::kSupportVector)
    ->Arg(2)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

void fit_with_intervals(benchmark::State& state) {
  const Problem rows = problem();
  EstimatorOptions options;
  options.threads = 1;
  // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the benchmark library reads it
  for (auto _ : state) {
    auto fit = fit_published(rows, Method::kKernelRidge, Target::kPower, options);
    benchmark::DoNotOptimize(fit);
  }
}
BENCHMARK(fit_with_intervals)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace joulecast::pre
