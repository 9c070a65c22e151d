#include "readers/sample_cleaner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace joulecast::readers {
namespace {

using testing::ElementsAre;

class SampleStreamTest : public testing::Test {
 protected:
  SampleStreamTest() {
    collector_.device({});
    stream_.emplace(collector_, report_, 0, std::vector<Device>(1));
  }

  std::vector<double> times_after(const std::vector<double>& times) {
    for (const double t : times) {
      const double power = t;
      stream_->add(t, &power);
    }
    stream_->finish();
    return collector_.take().traces[0].time_s;
  }

  ReadReport report_;
  RunCollector collector_;
  std::optional<SampleStream> stream_;
};

TEST_F(SampleStreamTest, HandsOnWhatIsInOrder) {
  EXPECT_THAT(times_after({0, 1, 2.5}), ElementsAre(0, 1, 2.5));
  EXPECT_EQ(report_.samples, 3u);
  EXPECT_EQ(report_.duplicates + report_.out_of_order + report_.clock_jumps + report_.gaps, 0u);
}

TEST_F(SampleStreamTest, KeepsTheFirstOfTheSameTime) {
  EXPECT_THAT(times_after({0, 1, 1, 1, 2}), ElementsAre(0, 1, 2));
  EXPECT_EQ(report_.duplicates, 2u);
}

TEST_F(SampleStreamTest, DropsASingleRowFromThePast) {
  EXPECT_THAT(times_after({0, 1, 2, 0.5, 3, 4}), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(report_.out_of_order, 1u);
  EXPECT_EQ(report_.clock_jumps, 0u);
}

TEST_F(SampleStreamTest, DropsARowFromThePastAtTheEnd) {
  EXPECT_THAT(times_after({0, 1, 2, 0.5}), ElementsAre(0, 1, 2));
  EXPECT_EQ(report_.out_of_order, 1u);
}

TEST_F(SampleStreamTest, DropsRowsThatGoFurtherAndFurtherBack) {
  EXPECT_THAT(times_after({5, 6, 7, 3, 2, 1, 8}), ElementsAre(5, 6, 7, 8));
  EXPECT_EQ(report_.out_of_order, 3u);
}

TEST_F(SampleStreamTest, GoesOnWhenTheClockWasSetBack) {
  // One sample a second; after 3603 the clock shows 4, an hour less.
  EXPECT_THAT(times_after({3600, 3601, 3602, 3603, 4, 5, 6, 7}),
              ElementsAre(3600, 3601, 3602, 3603, 3604, 3605, 3606, 3607));
  EXPECT_EQ(report_.clock_jumps, 1u);
  EXPECT_EQ(report_.out_of_order, 0u);
  EXPECT_EQ(report_.gaps, 0u);
}

TEST_F(SampleStreamTest, GoesOnAfterTheClockWasSetBackTwice) {
  EXPECT_THAT(times_after({10, 11, 12, 1, 2, 3, -5, -4}),
              ElementsAre(10, 11, 12, 13, 14, 15, 16, 17));
  EXPECT_EQ(report_.clock_jumps, 2u);
}

TEST_F(SampleStreamTest, ADuplicateOfTheWaitingRowDecidesNothing) {
  EXPECT_THAT(times_after({10, 11, 12, 1, 1, 2}), ElementsAre(10, 11, 12, 13, 14));
  EXPECT_EQ(report_.duplicates, 1u);
  EXPECT_EQ(report_.clock_jumps, 1u);
}

TEST_F(SampleStreamTest, CountsGapsAndKeepsThem) {
  EXPECT_THAT(times_after({0, 1, 2, 10, 11, 12, 15, 16, 22, 23}).size(), 10u);
  EXPECT_EQ(report_.gaps, 2u);  // of 8 and 6 seconds; three intervals of 1 s are none
  EXPECT_DOUBLE_EQ(report_.gap_s, 14.0);
  EXPECT_DOUBLE_EQ(report_.longest_gap_s, 8.0);
}

TEST_F(SampleStreamTest, SeesAGapAtTheBeginningAndInALongSeries) {
  std::vector<double> times = {0.0};
  double t = 100.0;
  for (int i = 0; i < 1000; ++i) {
    times.push_back(t);
    t += i == 700 ? 50.0 : 1.0;
  }
  EXPECT_EQ(times_after(times).size(), 1001u);
  EXPECT_EQ(report_.gaps, 2u);
  EXPECT_DOUBLE_EQ(report_.gap_s, 150.0);
}

TEST_F(SampleStreamTest, AnotherSamplingIntervalIsNoGap) {
  std::vector<double> times;
  for (int i = 0; i < 310; ++i) times.push_back(i);
  for (int i = 0; i < 310; ++i) times.push_back(400 + 10 * i);
  times_after(times);
  EXPECT_LE(report_.gaps, 16u);  // only until the new interval is the typical one
}

TEST(SampleStreamOfRows, HasNoSampleWhereAFieldIsEmpty) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  ReadReport report;
  RunCollector collector;
  collector.device({});
  collector.device({});
  SampleStream stream(collector, report, 0, std::vector<Device>(2));
  const double rows[3][2] = {{1, 2}, {3, none}, {5, 6}};
  for (int i = 0; i < 3; ++i) stream.add(i, rows[i]);
  stream.finish();
  const auto run = collector.take();
  EXPECT_THAT(run.traces[0].power_w, ElementsAre(1, 3, 5));
  EXPECT_THAT(run.traces[1].power_w, ElementsAre(2, 6));
  EXPECT_THAT(run.traces[1].time_s, ElementsAre(0, 2));
  EXPECT_EQ(report.samples, 5u);
}

TEST(GreatestPower, IsOfTheKindAndTheLimit) {
  Device device;
  EXPECT_EQ(greatest_power_w(device), 1e5);
  device.kind = DeviceKind::kNode;
  EXPECT_EQ(greatest_power_w(device), 1e6);
  device.kind = DeviceKind::kGpu;
  EXPECT_EQ(greatest_power_w(device), 5e3);
  device.power_limit = Watts(300.0);
  EXPECT_EQ(greatest_power_w(device), 900.0);
}

TEST(SampleStreamFault, SaysWhy) {
  ReadReport report;
  RunCollector collector;
  Device gpu;
  gpu.kind = DeviceKind::kGpu;
  const SampleStream stream(collector, report, 0, {gpu});
  EXPECT_EQ(stream.fault(0, 0.0), nullptr);
  EXPECT_EQ(stream.fault(0, 5000.0), nullptr);
  EXPECT_STREQ(stream.fault(0, -0.1), "the power is negative");
  EXPECT_STREQ(stream.fault(0, 5000.1), "the power is beyond what the device can draw");
  EXPECT_STREQ(stream.fault(0, std::nan("")), "the power is not a finite number");
}

}  // namespace
}  // namespace joulecast::readers
