// Runs for tests.
#pragma once

#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "joulecast/store/run_writer.h"

namespace joulecast::store {

struct TestRun {
  std::string host = "node1";
  double start_unix_s = 1795456000.0;  // 2026-11-23
  int pid = 4711;
  std::string boot_id;  ///< Empty: this machine's.
  std::vector<std::string> command = {"python", "train.py"};
  std::string title;
  std::vector<std::string> tags;
  int epochs = 10;
  double epoch_s = 20.0;
  double interval_s = 0.1;
};

inline RunStart start_of(const TestRun& run) {
  RunStart start;
  start.start_unix_s = run.start_unix_s;
  start.joulecast_version = "0.1.0";
  start.command = run.command;
  start.working_folder = "/home/me/project";
  start.host = run.host;
  start.pid = run.pid;
  start.boot_id = run.boot_id;
  start.os = "Debian 12";
  start.cpu = "a CPU";
  start.cpu_threads = 8;
  start.ram = Bytes(16e9);
  start.title = run.title;
  start.tags = run.tags;
  return start;
}

inline std::vector<RecordedDevice> test_devices() {
  Device gpu;
  gpu.id = "gpu0";
  gpu.kind = DeviceKind::kGpu;
  gpu.name = "NVIDIA H200";
  gpu.origin = Origin::kCounter;
  gpu.source = "energy counter of NVML";
  gpu.power_limit = Watts(700.0);
  Device cpu;
  cpu.id = "cpu";
  cpu.kind = DeviceKind::kCpu;
  cpu.name = "a CPU";
  cpu.origin = Origin::kModelled;
  cpu.source = "TDP times utilisation";
  return {{.device = gpu, .gain_error = 0.05}, {.device = cpu, .gain_error = 0.3}};
}

inline float test_watts(std::size_t device, double time_s) {
  return static_cast<float>(device == 0 ? 300.0 + 50.0 * std::sin(time_s) : 40.0);
}

/// What both devices take in `duration_s`, roughly.
inline std::vector<MeasuredEnergy> test_energies(double duration_s) {
  return {{.energy = Joules(300.0 * duration_s),
           .cut_error = Joules(3.0),
           .origin = Origin::kCounter,
           .uncovered = {}},
          {.energy = Joules(40.0 * duration_s),
           .cut_error = Joules(4.0),
           .origin = Origin::kModelled,
           .uncovered = {}}};
}

inline Forecast test_forecast(const TestRun& run, int epochs_seen) {
  const double total_j = 340.0 * run.epoch_s * run.epochs;
  const double error = 0.1 / epochs_seen;
  Forecast forecast;
  forecast.method = "joulecast";
  forecast.epochs_seen = epochs_seen;
  forecast.stable = epochs_seen > 2;
  forecast.energy = Estimate<Joules>{.value = Joules(total_j * (1.0 + error)),
                                     .low = Joules(total_j * (1.0 - error)),
                                     .high = Joules(total_j * (1.0 + 3.0 * error))};
  forecast.duration =
      Estimate<Seconds>{.value = Seconds(run.epoch_s * run.epochs), .low = {}, .high = {}};
  forecast.power = Estimate<Watts>{.value = Watts(340.0), .low = {}, .high = {}};
  forecast.parts = {{.cause = "noise", .energy = Joules(10.0), .duration = Seconds(1.0)}};
  forecast.notes = {"holds if no further phase comes"};
  forecast.origins = {Origin::kCounter, Origin::kModelled};
  return forecast;
}

/// Feeds a writer with a run up to `until_s`, flushing every second.
inline void feed(RunWriter& writer, const TestRun& run, double until_s) {
  writer.devices(test_devices());
  writer.software({{"driver", "550.54"}, {"torch", "2.1.0"}});
  writer.plan({.unit = WorkUnit::kEpochs, .total = run.epochs, .duration = {}}, 0.0);
  int epoch = 0;
  const auto rows = static_cast<int>(std::llround(until_s / run.interval_s));
  const int rows_a_second = std::max(1, static_cast<int>(std::lround(1.0 / run.interval_s)));
  for (int i = 0; i <= rows; ++i) {
    const double time_s = i * run.interval_s;
    const float power_w[] = {test_watts(0, time_s), test_watts(1, time_s)};
    writer.sample(time_s, power_w);
    if (epoch < run.epochs && time_s >= (epoch + 1) * run.epoch_s - 1e-9) {
      ++epoch;
      EpochRecord record;
      record.epoch.number = epoch;
      record.epoch.start_s = (epoch - 1) * run.epoch_s;
      record.epoch.end_s = epoch * run.epoch_s;
      record.epoch.energy = Joules(340.0 * run.epoch_s);
      record.epoch.energy_origin = Origin::kModelled;
      record.epoch.loss = 1.0 / epoch;
      record.devices = test_energies(run.epoch_s);
      writer.epoch(record);
      writer.forecast(test_forecast(run, epoch), time_s);
    }
    if (i % rows_a_second == 0) static_cast<void>(writer.flush());
  }
}

inline RunEnd test_end(const TestRun& run) {
  const double end_s = run.epochs * run.epoch_s;
  RunEnd end;
  end.end_s = end_s;
  end.exit_code = 0;
  end.devices = test_energies(end_s);
  end.footprint = FootprintRecord{.pue = 1.2,
                                  .pue_source = "given",
                                  .intensity_g_per_kwh = 174.0,
                                  .intensity_source = "Spain 2023",
                                  .grams_co2e = 1.2 * 174.0 * 340.0 * end_s / 3.6e6,
                                  .price_per_kwh = 0.25,
                                  .cost = 0.25 * 1.2 * 340.0 * end_s / 3.6e6,
                                  .currency = "EUR"};
  return end;
}

/// A whole run; its folder.
inline std::filesystem::path write_run(const std::filesystem::path& store,
                                       const TestRun& run = {}) {
  auto writer = RunWriter::create(store, start_of(run));
  if (!writer) return {};
  feed(**writer, run, run.epochs * run.epoch_s);
  WindowRecord window{
      .name = "warm-up", .start_s = 0.0, .end_s = 5.0, .devices = test_energies(5.0)};
  (*writer)->window(window);
  (*writer)->note("a note", 1.0);
  static_cast<void>((*writer)->finish(test_end(run)));
  return (*writer)->folder();
}

}  // namespace joulecast::store
