#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/measure/replay.h"

namespace joulecast::measure {
namespace {

using Kind = InjectedFault::Kind;

std::string error_of(std::string_view text) {
  const auto faults = parse_faults(text);
  return faults.ok() ? "(no error)" : faults.error().message;
}

TEST(FaultsTest, EveryKind) {
  const auto faults = parse_faults(
      "gpu-lost@30s, counter-reset@60,counter-stuck@1min+30s,counter-wrap@0.5h,permission-lost@0s,"
      "unreadable@10s+5s");
  ASSERT_TRUE(faults.ok()) << faults.error().message;
  ASSERT_EQ(faults->size(), 6U);
  const Kind kinds[] = {Kind::kGpuLost,     Kind::kCounterReset,   Kind::kCounterStuck,
                        Kind::kCounterWrap, Kind::kPermissionLost, Kind::kUnreadable};
  const double at_s[] = {30.0, 60.0, 60.0, 1800.0, 0.0, 10.0};
  const double duration_s[] = {0.0, 0.0, 30.0, 0.0, 0.0, 5.0};
  for (std::size_t i = 0; i < faults->size(); ++i) {
    EXPECT_EQ((*faults)[i].kind, kinds[i]) << i;
    EXPECT_EQ((*faults)[i].at_s, at_s[i]) << i;
    EXPECT_EQ((*faults)[i].duration_s, duration_s[i]) << i;
  }
}

TEST(FaultsTest, AnUnknownKindNamesTheNearest) {
  EXPECT_EQ(error_of("gpu-lots@30s"),
            "fault 'gpu-lots' is not known (did you mean gpu-lost?); there are gpu-lost, "
            "counter-reset, counter-stuck, counter-wrap, permission-lost, unreadable");
}

TEST(FaultsTest, TimesThatAreNone) {
  EXPECT_THAT(error_of("gpu-lost"), testing::HasSubstr("it does not say when"));
  for (const char* text : {"gpu-lost@", "gpu-lost@soon", "gpu-lost@-1s", "gpu-lost@nan",
                           "gpu-lost@inf", "gpu-lost@1d"}) {
    EXPECT_THAT(error_of(text), testing::HasSubstr("its time is no number of seconds")) << text;
  }
  for (const char* text : {"unreadable@1s+", "unreadable@1s+0", "unreadable@1s+x"}) {
    EXPECT_THAT(error_of(text), testing::HasSubstr("its duration is no number")) << text;
  }
  EXPECT_THAT(error_of("gpu-lost@1s+5s"), testing::HasSubstr("has no duration"));
  EXPECT_THAT(error_of(""), testing::HasSubstr("is not known"));
  EXPECT_THAT(error_of("gpu-lost@1s,"), testing::HasSubstr("is not known"));
}

}  // namespace
}  // namespace joulecast::measure
