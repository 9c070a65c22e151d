#include "store/row_energy.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace joulecast::store {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

// Two devices at 100 W and 10 W, a row each second up to `until_s`; the first one unknown within
// the hole, or both without rows there.
std::vector<RowEnergy::Sum> with_hole(int until_s, int hole_from_s, int hole_to_s, bool rows) {
  RowEnergy energy(2);
  for (int s = 0; s <= until_s; ++s) {
    const bool hole = s > hole_from_s && s < hole_to_s;
    if (hole && !rows) continue;
    energy.add(s, std::array{hole ? kNone : 100.0F, 10.0F});
  }
  return energy.finish();
}

TEST(RowEnergy, IsNotDrawnAcrossUnknownRows) {
  for (const int until_s : {100, 1000}) {  // the typical step is learned at the end, or before
    const auto sums = with_hole(until_s, 20, 80, true);
    EXPECT_EQ(sums[0].energy, Joules(100.0 * (until_s - 59)));
    EXPECT_EQ(sums[0].covered, Seconds(until_s - 59));
    EXPECT_EQ(sums[1].energy, Joules(10.0 * until_s));
    EXPECT_EQ(sums[1].covered, Seconds(until_s));
  }
}

TEST(RowEnergy, IsNotDrawnAcrossMissingRows) {
  for (const int from_s : {0, 20, 400}) {
    const auto sums = with_hole(1000, from_s, from_s + 60, false);
    EXPECT_EQ(sums[0].energy, Joules(100.0 * 940));
    EXPECT_EQ(sums[1].covered, Seconds(940));
  }
  EXPECT_EQ(with_hole(100, 20, 22, false)[0].covered, Seconds(100)) << "one row is no hole";
}

TEST(RowEnergy, OfNoneOrOneRowIsNone) {
  RowEnergy energy(1);
  EXPECT_EQ(energy.finish()[0].covered, Seconds(0.0));
  RowEnergy one(1);
  one.add(0.0, std::array{5.0F});
  EXPECT_EQ(one.finish()[0].energy, Joules(0.0));
}

}  // namespace
}  // namespace joulecast::store
