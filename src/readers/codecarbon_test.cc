#include "readers/codecarbon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr const char* kHeader =
    "timestamp,project_name,run_id,duration,emissions,energy_consumed,cpu_energy,gpu_energy\n";

TEST(CodeCarbon, ReadsATrackerPerEpoch) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "emissions.csv", std::string(kHeader) +
                           "2024-05-01T10:00:10,net,aaa,10,0.1,0.001,0.0004,0.0006\n"
                           "2024-05-01T10:00:22,net,bbb,10.5,0.1,0.002,0.0004,0.0016\n"));
  EXPECT_EQ(run.report.format, "codecarbon");
  ASSERT_EQ(run.run.epochs.size(), 2u);
  EXPECT_DOUBLE_EQ(run.run.epochs[0].energy->value(), 3600.0);
  EXPECT_DOUBLE_EQ(run.run.epochs[1].energy->value(), 7200.0);
  EXPECT_EQ(run.run.epochs[0].energy_origin, Origin::kReported);
  EXPECT_EQ(run.run.epochs[0].start_s, 0.0);
  EXPECT_EQ(run.run.epochs[0].end_s, 10.0);
  EXPECT_EQ(run.run.epochs[1].start_s, 11.5);
  EXPECT_EQ(run.run.epochs[1].duration().value(), 10.5);
  EXPECT_EQ(*run.run.start_unix_s, 1714557600.0);
}

TEST(CodeCarbon, ReadsTasksOfOneRunBackToBack) {
  const TestFolder folder;
  const auto run = must_load(folder.write("emissions.csv",
                                          "task_name,timestamp,run_id,duration,energy_consumed\n"
                                          "epoch1,2024-05-01T10:00:30,r,10,0.001\n"
                                          "epoch2,2024-05-01T10:00:30,r,12,0.002\n"));
  ASSERT_EQ(run.run.epochs.size(), 2u);
  EXPECT_EQ(run.run.epochs[1].start_s, 10.0);
  EXPECT_EQ(run.run.epochs[1].end_s, 22.0);
  EXPECT_FALSE(run.run.start_unix_s.has_value());
}

TEST(CodeCarbon, TakesRisingDurationsOfOneRunAsTheyAreWhenTheClockAgrees) {
  const TestFolder folder;
  const auto run = must_load(folder.write("emissions.csv",
                                          "timestamp,run_id,duration,energy_consumed\n"
                                          "2024-05-01T10:00:10,r,10.0,0.0010\n"
                                          "2024-05-01T10:00:20,r,10.1,0.0011\n"
                                          "2024-05-01T10:00:30,r,10.2,0.0012\n"));
  ASSERT_EQ(run.run.epochs.size(), 3u);
  EXPECT_NEAR(run.run.epochs[2].duration().value(), 10.2, 1e-9);
}

TEST(CodeCarbon, TakesDifferencesOfTotals) {
  const TestFolder folder;
  const auto run = must_load(folder.write("emissions.csv",
                                          "timestamp,run_id,duration,energy_consumed\n"
                                          "2024-05-01T10:00:10,r,10,0.001\n"
                                          "2024-05-01T10:00:20,r,20,0.003\n"
                                          "2024-05-01T10:00:31,r,31,0.004\n"));
  ASSERT_EQ(run.run.epochs.size(), 3u);
  EXPECT_EQ(run.run.epochs[1].duration().value(), 10.0);
  EXPECT_NEAR(run.run.epochs[1].energy->value(), 7200.0, 1e-6);
  EXPECT_EQ(run.run.epochs[2].end_s, 31.0);
  EXPECT_THAT(run.report.notes, Contains(HasSubstr("total so far")));
}

TEST(CodeCarbon, SaysWhatIsWrong) {
  const TestFolder folder;
  const auto error = [&](const std::string& rows) {
    return error_of(folder,
                    folder.write("e.csv", "project_name,run_id,duration,energy_consumed\n" + rows));
  };
  EXPECT_EQ(error(""), "e.csv: there is nothing after the header; was the tracker stopped?");
  EXPECT_EQ(error("a,r1,1,1\nb,r2,1,1\n"),
            "e.csv: rows of 2 projects (a, b); keep those of one training in the file");
  EXPECT_EQ(error("a,r1,1,1\na,r1,1,1\na,r2,1,1\n"),
            "e.csv: several rows of each of 2 runs (run_id r1, r2); keep those of one run in the "
            "file");
  EXPECT_EQ(error("a,r1,0,1\n"),
            "e.csv:2:6: a duration must be above zero (and no more than "
            "30 000 years); mend or delete this line");
  EXPECT_EQ(error("a,r1,1,-1\n"),
            "e.csv:2:8: this cannot be an energy in kWh; mend or delete this line");
  EXPECT_EQ(error("a,r1,1,x\n"), "e.csv:2:8: 'x' is not a number (column energy_consumed)");
  EXPECT_EQ(error("a,r1,1\n"),
            "e.csv:2: 3 fields where the header has 4; mend or delete this line");
}

}  // namespace
}  // namespace joulecast::readers
