#include "joulecast/live/engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "joulecast/measure/replay.h"
#include "joulecast/store/run_folder.h"

namespace joulecast::live {
namespace {

namespace fs = std::filesystem;

/// A recorded power trace, played to an engine through the real meter in virtual time.
class EngineTest : public testing::Test {
 protected:
  EngineTest()
      : folder_(fs::temp_directory_path() /
                ("joulecast_engine_" + std::to_string(getpid()) + "_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~EngineTest() override {
    // Until its record has ended the recorder's thread may write into the folder.
    constexpr Seconds kPatience{60.0};
    if (recorder_ && !finished_) {
      EXPECT_TRUE(recorder_->finish({}, kPatience).ok());
    }
    fs::remove_all(folder_);
  }

  /// Power at a moment, as the recording has it.
  using Power = std::function<double(double)>;

  void begin(const EngineOptions& options, const Power& power, double seconds) {
    const fs::path csv = folder_ / "power.csv";
    std::ofstream file(csv);
    file << "time_s,power_gpu0_w\n";
    for (int i = 0; i <= static_cast<int>(seconds * 10.0); ++i) {
      file << 0.1 * i << ',' << power(0.1 * i) << '\n';
    }
    file.close();
    auto replay = measure::open_replay(csv, {.counters = true, .faults = {}}, clock_);
    ASSERT_TRUE(replay.ok()) << replay.error().message;
    zero_s_ = replay->zero_s;
    std::vector<std::unique_ptr<measure::Source>> sources;
    sources.push_back(std::move(replay->source));
    meter_ = std::make_unique<measure::Meter>(std::move(sources));
    store::RunStart start;
    start.command = {"train"};
    start.host = "host";
    recorder_ = std::make_unique<Recorder>(
        [runs = folder_ / "runs", start] { return store::RunWriter::create(runs, start); });
    engine_ = std::make_unique<Engine>(options, recorder_.get(), zero_s_);
    meter_->poll(zero_s_);
    engine_->attach(*meter_);
  }

  /// Plays up to a moment of the run.
  void play_to(double time_s) {
    for (; now_s_ < time_s; now_s_ += 0.03) {
      meter_->poll(zero_s_ + now_s_);
      if (++polls_ % 8 == 0) engine_->advance(zero_s_ + now_s_);
    }
    now_s_ = time_s;
  }
  void say(const std::string& line, double time_s) {
    play_to(time_s);
    const auto mark = parse_mark(line);
    ASSERT_TRUE(mark.ok()) << mark.error().message;
    const Status status = engine_->mark(*mark, zero_s_ + time_s);
    EXPECT_TRUE(status.ok()) << line << ": " << (status.ok() ? "" : status.error().message);
  }
  RunSummary finish(double time_s) {
    play_to(time_s);
    meter_->poll(zero_s_ + time_s);
    meter_->close(zero_s_ + time_s);
    finished_ = true;
    return engine_->finish(zero_s_ + time_s, 0, std::nullopt);
  }
  store::RunRecord record() {
    auto record = store::read_record(recorder_->folder());
    EXPECT_TRUE(record.ok()) << record.error().message;
    return record.ok() ? *record : store::RunRecord();
  }

  fs::path folder_;
  measure::Clock clock_;
  double zero_s_ = 0.0, now_s_ = 0.0;
  int polls_ = 0;
  bool finished_ = false;
  std::unique_ptr<measure::Meter> meter_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Engine> engine_;
};

EngineOptions plan_of(WorkUnit unit, double total) {
  EngineOptions options;
  options.plan = {.unit = unit, .total = total, .duration = {}};
  return options;
}

TEST_F(EngineTest, MeasuresEpochsAndProjectsTheWhole) {
  // 5 s of start-up at 50 W, then epochs of 10 s at 200 W.
  begin(
      plan_of(WorkUnit::kEpochs, 20), [](double t) { return t < 5.0 ? 50.0 : 200.0; }, 60.0);
  say("epoch_begin 1", 5.0);
  for (int epoch = 1; epoch <= 4; ++epoch) {
    say("epoch_end " + std::to_string(epoch), 5.0 + 10.0 * epoch);
  }
  play_to(46.0);
  const Snapshot shot = engine_->snapshot(zero_s_ + 46.0);
  ASSERT_TRUE(shot.forecast && shot.forecast->energy);
  constexpr double kTruth = 250.0 + 20 * 2000.0;
  EXPECT_NEAR(shot.forecast->energy->value.value(), kTruth, 0.01 * kTruth);
  EXPECT_LE(shot.forecast->energy->low->value(), kTruth);
  EXPECT_GE(shot.forecast->energy->high->value(), kTruth);
  EXPECT_NEAR(shot.forecast->duration->value.value(), 205.0, 2.0);

  const RunSummary summary = finish(50.0);
  EXPECT_EQ(summary.blocks, 4);
  EXPECT_NEAR(summary.energy.value(), 250.0 + 45.0 * 200.0, 60.0);
  const store::RunRecord kept = record();
  ASSERT_EQ(kept.epochs.size(), 4U);
  for (const store::EpochRecord& epoch : kept.epochs) {
    ASSERT_TRUE(epoch.epoch.energy);
    EXPECT_NEAR(epoch.epoch.energy->value(), 2000.0, 20.0);
    ASSERT_EQ(epoch.devices.size(), 1U);
  }
  EXPECT_EQ(kept.forecasts.size(), 4U);
  EXPECT_EQ(kept.state, store::RunState::kEnded);
}

TEST_F(EngineTest, OneEpochOfManyStepsIsProjectedFromItsSteps) {
  begin(
      {}, [](double) { return 100.0; }, 60.0);
  say("plan epochs=1 steps=2000", 1.0);
  for (int step = 1; step <= 500; ++step) say("step " + std::to_string(step), 1.0 + 0.05 * step);
  play_to(27.0);
  const Snapshot shot = engine_->snapshot(zero_s_ + 27.0);
  ASSERT_TRUE(shot.forecast && shot.forecast->energy) << shot.no_forecast;
  // 1 s of start-up, then 2000 steps of 0.05 s.
  EXPECT_NEAR(shot.forecast->energy->value.value(), 100.0 * 101.0, 0.01 * 100.0 * 101.0);
  EXPECT_EQ(shot.plan.unit, WorkUnit::kSteps);
}

TEST_F(EngineTest, StopsOnlyWhatCannotFitIntoItsBudget) {
  EngineOptions options = plan_of(WorkUnit::kEpochs, 20);
  options.rates.pue = 1.0;
  const auto budget = parse_budget("30kJ");
  ASSERT_TRUE(budget.ok());
  options.budget = *budget;
  begin(
      options, [](double) { return 200.0; }, 60.0);  // 40 kJ in all
  bool asked = false;
  for (int epoch = 1; epoch <= 5; ++epoch) {
    say("epoch_end " + std::to_string(epoch), 10.0 * epoch);
    play_to(10.0 * epoch + 1.0);
    asked = engine_->take_stop_request() || asked;
  }
  EXPECT_TRUE(asked);
  EXPECT_FALSE(finish(52.0).over_budget) << "10 kJ were spent when it was stopped";
}

TEST_F(EngineTest, KeepsWithinAGenerousBudget) {
  EngineOptions options = plan_of(WorkUnit::kEpochs, 20);
  options.budget = *parse_budget("50kJ");
  begin(
      options, [](double) { return 200.0; }, 60.0);
  for (int epoch = 1; epoch <= 5; ++epoch) {
    say("epoch_end " + std::to_string(epoch), 10.0 * epoch);
    play_to(10.0 * epoch + 1.0);
    EXPECT_FALSE(engine_->take_stop_request());
  }
  EXPECT_FALSE(finish(52.0).over_budget);
}

TEST_F(EngineTest, NamedWindowsAreMeasured) {
  begin(
      {}, [](double t) { return t < 10.0 ? 100.0 : 300.0; }, 40.0);
  say("window_begin load", 5.0);
  say("window_begin inner", 12.0);
  say("window_end load", 15.0);
  say("window_end inner", 20.0);
  finish(30.0);
  const store::RunRecord kept = record();
  ASSERT_EQ(kept.windows.size(), 2U);
  EXPECT_NEAR(kept.windows[0].devices.at(0).energy.value(), 500.0 + 1500.0, 15.0);
  EXPECT_NEAR(kept.windows[1].devices.at(0).energy.value(), 8.0 * 300.0, 15.0);
}

TEST_F(EngineTest, WithoutMarksThePowerShowsTheEpochs) {
  EngineOptions options = plan_of(WorkUnit::kEpochs, 50);
  // Epochs of 6 s: 4.5 s at 250 W, 1.5 s at 120 W.
  const auto power = [](double t) { return std::fmod(t, 6.0) < 4.5 ? 250.0 : 120.0; };
  begin(options, power, 100.0);
  for (int row = 0; row < 900; ++row) {
    const double t = 0.05 + 0.1 * row;
    play_to(t);
    const auto watts = static_cast<float>(power(t));
    engine_->row({.time_s = zero_s_ + t, .power_w = {&watts, 1}});
  }
  const Snapshot shot = engine_->snapshot(zero_s_ + 90.0);
  ASSERT_TRUE(shot.forecast && shot.forecast->energy) << shot.no_forecast;
  constexpr double kTruth = 50 * (4.5 * 250.0 + 1.5 * 120.0);
  EXPECT_NEAR(shot.forecast->energy->value.value(), kTruth, 0.05 * kTruth);
  ASSERT_FALSE(shot.forecast->notes.empty());
}

TEST_F(EngineTest, AMarkFromOutsideTheRunIsRefused) {
  begin(
      {}, [](double) { return 100.0; }, 20.0);
  play_to(5.0);
  auto mark = parse_mark("epoch_end 1");
  ASSERT_TRUE(mark.ok());
  mark->time_s = zero_s_ + 1000.0;
  EXPECT_FALSE(engine_->mark(*mark, zero_s_ + 5.0).ok());
}

}  // namespace
}  // namespace joulecast::live
