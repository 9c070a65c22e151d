// How exact the energies of short epochs are, in the virtual time of the pretended NVML library,
// through the code that reads the real one. Truth is the integral of the wave that it pretends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "joulecast/measure/meter.h"
#include "joulecast/measure/sources.h"
#include "measure/nvml_test_library.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

constexpr double kStartS = 1000.0;
constexpr int kEpochs = 10;
// Sources with a delay of a second settle that much later.
constexpr double kAfterwardsS = 2.0;
constexpr double kGolden = 0.618034;

/// `turn`th of a sequence that fills 0 to 1 evenly.
double spread(int turn, double step = kGolden) { return std::fmod(turn * step, 1.0); }

struct Sensor {
  const char* name;
  const char* config;
};
constexpr Sensor kCounter{"counter", "architecture=hopper"};
constexpr Sensor kInstant{"instant power",
                          "architecture=volta "
                          "fault=not-supported:nvmlDeviceGetTotalEnergyConsumption"};
// No field values before driver 530: only the plain reading, a mean over 1 s.
constexpr Sensor kAverage{"1 s average",
                          "architecture=ampere driver=470.82.01 "
                          "fault=not-supported:nvmlDeviceGetTotalEnergyConsumption"};

struct Errors {
  std::vector<double> epochs, totals, widths;  // relative
  int covered = 0, totals_covered = 0;

  static double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
  }
  double coverage() const {
    return static_cast<double>(covered) / static_cast<double>(epochs.size());
  }
  void print(const std::string& what) const {
    fmt::print(
        "{}: epochs {:.2f} % median, {:.2f} % worst, stated +-{:.1f} % covers {:.1f} %; "
        "totals {:.3f} % median\n",
        what, 100.0 * quantile(epochs, 0.5), 100.0 * quantile(epochs, 1.0),
        100.0 * quantile(widths, 0.5), 100.0 * coverage(), 100.0 * quantile(totals, 0.5));
  }
};

/// Sum over the GPUs between two moments. GPUs of one training work in step: their errors add up.
MeasuredEnergy sum_between(const Meter& meter, double from_s, double to_s) {
  MeasuredEnergy sum;
  for (std::size_t i = 0; i < meter.devices().size(); ++i) {
    const auto from = meter.at(i, from_s);
    const auto to = meter.at(i, to_s);
    EXPECT_TRUE(from && to) << from_s << " to " << to_s;
    if (!from || !to) continue;
    const MeasuredEnergy one = energy_between(meter.devices()[i], *from, *to);
    EXPECT_NEAR(one.uncovered.value(), 0.0, 1e-9);
    sum.energy += one.energy;
    sum.cut_error += one.cut_error;
  }
  return sum;
}

class Training {
 public:
  Training(const std::string& config, int turn) : fake_(config, kStartS), turn_(turn) {
    SourceOptions options;
    options.nvml_library = fake_.file();
    options.gpus = "all";
    OpenedSources opened;
    EXPECT_TRUE(open_nvml(options, opened).ok());
    meter_ = std::make_unique<Meter>(std::move(opened.sources));
  }

  const Meter& meter() const { return *meter_; }
  void poll_until(double end_s) {
    while (now_s_ < end_s) {
      fake_.set_time(now_s_);
      meter_->poll(now_s_);
      // Threads wake up late, now and then by milliseconds.
      const double late = spread(++polls_ + turn_, 0.7548777);
      now_s_ += meter_->next_poll_in(Seconds(0.1)).value() + (late > 0.98 ? 4e-3 : 0.3e-3 * late);
    }
  }
  double truth_j(double from_s, double to_s) const {
    double sum_j = 0.0;
    for (unsigned gpu = 0; gpu < meter_->devices().size(); ++gpu) {
      sum_j += fake_.true_energy_j(gpu, from_s, to_s);
    }
    return sum_j;
  }
  void measure(double first_s, double epoch_s, Errors& errors) const {
    Joules total;
    for (int k = 0; k < kEpochs; ++k) {
      const double from_s = first_s + k * epoch_s;
      const MeasuredEnergy energy = sum_between(*meter_, from_s, from_s + epoch_s);
      const double truth_j = this->truth_j(from_s, from_s + epoch_s);
      const double off_j = std::abs(energy.energy.value() - truth_j);
      errors.epochs.push_back(off_j / truth_j);
      errors.widths.push_back(energy.cut_error.value() / truth_j);
      errors.covered += off_j <= energy.cut_error.value() + 0.01 ? 1 : 0;
      total += energy.energy;
    }
    const double truth_j = this->truth_j(first_s, first_s + kEpochs * epoch_s);
    errors.totals.push_back(std::abs(total.value() - truth_j) / truth_j);
  }

 private:
  FakeNvml fake_;
  std::unique_ptr<Meter> meter_;
  int turn_;
  double now_s_ = kStartS;
  int polls_ = 0;
};

struct Wave {
  const char* name;
  const char* text;
  double epoch_s;
};
constexpr Wave kSquare{"0.7 s + 0.3 s", "300W*0.7s,80W*0.3s", 2.35};

/// Trainings whose epochs begin at every phase of the wave and of the sensor's grid.
Errors train(const Sensor& sensor, const Wave& wave, int gpus, int turns,
             const std::string& more = "") {
  Errors errors;
  for (int turn = 0; turn < turns; ++turn) {
    const double begin_s = kStartS + 0.5 + spread(turn, 0.7548777);
    Training training(
        fmt::format("gpus={} wave={} limit=350W energy_phase={:.2f}ms power_phase={:.2f}ms "
                    "{} {}",
                    gpus, wave.text, 100.0 * spread(turn), 100.0 * spread(turn, 0.5698403),
                    sensor.config, more),
        turn);
    training.poll_until(begin_s + kEpochs * wave.epoch_s + kAfterwardsS);
    training.measure(begin_s, wave.epoch_s, errors);
  }
  errors.print(fmt::format("{}, {}, {} GPU{}", sensor.name, wave.name, gpus, more));
  return errors;
}

struct Goal {
  Sensor sensor;
  double median, worst, total;
  friend std::ostream& operator<<(std::ostream& out, const Goal& goal) {
    return out << goal.sensor.name;
  }
};

class Accuracy : public ::testing::TestWithParam<std::tuple<Goal, int>> {};

TEST_P(Accuracy, OfShortEpochsUnderASquareWave) {
  const auto& [goal, gpus] = GetParam();
  const Errors errors = train(goal.sensor, kSquare, gpus, gpus == 1 ? 60 : 12);
  EXPECT_LE(Errors::quantile(errors.epochs, 0.5), goal.median);
  EXPECT_LE(Errors::quantile(errors.epochs, 1.0), goal.worst);
  EXPECT_LE(Errors::quantile(errors.totals, 0.5), goal.total);
  EXPECT_GE(errors.coverage(), 0.95);
  // Not by stating just anything.
  EXPECT_LE(Errors::quantile(errors.widths, 0.5), 0.15);
}

INSTANTIATE_TEST_SUITE_P(Sensors, Accuracy,
                         ::testing::Combine(::testing::Values(Goal{kCounter, 0.005, 0.03, 0.001},
                                                              Goal{kInstant, 0.007, 0.15, 0.001},
                                                              Goal{kAverage, 0.045, 0.15, 0.006}),
                                            ::testing::Values(1, 8)));

TEST(AccuracyCoverage, HoldsForOtherWavesAndForNoise) {
  const Wave waves[] = {
      {"constant", "300W*1s", 2.35},           {"steps", "60W*4s,320W*13s", 2.35},
      {"3 s", "300W*2.2s,80W*0.83s", 2.35},    {"1.37 s", "300W*0.9s,80W*0.47s", 2.35},
      {"0.5 s", "300W*0.31s,60W*0.19s", 2.35}, {"37 ms", "300W*20ms,80W*17ms", 2.35}};
  for (const Sensor& sensor : {kCounter, kInstant, kAverage}) {
    for (const Wave& wave : waves) {
      for (const char* noise : {"", " noise=0.01"}) {
        const Errors errors = train(sensor, wave, 1, 10, noise);
        EXPECT_GE(errors.coverage(), 0.95) << sensor.name << ", " << wave.name << noise;
      }
    }
  }
}

// Carbontracker gave the mean over the GPUs: -87.5 % on eight.
TEST(AccuracyWhereOthersFail, EightGpusAddUp) {
  const Wave constant{"constant", "300W*1s", 2.35};
  const Errors errors = train(kCounter, constant, 8, 1);
  EXPECT_LE(Errors::quantile(errors.totals, 1.0), 0.001);
}

// A wave of one second under a sensor polled once a second: -66 to +33 % elsewhere.
TEST(AccuracyWhereOthersFail, OneSecondWavesDoNotAlias) {
  for (const Sensor& sensor : {kCounter, kInstant, kAverage}) {
    const Errors errors = train(sensor, kSquare, 1, 10);
    EXPECT_LE(Errors::quantile(errors.totals, 1.0), 0.02) << sensor.name;
  }
}

// Equal readings dropped before integrating gave 0 J for 3 s at 300 W.
TEST(AccuracyWhereOthersFail, ConstantPowerIsNotLost) {
  for (const Sensor& sensor : {kCounter, kInstant, kAverage}) {
    Training training(fmt::format("wave=300W*1s {}", sensor.config), 0);
    training.poll_until(kStartS + 6.0);
    EXPECT_NEAR(sum_between(training.meter(), kStartS + 1.0, kStartS + 4.0).energy.value(), 900.0,
                1.0)
        << sensor.name;
  }
}

}  // namespace
}  // namespace joulecast::measure
