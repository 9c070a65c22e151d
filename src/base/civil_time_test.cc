#include "base/civil_time.h"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

TEST(CivilTime, ReadsTheStylesOfRecordings) {
  EXPECT_EQ(parse_civil_time("1970-01-01 00:00:00"), 0.0);
  EXPECT_DOUBLE_EQ(*parse_civil_time("2022-12-05 09:55:42.535"), 1670234142.535);
  EXPECT_DOUBLE_EQ(*parse_civil_time(" 2022/12/05 09:55:42.535 "), 1670234142.535);
  EXPECT_DOUBLE_EQ(*parse_civil_time("2022-12-05T09:55:42"), 1670234142.0);
  EXPECT_DOUBLE_EQ(*parse_civil_time("2024-02-29T12:00:00.123456Z"), 1709208000.123456);
  EXPECT_LT(*parse_civil_time("1960-01-01 00:00:00"), 0.0);
}

TEST(CivilTime, HonoursAZone) {
  const double utc = *parse_civil_time("2024-05-01T10:00:00Z");
  EXPECT_EQ(parse_civil_time("2024-05-01T12:00:00+02:00"), utc);
  EXPECT_EQ(parse_civil_time("2024-05-01T04:30:00-0530"), utc);
}

TEST(CivilTime, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2022", "2022-12-05", "2022-13-05 00:00:00", "2023-02-29 00:00:00",
        "2022-12-05 24:00:00", "2022-12-05 09:60:00", "2022-12-05 09:55", "2022-12-05 9:55:42",
        "2022-12-05 09:55:42 W", "2022-12-05 09:55:42.", "2022-12-05 09:55:42+1",
        "2022-12-05 09:55:42+15:00", "05.12.2022 09:55:42"}) {
    EXPECT_FALSE(parse_civil_time(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace joulecast
