#include "readers/mlperf.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kStartMs = 1.7e12;

// An event `s` seconds after the run's start.
std::string event(double s, const std::string& key, const std::string& value = "null",
                  const std::string& metadata = "{}") {
  return fmt::format(
      ":::MLLOG {{\"namespace\": \"\", \"time_ms\": {:.0f}, \"event_type\": \"X\", \"key\": "
      "\"{}\", \"value\": {}, \"metadata\": {}}}\n",
      kStartMs + 1e3 * s, key, value, metadata);
}

std::string in_epoch(int number) { return fmt::format("{{\"epoch_num\": {}}}", number); }

// Three epochs of 10 s after a second of preparation; an evaluation after the second and third.
std::string three_epochs() {
  std::string log = "+ noise\n" + event(-5, "init_start") + event(0, "run_start") +
                    event(0, "train_samples", "500") + event(0, "epoch_count", "8");
  for (int k = 0; k < 3; ++k) {
    const double start = 1 + 10 * k;
    log += event(start, "epoch_start", "null", in_epoch(k)) +
           event(start + 8, "epoch_stop", "null", in_epoch(k));
    if (k == 0) continue;
    log += event(start + 8, "eval_start", "null", in_epoch(k)) +
           event(start + 10, "eval_accuracy", k == 1 ? "0.5" : "0.75", in_epoch(k)) +
           event(start + 10, "eval_stop", "null", in_epoch(k));
  }
  return log + event(31.5, "run_stop", "null", R"({"status": "success"})");
}

// A node that draws 1000 W, every second from 3 s before the start.
std::string powers(int until_s) {
  std::string log = event(-3, "power_measurement_start");
  for (int s = -3; s <= until_s; ++s) log += event(s, "power_reading", "1000");
  return log;
}

TEST(MlPerf, ReadsEpochsAndTheNodesPower) {
  const TestFolder folder;
  folder.write("x.node_power.log", powers(40));
  const auto run = must_load(folder.write("x.log", three_epochs()));
  EXPECT_EQ(run.report.format, "mlperf");
  ASSERT_EQ(run.run.epochs.size(), 3u);
  EXPECT_EQ(run.run.epochs[0].number, 1);
  EXPECT_EQ(run.run.epochs[0].start_s, 1.0);
  EXPECT_EQ(run.run.epochs[0].end_s, 11.0);
  EXPECT_EQ(*run.run.epochs[0].samples, 500.0);
  EXPECT_FALSE(run.run.epochs[0].evaluation.has_value());
  EXPECT_FALSE(run.run.epochs[0].accuracy.has_value());
  EXPECT_EQ(run.run.epochs[1].evaluation->start_s, 19.0);
  EXPECT_EQ(run.run.epochs[1].evaluation->end_s, 21.0);
  EXPECT_EQ(*run.run.epochs[1].accuracy, 0.5);
  EXPECT_EQ(run.run.epochs[2].end_s, 31.5) << "the last epoch ends with the run";
  EXPECT_EQ(*run.run.epochs[2].accuracy, 0.75);
  EXPECT_EQ(run.run.plan.unit, WorkUnit::kEpochs);
  EXPECT_EQ(*run.run.plan.total, 8.0);
  EXPECT_EQ(*run.run.start_unix_s, 1e-3 * kStartMs);
  ASSERT_EQ(run.run.traces.size(), 1u);
  EXPECT_EQ(run.run.traces[0].device.id, "node");
  EXPECT_EQ(run.run.traces[0].device.kind, DeviceKind::kNode);
  EXPECT_EQ(run.run.traces[0].time_s.front(), -3.0);
  EXPECT_EQ(run.report.samples, 44u);
}

TEST(MlPerf, ReadsZippedLogs) {
  const TestFolder folder;
  folder.write("x.node_power.log.gz", gzipped(powers(40)));
  const auto run = must_load(folder.write("x.log.gz", gzipped(three_epochs())));
  EXPECT_EQ(run.run.epochs.size(), 3u);
  EXPECT_EQ(run.report.samples, 44u);
}

TEST(MlPerf, ClipsAnEvaluationThatReachesIntoTheNextEpoch) {
  const TestFolder folder;
  const auto run = must_load(
      folder.write("x.log", event(0, "run_start") + event(0, "epoch_start", "0", in_epoch(0)) +
                                event(10, "epoch_stop", "0", in_epoch(0)) +
                                event(10, "eval_start", "1", in_epoch(1)) +
                                event(12, "epoch_start", "1", in_epoch(1)) +
                                event(15, "eval_accuracy", "0.25", in_epoch(1)) +
                                event(15, "eval_stop", "1", in_epoch(1)) +
                                event(22, "epoch_stop", "1", in_epoch(1)) + event(22, "run_stop")));
  ASSERT_EQ(run.run.epochs.size(), 2u);
  EXPECT_EQ(run.run.epochs[0].end_s, 12.0);
  EXPECT_EQ(run.run.epochs[0].evaluation->end_s, 12.0);
  EXPECT_EQ(*run.run.epochs[0].accuracy, 0.25);
  EXPECT_FALSE(run.run.epochs[1].evaluation.has_value());
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("no power log was found")));
}

TEST(MlPerf, AnEpochCutOffByTheRunsEndCountsToTheOneBefore) {
  const TestFolder folder;
  std::string log = event(0, "run_start");
  for (int k = 0; k < 3; ++k) log += event(10 * k, "epoch_start", "null", in_epoch(k));
  log += event(21, "run_stop") + event(21, "epoch_stop", "null", in_epoch(2));
  const auto run = must_load(folder.write("x.log", log));
  ASSERT_EQ(run.run.epochs.size(), 2u);
  EXPECT_EQ(run.run.epochs[1].end_s, 21.0);
  EXPECT_THAT(run.report.notes, Contains("epoch 3 was cut off by the end of the run after 1.0 s; "
                                         "its time counts to epoch 2"));
}

TEST(MlPerf, LeavesOutAnEpochUnderWay) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "x.log", event(0, "run_start") + event(0, "epoch_start", "null", in_epoch(0)) +
                   event(10, "epoch_stop") + event(10, "epoch_start", "null", in_epoch(1)) +
                   ":::MLLOG {\"time_ms\": 17000"));
  ASSERT_EQ(run.run.epochs.size(), 1u);
  EXPECT_THAT(run.report.notes,
              Contains("epoch 2 was under way when the log ends; it is left out"));
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("1 of 5 MLLOG lines")));
}

TEST(MlPerf, CutsASingleEpochAtItsEvaluations) {
  const TestFolder folder;
  std::string log = event(0, "run_start") + event(0.5, "epoch_start", "null", in_epoch(0));
  for (int k = 1; k <= 3; ++k) {
    const std::string so_far = std::to_string(10000 * k);
    log += event(10 * k - 1, "eval_start", so_far, in_epoch(10000 * k)) +
           event(10 * k, "eval_stop", so_far, in_epoch(10000 * k)) +
           event(10 * k, "eval_accuracy", "0.1", in_epoch(10000 * k));
  }
  const auto run = must_load(folder.write("x.log", log + event(30.5, "run_stop")));
  ASSERT_EQ(run.run.epochs.size(), 3u);
  EXPECT_EQ(run.run.epochs[0].start_s, 0.5);
  EXPECT_EQ(run.run.epochs[0].end_s, 10.0);
  EXPECT_EQ(run.run.epochs[1].start_s, 10.0);
  EXPECT_EQ(run.run.epochs[2].end_s, 30.5);
  EXPECT_EQ(run.run.epochs[2].evaluation->start_s, 29.0);
  EXPECT_EQ(run.run.epochs[2].evaluation->end_s, 30.0);
  for (const Epoch& epoch : run.run.epochs) EXPECT_EQ(*epoch.samples, 10000.0);
  EXPECT_EQ(run.run.plan.unit, WorkUnit::kSamples);
}

TEST(MlPerf, CountsOneRanksEventsOnly) {
  const TestFolder folder;
  std::string log;
  for (const char* rank : {"1: ", "0: "}) log += rank + event(0, "run_start");
  for (int k = 0; k < 2; ++k) {
    for (const char* rank : {"0: ", "1: "}) {
      log += rank + event(10 * k, "epoch_start", "null", in_epoch(k));
    }
  }
  for (const char* rank : {"0: ", "1: "}) log += rank + event(20, "epoch_stop");
  const auto run = must_load(folder.write("x.log", log));
  ASSERT_EQ(run.run.epochs.size(), 2u);
  EXPECT_EQ(run.run.epochs[1].end_s, 20.0);
}

TEST(MlPerf, ReadsAPowerLogAlone) {
  const TestFolder folder;
  const auto run = must_load(folder.write("x.node_power.log", powers(3)));
  EXPECT_TRUE(run.run.epochs.empty());
  EXPECT_THAT(run.run.traces[0].time_s, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("a power log alone")));
}

TEST(MlPerf, CountsBadReadings) {
  const TestFolder folder;
  const auto run = must_load(
      folder.write("x.node_power.log", powers(3) + event(4, "power_reading", "-1") +
                                           event(5, "power_reading", "\"many\"") +
                                           ":::MLLOG {\"key\": \"power_reading\", \"val"));
  EXPECT_EQ(run.report.rows, 10u);
  EXPECT_EQ(run.report.bad_rows, 3u);
  EXPECT_EQ(run.report.first_bad_rows[1].why, "the power_reading has no number as value");
  EXPECT_EQ(run.report.first_bad_rows[2].line, 11u);
}

TEST(MlPerf, AFolderIsOneTrainingWithItsNodes) {
  const TestFolder folder;
  folder.write("train.log", three_epochs());
  folder.write("node_a_power.log", powers(40));
  folder.write("node_b_power.log", powers(40));
  folder.write("README", "not a log\n");
  const auto run = must_load(folder.path());
  EXPECT_EQ(run.run.epochs.size(), 3u);
  ASSERT_EQ(run.run.traces.size(), 2u);
  EXPECT_EQ(run.run.traces[0].device.id, "node0");
  EXPECT_EQ(run.run.traces[1].device.name, "node_b_power");
  folder.write("train2.log", three_epochs());
  EXPECT_EQ(error_of(folder, folder.path()),
            ": 2 recordings in this folder (train.log, train2.log); name one of them");
}

TEST(MlPerf, SaysWhatIsWrong) {
  const TestFolder folder;
  const auto error = [&](const std::string& log) {
    return error_of(folder, folder.write("x.log", log));
  };
  EXPECT_EQ(error(event(0, "init_start")),
            "x.log: there is neither run_start nor epoch_start in this log; is it cut off, or a "
            "power log?");
  EXPECT_EQ(error(event(0, "run_start") + event(1, "epoch_start")),
            "x.log: no epoch and no evaluation ends in this log; is it cut off?");
  EXPECT_EQ(error(event(0, "run_start") + event(1, "epoch_start", "null", in_epoch(0)) +
                  event(1, "epoch_start", "null", in_epoch(1)) + event(2, "epoch_stop")),
            "x.log:2: epoch 1 has no length: it lasts from 1 s to 1 s");
  EXPECT_EQ(error(three_epochs() + three_epochs()),
            "x.log:21: a second run starts here; keep one run in a log");
}

}  // namespace
}  // namespace joulecast::readers
