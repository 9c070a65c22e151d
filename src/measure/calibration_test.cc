#include "joulecast/measure/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <vector>

namespace joulecast::measure {
namespace {

using ::testing::HasSubstr;

WallReading reading(double seconds, double sensor_w, double wall_w) {
  return {.duration = Seconds(seconds),
          .sensor = Joules(sensor_w * seconds),
          .wall = Joules(wall_w * seconds)};
}

class CalibrationFile : public ::testing::Test {
 protected:
  ~CalibrationFile() override { std::filesystem::remove(path_); }
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  const std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                      ("joulecast-calibration-" + std::to_string(getpid()));
};

TEST(Calibration, FindsBothConstants) {
  const std::vector<WallReading> readings = {reading(600, 80, 40 + 1.1 * 80),
                                             reading(300, 300, 40 + 1.1 * 300),
                                             reading(900, 200, 40 + 1.1 * 200)};
  const auto fit = fit_wall_calibration(readings);
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit->c0.value(), 40.0, 1e-9);
  EXPECT_NEAR(fit->c1, 1.1, 1e-12);
  EXPECT_NEAR(fit->apply(Joules(1000.0), Seconds(10.0)).value(), 1500.0, 1e-6);
}

TEST(Calibration, RefusesWhatCannotTell) {
  const auto message = [](const std::vector<WallReading>& readings) {
    const auto fit = fit_wall_calibration(readings);
    return fit.ok() ? std::string() : fit.error().message;
  };
  EXPECT_THAT(message({}), HasSubstr("at least two"));
  EXPECT_THAT(message({reading(60, 80, 100)}), HasSubstr("at least two"));
  EXPECT_THAT(message({reading(60, 80, 100), reading(600, 80.5, 101)}), HasSubstr("same sensor"));
  EXPECT_THAT(message({reading(60, 80, 400), reading(60, 300, 100)}), HasSubstr("c1"));
  EXPECT_THAT(message({reading(60, 80, 50), reading(60, 300, 600)}), HasSubstr("c0"));
  EXPECT_THAT(message({reading(60, 80, 50), reading(0, 300, 600)}), HasSubstr("stretch 2"));
  EXPECT_THAT(
      message({reading(60, 80, 50), reading(60, std::numeric_limits<double>::quiet_NaN(), 600)}),
      HasSubstr("stretch 2"));
}

TEST_F(CalibrationFile, ComesBackAsItWas) {
  const WallCalibration written{.c0 = Watts(41.23456789), .c1 = 1.0625, .text = "by hand, twice"};
  ASSERT_TRUE(save_wall_calibration(written, path_).ok());
  const auto read = load_wall_calibration(path_);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->c0, written.c0);
  EXPECT_EQ(read->c1, written.c1);
  EXPECT_EQ(read->text, written.text);
}

TEST_F(CalibrationFile, SaysWhatIsWrong) {
  EXPECT_THAT(load_wall_calibration(path_).error().message, HasSubstr("cannot be read"));
  write("something else\n");
  EXPECT_THAT(load_wall_calibration(path_).error().message, HasSubstr(":1: "));
  write("joulecast-wall-calibration 1\nc0_w 40\n");
  EXPECT_THAT(load_wall_calibration(path_).error().message, HasSubstr("c1 is missing"));
  write("joulecast-wall-calibration 1\nc0_w 40\nc1 -2\n");
  EXPECT_THAT(load_wall_calibration(path_).error().message, HasSubstr("c1 = -2"));
  write("joulecast-wall-calibration 1\nc0_w 40\nc1 1\nc2 1\n");
  EXPECT_THAT(load_wall_calibration(path_).error().message, HasSubstr(":4: "));
  EXPECT_FALSE(save_wall_calibration({}, path_ / "no" / "folder").ok());
}

}  // namespace
}  // namespace joulecast::measure
