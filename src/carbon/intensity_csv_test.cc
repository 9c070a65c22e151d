#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "joulecast/carbon/start_time.h"

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;

class IntensityCsv : public ::testing::Test {
 protected:
  ~IntensityCsv() override { std::filesystem::remove(path_); }
  Result<std::vector<IntensitySlot>> read(const std::string& text) const {
    std::ofstream(path_) << text;
    return read_intensity_csv(path_);
  }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("joulecast-intensity-" + std::to_string(::getpid()) + ".csv");
};

TEST_F(IntensityCsv, PlainTable) {
  const auto slots = read("timestamp,g_per_kwh\n2026-01-01T00:00Z,100\n2026-01-01T01:00Z,200\n");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 2U);
  EXPECT_EQ(slots->at(0).start_s, 1767225600.0);
  EXPECT_EQ(slots->at(0).end_s, 1767229200.0);
  EXPECT_EQ(slots->at(1).end_s, 1767232800.0);
  EXPECT_EQ(slots->at(1).g_per_kwh, 200.0);
}

TEST_F(IntensityCsv, ElectricityMapsLifeCycle) {
  const auto slots = read(
      "Datetime (UTC),Country,Zone name,Zone id,Carbon Intensity gCO₂eq/kWh (direct),Carbon "
      "Intensity gCO₂eq/kWh (Life cycle),Data source\n"
      "2026-01-01 00:00:00,Spain,Spain,ES,80.1,120.5,x\n"
      "2026-01-01 01:00:00,Spain,Spain,ES,90,,x\n");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->at(0).g_per_kwh, 120.5);
  EXPECT_EQ(slots->at(1).g_per_kwh, 90.0);
}

TEST_F(IntensityCsv, GreatBritainActualElseForecast) {
  const auto slots = read(
      "from,to,forecast,actual,index\n"
      "2026-01-01T00:00Z,2026-01-01T00:30Z,266,263,high\n"
      "2026-01-01T00:30Z,2026-01-01T01:00Z,250,,high\n");
  ASSERT_TRUE(slots) << slots.error().message;
  EXPECT_EQ(slots->at(0).g_per_kwh, 263.0);
  EXPECT_EQ(slots->at(1).g_per_kwh, 250.0);
  EXPECT_EQ(slots->at(1).end_s - slots->at(1).start_s, 1800.0);
}

TEST_F(IntensityCsv, MissingRowsAndFiguresAreGaps) {
  const auto slots = read(
      "time,intensity\n2026-01-01T00:00Z,1\n2026-01-01T01:00Z,\n2026-01-01T02:00Z,3\n"
      "2026-01-01T03:00Z,3\n2026-01-01T05:00Z,3\n");
  ASSERT_TRUE(slots) << slots.error().message;
  ASSERT_EQ(slots->size(), 4U);
  EXPECT_EQ(slots->at(0).end_s, 1767225600.0 + 3600.0);
  EXPECT_EQ(slots->at(1).start_s, 1767225600.0 + 7200.0);
  EXPECT_EQ(slots->at(2).end_s, 1767225600.0 + 4 * 3600.0);
}

TEST_F(IntensityCsv, ErrorsSayWhere) {
  EXPECT_THAT(read("a,b\n1,2\n").error().message, HasSubstr("no column of times"));
  EXPECT_THAT(read("time,b\n1,2\n").error().message, HasSubstr("no column of intensities"));
  EXPECT_THAT(read("time,intensity\nsoon,2\n").error().message, HasSubstr(":2:1: 'soon'"));
  EXPECT_THAT(read("time,intensity\n2026-01-01,-2\n").error().message, HasSubstr(":2:12:"));
  EXPECT_THAT(read("time,intensity\n2026-01-01,nan\n").error().message, HasSubstr("finite"));
  EXPECT_THAT(read("time,intensity\n2026-01-01\n").error().message, HasSubstr("fewer fields"));
  EXPECT_THAT(read("time,intensity\n2026-01-02,1\n2026-01-01,1\n").error().message,
              HasSubstr(":3:1: this time does not come after"));
  EXPECT_THAT(read("time,intensity\n2026-01-02,1\n2026-01-02,1\n").error().message,
              HasSubstr("does not come after"));
  EXPECT_THAT(read("time,intensity\n2026-01-02,\n").error().message, HasSubstr("no row"));
  EXPECT_FALSE(read_intensity_csv("/nonexistent/file.csv"));
}

TEST(GridTime, FormsOfATime) {
  constexpr double kMidnight = 1767225600.0;
  for (const char* text : {"2026-01-01", "2026-01-01T00:00", "2026-01-01 00:00:00",
                           "2026-01-01T00:00Z", "2026-01-01T01:00+01:00", "1767225600"}) {
    ASSERT_TRUE(parse_grid_time(text)) << text;
    EXPECT_EQ(*parse_grid_time(text), kMidnight) << text;
  }
  for (const char* text : {"", "2026", "2026-01", "now", "2026-01-01T", "2026-13-01", "17:00"}) {
    EXPECT_FALSE(parse_grid_time(text)) << text;
  }
}

}  // namespace
}  // namespace joulecast::carbon
