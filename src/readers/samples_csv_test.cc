#include "readers/samples_csv.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

using testing::ElementsAre;

ReadOptions every(double seconds) {
  ReadOptions options;
  options.interval_s = seconds;
  return options;
}

TEST(Samples, ReadsTimeAndPower) {
  const TestFolder folder;
  const auto run =
      must_load(folder.write("a.csv", "time_s,power_w\n0,100\n0.5,+101.25\n 1 , 1e2 \n"));
  EXPECT_EQ(run.report.format, "samples");
  ASSERT_EQ(run.run.traces.size(), 1u);
  EXPECT_EQ(run.run.traces[0].device.id, "device");
  EXPECT_EQ(run.run.traces[0].device.kind, DeviceKind::kUnknown);
  EXPECT_THAT(run.run.traces[0].time_s, ElementsAre(0, 0.5, 1));
  EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(100, 101.25, 100));
  EXPECT_FALSE(run.run.start_unix_s.has_value());
}

TEST(Samples, ReadsSeveralDevicesAndPassesOverOtherColumns) {
  const TestFolder folder;
  const auto run = must_load(folder.write("a.csv",
                                          "power_gpu0_w,comment,time_s,power_cpu_w,power_x_w\n"
                                          "100,\"a, b\",0,10,1\n,c,1,11,2\n102,,2,,3\n"));
  ASSERT_EQ(run.run.traces.size(), 3u);
  EXPECT_EQ(run.run.traces[0].device.id, "gpu0");
  EXPECT_EQ(run.run.traces[0].device.kind, DeviceKind::kGpu);
  EXPECT_EQ(run.run.traces[1].device.kind, DeviceKind::kCpu);
  EXPECT_EQ(run.run.traces[2].device.source, "column power_x_w");
  EXPECT_THAT(run.run.traces[0].time_s, ElementsAre(0, 2));
  EXPECT_THAT(run.run.traces[1].power_w, ElementsAre(10, 11));
  EXPECT_THAT(run.run.traces[2].power_w, ElementsAre(1, 2, 3));
  EXPECT_EQ(run.report.samples, 7u);
  EXPECT_EQ(run.report.rows, 3u);
  EXPECT_EQ(run.report.bad_rows, 0u);
}

TEST(Samples, ReadsTimesOfDay) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "a.csv", "timestamp,power_w\n2024-05-01T12:00:00.5+02:00,1\n2024-05-01T10:00:01.5Z,2\n"));
  EXPECT_THAT(run.run.traces[0].time_s, ElementsAre(0, 1));
  EXPECT_DOUBLE_EQ(*run.run.start_unix_s, 1714557600.5);
  const auto unix_times =
      must_load(folder.write("b.csv", "time_s,power_w\n1714557600,1\n1714557602,2\n"));
  EXPECT_THAT(unix_times.run.traces[0].time_s, ElementsAre(0, 2));
  EXPECT_EQ(*unix_times.run.start_unix_s, 1714557600.0);
}

TEST(Samples, ReadsWattsOnePerLine) {
  const TestFolder folder;
  const auto path = folder.write("a.txt", "100\n101\nnan\n103\n");
  const auto run = must_load(path, every(2.0));
  EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(100, 101, 103));
  EXPECT_THAT(run.run.traces[0].time_s, ElementsAre(0, 2, 6));  // a bad row keeps its place
  EXPECT_EQ(run.report.bad_rows, 1u);
  EXPECT_EQ(error_of(folder, path),
            "a.txt: there is no time in it; give --sampling-interval SECONDS");
  EXPECT_EQ(error_of(folder, path, every(0.0)),
            "--sampling-interval 0: the sampling interval must be above zero seconds");
  EXPECT_EQ(error_of(folder, path, every(-1.0)),
            "--sampling-interval -1: the sampling interval must be above zero seconds");
  const auto headed = must_load(folder.write("b.csv", "power_w\n100\n101\n"), every(1.0));
  EXPECT_THAT(headed.run.traces[0].time_s, ElementsAre(0, 1));
}

TEST(Samples, LettersInANumberAreAnError) {
  const TestFolder folder;
  EXPECT_EQ(error_of(folder, folder.write("a.csv", "time_s,power_w\n0,100\n1, 1o1\n2,3\n")),
            "a.csv:3:4: '1o1' is not a number (column power_w); mend or delete this line");
  EXPECT_EQ(error_of(folder, folder.write("b.csv", "time_s,power_w\nx,100\n")),
            "b.csv:2:1: 'x' is not a number (column time_s); mend or delete this line");
  EXPECT_EQ(error_of(folder, folder.write("c.csv", "timestamp,power_w\n12:00,100\n")),
            "c.csv:2:1: '12:00' is not a time like 2024-05-17T08:27:23.500Z; mend or delete this "
            "line");
  EXPECT_EQ(error_of(folder, folder.write("d.txt", "100\n10l\n"), every(1.0)),
            "d.txt:2:1: '10l' is not a number (column power_w); mend or delete this line");
}

TEST(Samples, ImpossiblePowersAreDroppedAndCounted) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "a.csv",
      "time_s,power_w\n0,1\n1,-1\n2,nan\n3,inf\n4,1e9\nnan,5\n1e300,5\n5,1\n6,1\n7,1\n8,1\n"
      "9,1\n10,1\n11,1\n12,1\n13\n14,1\n"));
  EXPECT_EQ(run.report.rows, 17u);
  EXPECT_EQ(run.report.bad_rows, 7u);
  EXPECT_EQ(run.report.samples, 10u);
  EXPECT_EQ(run.report.first_bad_rows[0].line, 3u);
  EXPECT_EQ(run.report.first_bad_rows[0].column, 3u);
  EXPECT_EQ(run.report.first_bad_rows[0].why, "'-1': the power is negative");
  EXPECT_EQ(run.report.first_bad_rows[4].why, "'nan' cannot be a time");
}

TEST(Samples, ALastLineWithoutNewlineIsBroken) {
  const TestFolder folder;
  const auto run = must_load(folder.write("a.csv", "time_s,power_w\n0,100\n1,101\n2,10"));
  EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(100, 101));
  EXPECT_EQ(run.report.bad_rows, 1u);
  EXPECT_EQ(run.report.first_bad_rows[0].line, 4u);
}

TEST(Samples, SaysWhatIsWrongWithTheTable) {
  const TestFolder folder;
  EXPECT_EQ(error_of(folder, folder.write("a.csv", "1,2\n3,4\n")),
            "a.csv:1: 2 columns and no header; begin the file with a line like time_s,power_w");
  EXPECT_EQ(error_of(folder, folder.write("b.csv", "time_s,power_a_w,power_a_w\n0,1,2\n")),
            "b.csv:1: two columns for the device 'a'; rename or remove one");
  EXPECT_EQ(error_of(folder, folder.write("c.csv", "time_s,power_w\n")),
            "c.csv: there is nothing after the header; record for longer than one sampling "
            "interval");
  EXPECT_EQ(error_of(folder, folder.write("d.csv", "time_s,power_w\n0,\"1\n")),
            "d.csv:2:3: a quote is opened here and not closed in this line");
  ReadOptions options;
  options.format = "samples";
  EXPECT_EQ(
      error_of(folder, folder.write("e.csv", "time,watts\n0,1\n"), options),
      "e.csv:1: there is no column power_w or power_<device>_w; the columns are: time, watts");
  EXPECT_EQ(error_of(folder, folder.write("f.csv", "time_s,power_a_w\n0,\n1,\n")),
            "f.csv: none of the 2 rows holds a power");
}

TEST(Samples, TellsProgress) {
  const TestFolder folder;
  std::string text = "time_s,power_w\n";
  for (int i = 0; i < 200000; ++i) text += fmt::format("{},{}\n", i, 100 + i % 7);
  std::vector<double> told;
  ReadOptions options;
  options.progress = [&](double fraction) { told.push_back(fraction); };
  const auto run = must_load(folder.write("a.csv", text), options);
  EXPECT_EQ(run.report.samples, 200000u);
  ASSERT_GT(told.size(), 2u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1.0);
}

}  // namespace
}  // namespace joulecast::readers
