#include "base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace joulecast {
namespace {

TEST(Trim, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \ta b\r "), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_number(" 1.5 "), 1.5);
  EXPECT_EQ(parse_number("+1e3"), 1000.0);
  EXPECT_EQ(parse_number("-0.25"), -0.25);
  EXPECT_TRUE(std::isnan(*parse_number("nan")));
  EXPECT_TRUE(std::isinf(*parse_number("inf")));
  for (const char* text : {"", " ", "12x", "1 2", "0x10", "--1", ".", "1,5"}) {
    EXPECT_FALSE(parse_number(text).has_value()) << text;
  }
}

TEST(ParseInteger, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_integer(" -12 "), -12);
  EXPECT_EQ(parse_integer("+7"), 7);
  for (const char* text : {"", "1.0", "99999999999999999999", "x"}) {
    EXPECT_FALSE(parse_integer(text).has_value()) << text;
  }
}

TEST(Quoted, IsFitForAMessage) {
  EXPECT_EQ(quoted("a b"), "'a b'");
  EXPECT_EQ(quoted("a\n\x1b\xff"), "'a\\x0a\\x1b\\xff'");
  EXPECT_EQ(quoted(std::string(50, 'x')), "'" + std::string(40, 'x') + "...'");
}

TEST(Nearest, FindsWhatWasMeantOrNothing) {
  constexpr std::array<std::string_view, 3> kWords = {"duration_s", "energy_j", "epoch"};
  EXPECT_EQ(nearest("energy_kj", kWords), "energy_j");
  EXPECT_EQ(nearest("EPOCH", kWords), "epoch");
  EXPECT_FALSE(nearest("temperature", kWords).has_value());
  EXPECT_FALSE(nearest("x", {}).has_value());
  EXPECT_EQ(nearest("peoch", kWords), "epoch") << "two neighbours swapped are one edit";
}

TEST(EditDistance, CountsASwapOfNeighboursOnce) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("ABC", "abc"), 0U);
  EXPECT_EQ(edit_distance("3900", "3090"), 1U);
  EXPECT_EQ(edit_distance("3009", "3090"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("abcd", "badc"), 2U);
}

TEST(Printable, EscapesWhatCommandsATerminal) {
  EXPECT_EQ(printable("gpu\x1b[31m\n\x7f"), "gpu\\x1b[31m\\x0a\\x7f");
  EXPECT_EQ(printable("Größe"), "Größe");
}

}  // namespace
}  // namespace joulecast
