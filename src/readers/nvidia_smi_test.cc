#include "readers/nvidia_smi.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

using testing::ElementsAre;

constexpr const char* kHeader = "timestamp, name, power.draw [W], power.limit [W]\n";

std::string row(int second, const std::string& power, const std::string& name = "Test GPU") {
  return fmt::format("2024/03/01 10:00:{:02}.250, {}, {}, 350.00 W\n", second, name, power);
}

TEST(NvidiaSmi, ReadsTheToolsOwnStyle) {
  const TestFolder folder;
  const auto run =
      must_load(folder.write("a.csv", kHeader + row(1, "119.17 W") + row(2, "120.5 W")));
  EXPECT_EQ(run.report.format, "nvidia-smi");
  ASSERT_EQ(run.run.traces.size(), 1u);
  const Device& device = run.run.traces[0].device;
  EXPECT_EQ(device.id, "gpu0");
  EXPECT_EQ(device.name, "Test GPU");
  EXPECT_EQ(device.kind, DeviceKind::kGpu);
  EXPECT_EQ(device.origin, Origin::kIntegrated);
  EXPECT_EQ(device.source, "nvidia-smi power.draw");
  EXPECT_EQ(device.power_limit->value(), 350.0);
  EXPECT_THAT(run.run.traces[0].time_s, ElementsAre(0.0, 1.0));
  EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(119.17, 120.5));
  EXPECT_DOUBLE_EQ(*run.run.start_unix_s, 1709287201.25);
  EXPECT_TRUE(run.run.epochs.empty());
}

TEST(NvidiaSmi, ReadsOtherHeadersDatesAndOrders) {
  const TestFolder folder;
  const auto run = must_load(folder.write("a.csv",
                                          "gpu_power_draw,gpu_max_power,timestamp,gpu_name\r\n"
                                          "119.17,350.00 W,2022-12-05 09:55:42.535,RTX\r\n118 "
                                          "W,350.00 W,2022-12-05 09:55:43.536,RTX\r\n"));
  EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(119.17, 118.0));
  EXPECT_EQ(run.run.traces[0].device.name, "RTX");
  EXPECT_EQ(run.run.traces[0].device.power_limit->value(), 350.0);
}

TEST(NvidiaSmi, CountsBrokenRowsWithTheirReasons) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "a.csv", kHeader + row(1, "100 W") + row(2, "[N/A]") + row(3, "[GPU is lost]") +
                   row(4, "1.2 kW") + row(5, "-3 W") + "2024/03/01 10:00:06, Test GPU, 1\n" +
                   row(7, "101 W") + row(8, "102 W") + row(9, "103 W") + row(10, "104 W") +
                   row(11, "105 W") + row(12, "9000 W")));
  EXPECT_EQ(run.report.rows, 12u);
  EXPECT_EQ(run.report.samples, 6u);
  EXPECT_EQ(run.report.bad_rows, 6u);
  ASSERT_EQ(run.report.first_bad_rows.size(), 5u);
  EXPECT_EQ(run.report.first_bad_rows[0].line, 3u);
  EXPECT_EQ(run.report.first_bad_rows[0].column, 36u);
  EXPECT_EQ(run.report.first_bad_rows[0].why, "'[N/A]': no reading");
  EXPECT_EQ(run.report.first_bad_rows[2].why, "'1.2 kW': watts (W) are needed");
  EXPECT_EQ(run.report.first_bad_rows[3].why, "'-3 W': the power is negative");
  EXPECT_EQ(run.report.first_bad_rows[4].why, "3 fields where the header has 4");
}

TEST(NvidiaSmi, ACutOffLastLineIsBrokenEvenWhereItLooksWhole) {
  const TestFolder folder;
  const std::string good =
      "timestamp, power.draw [W]\n2024/03/01 10:00:01, 100 W\n2024/03/01 10:00:02, 100 W\n";
  for (const std::string last : {"2024/03/01 10:00:03, 336.32 W", "2024/03/01 10:00:03, 14",
                                 "2024/03/01 10:00:03", "2024"}) {
    const auto run = must_load(folder.write("a.csv", good + last));
    EXPECT_EQ(run.report.samples, 2u) << last;
    EXPECT_EQ(run.report.bad_rows, 1u) << last;
    EXPECT_EQ(run.report.rows, 3u) << last;
  }
}

TEST(NvidiaSmi, ALastLineWithoutNewlineCountsOnlyWhereAnUnusedFieldIsCutOff) {
  const TestFolder folder;
  const std::string good =
      "timestamp, power.draw [W], temperature.gpu\n2024/03/01 10:00:01, 100 W, 50\n";
  const auto whole = must_load(folder.write("a.csv", good + "2024/03/01 10:00:02, 101 W, 5"));
  EXPECT_THAT(whole.run.traces[0].power_w, ElementsAre(100, 101));
  EXPECT_EQ(whole.report.bad_rows, 0u);
  const auto cut = must_load(folder.write("a.csv", good + "2024/03/01 10:00:02, 101 W"));
  EXPECT_THAT(cut.run.traces[0].power_w, ElementsAre(100));
  EXPECT_EQ(cut.report.bad_rows, 1u);
}

TEST(NvidiaSmi, TellsGpusApartByUuidIndexOrName) {
  const TestFolder folder;
  const auto by_uuid = must_load(folder.write(
      "a.csv",
      "timestamp, index, uuid, power.draw [W]\n2024/03/01 10:00:01.000, 0, GPU-a, 1 W\n"
      "2024/03/01 10:00:01.000, 1, GPU-b, 2 W\n2024/03/01 10:00:02.000, 0, GPU-a, 3 W\n"
      "2024/03/01 10:00:02.000, 1, GPU-b, 4 W\n"));
  ASSERT_EQ(by_uuid.run.traces.size(), 2u);
  EXPECT_EQ(by_uuid.run.traces[1].device.id, "GPU-b");
  EXPECT_THAT(by_uuid.run.traces[1].power_w, ElementsAre(2, 4));
  EXPECT_THAT(by_uuid.run.traces[1].time_s, ElementsAre(0, 1));
  EXPECT_EQ(by_uuid.report.duplicates, 0u);

  const auto by_index =
      must_load(folder.write("b.csv",
                             "timestamp, index, power.draw [W]\n2024/03/01 10:00:01, 1, 1 W\n"
                             "2024/03/01 10:00:01, 3, 2 W\n2024/03/01 10:00:02, 1, 3 W\n"));
  ASSERT_EQ(by_index.run.traces.size(), 2u);
  EXPECT_EQ(by_index.run.traces[0].device.id, "gpu1");
  EXPECT_EQ(by_index.run.traces[1].device.id, "gpu3");

  std::string text = kHeader;
  for (int i = 0; i < 20; ++i) text += row(i, "1 W", "A") + row(i, "2 W", "B");
  const auto by_name = must_load(folder.write("c.csv", text));
  ASSERT_EQ(by_name.run.traces.size(), 2u);
  EXPECT_EQ(by_name.run.traces[1].device.id, "gpu1");
  EXPECT_EQ(by_name.run.traces[1].device.name, "B");
}

TEST(NvidiaSmi, SeveralGpusWithoutAnIdAreOneClearError) {
  const TestFolder folder;
  std::string same = kHeader, nearly = kHeader;
  for (int i = 0; i < 40; ++i) {
    same += row(i, "1 W") + row(i, "2 W");
    nearly +=
        row(i, "1 W") + fmt::format("2024/03/01 10:00:{:02}.254, Test GPU, 2 W, 350.00 W\n", i);
  }
  const char* expected =
      "a.csv: rows of several GPUs, and nothing tells them apart; add index or uuid to --query-gpu";
  EXPECT_EQ(error_of(folder, folder.write("a.csv", same)), expected);
  EXPECT_EQ(error_of(folder, folder.write("a.csv", nearly)), expected);
}

TEST(NvidiaSmi, PassesOverRepeatedHeaders) {
  const TestFolder folder;
  const auto run =
      must_load(folder.write("a.csv", kHeader + row(1, "1 W") + kHeader + row(2, "2 W") + kHeader));
  EXPECT_EQ(run.report.rows, 2u);
  EXPECT_EQ(run.report.samples, 2u);
  EXPECT_EQ(run.report.bad_rows, 0u);
  EXPECT_EQ(error_of(folder, folder.write("b.csv",
                                          kHeader + row(1, "1 W") + "timestamp, power.draw [W]\n")),
            "b.csv:3:1: another header begins here; split the file before this line");
}

TEST(NvidiaSmi, PrefersTheInstantPowerAndSaysSo) {
  const TestFolder folder;
  const auto run = must_load(
      folder.write("a.csv",
                   "timestamp, power.draw [W], power.draw.average [W], power.draw.instant [W]\n"
                   "2024/03/01 10:00:01, 1 W, 2 W, 3 W\n"));
  EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(3));
  EXPECT_EQ(run.run.traces[0].device.source, "nvidia-smi power.draw.instant");
  EXPECT_THAT(run.report.notes, ElementsAre("power is power.draw.instant; also there and not used: "
                                            "power.draw.average, power.draw"));
}

TEST(NvidiaSmi, SaysWhatIsWrongWithTheHeader) {
  const TestFolder folder;
  EXPECT_EQ(error_of(folder, folder.write("a.csv", "timestamp, power.draw [mW]\nx\n")),
            "a.csv:1:12: the power is in 'mW', watts are needed; convert the column and write [W]");
  EXPECT_EQ(error_of(folder, folder.write("b.csv", "name, power.draw [W]\nx, 1 W\n")),
            "b.csv:1: there is no column timestamp; add it to --query-gpu");
  ReadOptions options;
  options.format = "nvidia-smi";
  EXPECT_EQ(error_of(folder, folder.write("c.csv", "timestamp, name\nx, y\n"), options),
            "c.csv:1: there is no column power.draw; add it to --query-gpu");
  EXPECT_EQ(error_of(folder, folder.write("d.csv", row(1, "100 W") + row(2, "100 W"))),
            "d.csv:1: there is no header line; record with --format=csv, without noheader");
  EXPECT_EQ(error_of(folder, folder.write("e.csv", kHeader)),
            "e.csv: there is nothing after the header; record for longer than one sampling "
            "interval");
}

TEST(NvidiaSmi, MostlyBadRowsAreAnErrorThatQuotesTheFirst) {
  const TestFolder folder;
  EXPECT_EQ(error_of(folder, folder.write("a.csv", kHeader + row(1, "1 W") + row(2, "[N/A]") +
                                                       row(3, "[N/A]"))),
            "a.csv:3:36: '[N/A]': no reading; 2 of 3 rows are no use, mend or remove them");
}

TEST(NvidiaSmi, MendsAClockSetBackOnceForAllGpus) {
  const TestFolder folder;
  std::string text = "timestamp, index, power.draw [W]\n";
  for (const int hour : {2, 1}) {
    for (int i = 0; i < 30; ++i) {
      for (int gpu = 0; gpu < 2; ++gpu) {
        text += fmt::format("2024/10/27 0{}:59:{:02}, {}, 10 W\n", hour, 10 + i, gpu);
      }
    }
  }
  const auto run = must_load(folder.write("a.csv", text));
  EXPECT_EQ(run.report.samples, 120u);
  EXPECT_EQ(run.report.clock_jumps, 1u);
  EXPECT_EQ(run.run.traces[0].time_s.back(), 59.0);
  EXPECT_EQ(run.run.traces[1].time_s.back(), 59.0);
}

}  // namespace
}  // namespace joulecast::readers
