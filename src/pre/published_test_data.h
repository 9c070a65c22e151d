// Observations for tests of the published method.
#pragma once

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/csv.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

inline std::filesystem::path shared_data() {
  const char* named = std::getenv("JOULECAST_SHARED_DATA");  // NOLINT(concurrency-mt-unsafe)
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(JOULECAST_SOURCE_DIR) / "../shared/data";
}

// Every figure that the published features need is recorded, so nothing is looked up.
inline Observation test_observation(const std::string& network, int batch_size, int image_size,
                                    double gflops) {
  Observation observation;
  SetUp& set_up = observation.set_up;
  set_up.network = network;
  set_up.gpu = "Test GPU";
  set_up.batch_size = batch_size;
  set_up.image_height = set_up.image_width = image_size;
  set_up.train_size = 10000.0;
  set_up.validation_size = 2000.0;
  set_up.host_memory_gb = 32.0;
  set_up.recorded_gflops = gflops;
  set_up.recorded_gpu_cores = 5888.0;
  set_up.recorded_gpu_memory_gb = 8.0;
  set_up.recorded_gpu_tdp = Watts(220.0);
  observation.source = "test";
  observation.meter = "test meter";
  return observation;
}

// 24 configurations, three repeats each: a smooth power and energy, and a repeat's own small error.
inline std::vector<Observation> test_observations() {
  std::vector<Observation> all;
  for (int network = 1; network <= 4; ++network) {
    for (int batch = 16; batch <= 64; batch *= 2) {
      for (int size = 64; size <= 128; size *= 2) {
        for (int repeat = 0; repeat < 3; ++repeat) {
          const double gflops = 0.5 * network;
          auto one = test_observation("net" + std::to_string(network), batch, size, gflops);
          const double noise = 1.0 + 0.01 * (repeat - 1);
          const double load = std::sqrt(gflops * size / batch);
          one.power = Watts((90.0 + 30.0 * load) * noise);
          one.epoch_energy = Joules(2000.0 * (0.5 + load + 0.01 * batch) / noise);
          one.row = static_cast<std::int64_t>(all.size()) + 1;
          all.push_back(one);
        }
      }
    }
  }
  return all;
}

inline Observation delrey_row(const CsvReader& csv) {
  const auto text = [&](const char* name) {
    return std::string(csv.row()[*csv.column(name)].text);
  };
  const auto number = [&](const char* name) { return *csv.number(*csv.column(name)); };
  constexpr double kKilo = 1e3;
  auto one = test_observation(text("architecture"), static_cast<int>(number("batch_size")),
                              static_cast<int>(number("image_size")), number("gflops_forward"));
  one.set_up.gpu = text("gpu_model");
  one.set_up.dataset = text("dataset");
  one.set_up.train_size = number("train_size");
  one.set_up.validation_size = number("val_size");
  one.set_up.host_memory_gb = number("total_ram_gb");
  one.set_up.recorded_gpu_cores = number("gpu_cuda_cores");
  one.set_up.recorded_gpu_memory_gb = number("gpu_memory_gb");
  one.set_up.recorded_gpu_tdp = Watts(number("gpu_max_power_w"));
  one.power = Watts(number("avg_gpu_power_w"));
  one.epoch_energy = Joules(kKilo * number("avg_epoch_energy_kj"));
  one.stable_epoch_energy = Joules(kKilo * number("avg_stable_epoch_energy_kj"));
  return one;
}

// The paper's rows, in their order; none where the shared data is absent.
inline std::vector<Observation> delrey_observations() {
  std::vector<Observation> all;
  auto file = open_file(shared_data() / "delrey2025" / "runs.csv");
  if (!file) return all;
  auto csv = CsvReader::open(LineReader(std::move(*file)));
  if (!csv) return all;
  while (csv->next() == LineReader::Step::kLine) {
    all.push_back(delrey_row(*csv));
    all.back().row = static_cast<std::int64_t>(all.size());
  }
  return all;
}

}  // namespace joulecast::pre
