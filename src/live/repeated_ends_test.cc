#include "live/repeated_ends.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace joulecast::live {
namespace {

using Ends = std::vector<std::pair<std::int64_t, double>>;

Mark end_of(std::int64_t number) {
  Mark mark;
  mark.kind = Mark::Kind::kEpochEnd;
  mark.number = number;
  return mark;
}

RepeatedEnds::Take collect(Ends& ends) {
  return [&ends](const Mark& mark) {
    ends.emplace_back(mark.number.value_or(0), mark.time_s.value_or(-1.0));
  };
}

TEST(RepeatedEnds, OneLinePerEpochPassesAtOnce) {
  RepeatedEnds filter;
  Ends ends;
  filter.add(end_of(1), 10.0, collect(ends));
  filter.poll(14.0, collect(ends));
  EXPECT_EQ(ends, (Ends{{1, 10.0}}));
  filter.add(end_of(2), 20.0, collect(ends));
  filter.add(end_of(3), 30.0, collect(ends));
  filter.finish(collect(ends));
  EXPECT_EQ(ends, (Ends{{1, 10.0}, {2, 20.0}, {3, 30.0}}));
}

TEST(RepeatedEnds, OfABarTheLastLineCounts) {
  RepeatedEnds filter;
  Ends ends;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    for (int line = 1; line <= 5; ++line) {
      filter.add(end_of(epoch), 10.0 * epoch + line, collect(ends));
      filter.poll(10.0 * epoch + line + 5.0, collect(ends));
    }
  }
  filter.finish(collect(ends));
  // The very first one was handed on after a pause that no bar makes.
  EXPECT_EQ(ends, (Ends{{1, 11.0}, {2, 25.0}, {3, 35.0}}));
}

TEST(RepeatedEnds, AQuickBarIsKnownFromItsSecondLine) {
  RepeatedEnds filter;
  Ends ends;
  for (int line = 0; line < 20; ++line) {
    filter.add(end_of(1 + line / 10), 0.5 * line, collect(ends));
    filter.poll(0.5 * line + 0.1, collect(ends));
  }
  filter.finish(collect(ends));
  EXPECT_EQ(ends, (Ends{{1, 4.5}, {2, 9.5}}));
}

}  // namespace
}  // namespace joulecast::live
