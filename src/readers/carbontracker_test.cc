#include "readers/carbontracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr const char* kStandard =
    "2024-05-01 10:00:00 - carbontracker version 2.4.7\n"
    "2024-05-01 10:00:00 - The following components were found: GPU with device(s) A, B. CPU with "
    "device(s) C.\n"
    "2024-05-01 10:00:00 - Monitoring thread started.\n"
    "2024-05-01 10:00:12 - Epoch 1:\n"
    "2024-05-01 10:00:12 - Duration: 0:00:12.50\n"
    "2024-05-01 10:00:12 - Average power usage (W) for gpu: [100.5\n 99.5]\n"
    "2024-05-01 10:00:12 - Average power usage (W) for cpu: 50.0\n"
    "2024-05-01 11:02:15 - Epoch 2:\n"
    "2024-05-01 11:02:15 - Duration: 1:02:03.00\n"
    "2024-05-01 11:02:15 - Average power usage (W) for gpu: [ 100. 100.]\n"
    "2024-05-01 11:02:15 - Average power usage (W) for cpu: [50]\n"
    "2024-05-01 11:02:16 - Epoch 3:\n"
    "2024-05-01 11:02:16 - Duration: 0:00:01.00\n"
    "2024-05-01 11:02:16 - Average power usage (W) for gpu: None\n"
    "2024-05-01 11:02:16 - Average power usage (W) for cpu: 50.0\n"
    "2024-05-01 11:02:20 - Epoch 4:\n";

TEST(Carbontracker, ReadsTheStandardLog) {
  const TestFolder folder;
  const auto run = must_load(folder.write("x_carbontracker.log", kStandard));
  EXPECT_EQ(run.report.format, "carbontracker");
  ASSERT_EQ(run.run.epochs.size(), 3u);
  EXPECT_DOUBLE_EQ(run.run.epochs[0].energy->value(), 250.0 * 12.5);
  EXPECT_EQ(run.run.epochs[0].energy_origin, Origin::kReported);
  EXPECT_DOUBLE_EQ(run.run.epochs[1].duration().value(), 3723.0);
  EXPECT_DOUBLE_EQ(run.run.epochs[1].energy->value(), 250.0 * 3723.0);
  EXPECT_EQ(run.run.epochs[1].start_s, 12.5);
  EXPECT_FALSE(run.run.epochs[2].energy.has_value()) << "the GPU's power is not known there";
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("epoch 3 has no power for some component")));
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("epoch 4 has no duration and is left out")));
  EXPECT_EQ(*run.run.start_unix_s, 1714557612.0 - 12.5);
}

constexpr const char* kOutput =
    "2024-05-01 10:00:12 - CarbonTracker: \n"
    "Predicted consumption for 10 epoch(s):\n\tTime:\t0:02:00\n\tEnergy:\t0.010000 kWh\n"
    "\tCO2eq:\t1.0 g\n"
    "2024-05-01 10:02:12 - CarbonTracker: \n"
    "Actual consumption for 4 epoch(s):\n\tTime:\t0:00:48\n\tEnergy:\t0.005000 kWh\n"
    "\tCO2eq:\t1.0 g\n";

TEST(Carbontracker, ReadsTheOutputLogAsOneBlock) {
  const TestFolder folder;
  const auto run = must_load(folder.write("x_carbontracker_output.log", kOutput));
  ASSERT_EQ(run.run.epochs.size(), 1u);
  EXPECT_EQ(run.run.epochs[0].number, 4);
  EXPECT_DOUBLE_EQ(run.run.epochs[0].duration().value(), 48.0);
  EXPECT_DOUBLE_EQ(run.run.epochs[0].energy->value(), 18000.0);
  EXPECT_EQ(*run.run.plan.total, 10.0);
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("total of 4 epochs")));
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("PUE")));
}

TEST(Carbontracker, AFolderWithBothLogsIsReadByEpoch) {
  const TestFolder folder;
  folder.write("x_carbontracker.log", kStandard);
  folder.write("x_carbontracker_output.log", kOutput);
  EXPECT_EQ(must_load(folder.path()).run.epochs.size(), 3u);
}

TEST(Carbontracker, SaysWhatIsWrong) {
  const TestFolder folder;
  const std::string start = "2024-05-01 10:00:00 - carbontracker version 2.4.7\n";
  const auto error = [&](const std::string& text) {
    return error_of(folder, folder.write("c.log", start + text));
  };
  EXPECT_EQ(error(""), "c.log: there is no finished epoch in it; was epoch_end() called?");
  EXPECT_EQ(error("2024-05-01 10:00:12 - Epoch 1:\n2024-05-01 10:00:12 - Duration: 0:00:00.00\n"),
            "c.log:3: epoch 1 has no length; delete it from the log");
  EXPECT_EQ(error("2024-05-01 10:00:12 - Epoch 1:\n2024-05-01 10:00:12 - Duration: soon\n"),
            "c.log:3: 'soon' is not a duration like 0:01:23.45");
  EXPECT_EQ(error("2024-05-01 10:00:12 - Epoch 1:\n2024-05-01 10:00:12 - Duration: 0:00:01\n"
                  "2024-05-01 10:00:12 - Average power usage (W) for gpu: many\n"),
            "c.log:4: 'many' is not a power in watts");
  EXPECT_EQ(error_of(folder, folder.write("o.log", "CarbonTracker: Finished monitoring.\n")),
            "o.log: there is no 'Actual consumption' in it; give the log that ends in "
            "_carbontracker.log");
}

}  // namespace
}  // namespace joulecast::readers
