// How fast recordings are read. The files are made in a temporary folder.
//
// Target (docs/benchmarks): a CSV of 1 M samples in at most 0.15 s and 60 MB. For the peers on the
// same file, run bench/peers/read_csv.py.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "joulecast/readers/reader.h"
#include "joulecast/run/integrate.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;

// A folder that is removed at the end of the program.
const fs::path& temp_folder() {
  struct Folder {
    Folder() {
      std::string name = (fs::temp_directory_path() / "readers_bench_XXXXXX").string();
      if (::mkdtemp(name.data()) == nullptr) std::abort();
      path = name;
    }
    ~Folder() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path path;
  };
  static const Folder folder;
  return folder.path;
}

// A file of `rows` rows, each made by row(i); made once.
template <typename Row>
fs::path file_of(const std::string& name, std::int64_t rows, const char* header, Row&& row) {
  fs::path path = temp_folder() / fmt::format("{}_{}.csv", name, rows);
  if (fs::exists(path)) return path;
  std::ofstream file(path);
  file << header;
  for (std::int64_t i = 0; i < rows; ++i) file << row(i);
  return path;
}

// Watts that jitter without a generator of random numbers.
double watts(std::int64_t i) { return 200.0 + static_cast<double>(i * 7919 % 5003) / 100.0; }

fs::path samples_file(std::int64_t rows) {
  return file_of("samples", rows, "time_s,power_w\n", [](std::int64_t i) {
    return fmt::format("{:.3f},{:.2f}\n", 0.1 * static_cast<double>(i), watts(i));
  });
}

fs::path nvidia_smi_file(std::int64_t rows) {
  return file_of(
      "nvidia_smi", rows, "timestamp, name, power.draw [W], power.limit [W]\n", [](std::int64_t i) {
        return fmt::format("2024/03/{:02} {:02}:{:02}:{:02}.125, Some GPU, {:.2f} W, 350.00 W\n",
                           1 + i / 86400, i / 3600 % 24, i / 60 % 60, i % 60, watts(i));
      });
}

void set_rates(benchmark::State& state, const fs::path& path) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(fs::file_size(path)));
}

void load_samples(benchmark::State& state) {
  const fs::path path = samples_file(state.range(0));
  for (auto _ : state) {
    const auto run = load_run(path);
    if (!run) state.SkipWithError(run.error().message.c_str());
    benchmark::DoNotOptimize(run);
  }
  set_rates(state, path);
}
BENCHMARK(load_samples)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// Without keeping the samples: memory does not grow with the file.
void stream_samples(benchmark::State& state) {
  const fs::path path = samples_file(state.range(0));
  for (auto _ : state) {
    EpochIntegrator sink;
    const auto report = read_run(path, {}, sink);
    if (!report) state.SkipWithError(report.error().message.c_str());
    benchmark::DoNotOptimize(report);
  }
  set_rates(state, path);
}
BENCHMARK(stream_samples)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

void load_nvidia_smi(benchmark::State& state) {
  const fs::path path = nvidia_smi_file(state.range(0));
  for (auto _ : state) {
    const auto run = load_run(path);
    if (!run) state.SkipWithError(run.error().message.c_str());
    benchmark::DoNotOptimize(run);
  }
  set_rates(state, path);
}
BENCHMARK(load_nvidia_smi)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace joulecast::readers
