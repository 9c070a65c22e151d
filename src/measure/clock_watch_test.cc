#include "clock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace joulecast::measure {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What is said when a tenth of a second passes and, beside it, this.
std::vector<std::string> after(double slept_s, double set_s, double late_s) {
  ClockWatch watch;
  std::vector<std::string> said;
  const auto say = [&said](std::string text) { said.push_back(std::move(text)); };
  watch.update({.monotonic_s = 100.0, .boot_s = 130.0, .wall_s = 1.7e9}, 0.1, say);
  const double passed_s = 0.1 + late_s;
  watch.update({.monotonic_s = 100.0 + passed_s,
                .boot_s = 130.0 + passed_s + slept_s,
                .wall_s = 1.7e9 + passed_s + slept_s + set_s},
               0.1, say);
  return said;
}

TEST(ClockWatch, IsSilentWhileNothingHappens) {
  EXPECT_THAT(after(0.0, 0.0, 0.02), IsEmpty());
  EXPECT_THAT(after(0.0, 0.3, 0.0), IsEmpty());  // a clock that is slewed
}

TEST(ClockWatch, ToldOfAWallClockSetByAnHour) {
  EXPECT_THAT(after(0.0, 3600.0, 0.0), ElementsAre(HasSubstr("set by +3600.0 s")));
  EXPECT_THAT(after(0.0, -3600.0, 0.0), ElementsAre(HasSubstr("set by -3600.0 s")));
}

TEST(ClockWatch, ToldOfASleepingMachineWhichIsNoClockSet) {
  EXPECT_THAT(after(10.0, 0.0, 0.0), ElementsAre(HasSubstr("slept for 10.0 s")));
}

TEST(ClockWatch, ToldOfAStoppedProcess) {
  EXPECT_THAT(after(0.0, 0.0, 5.0), ElementsAre(AllOf(HasSubstr("no reading for 5.1 s"),
                                                      HasSubstr("unless they may have wrapped"))));
}

TEST(ClockWatch, ReadsTheMachinesClocks) {
  const ClockReadings now = read_clocks();
  EXPECT_GT(now.monotonic_s, 0.0);
  EXPECT_GE(now.boot_s, now.monotonic_s - 1.0);
  EXPECT_GT(now.wall_s, 1.6e9);
}

}  // namespace
}  // namespace joulecast::measure
