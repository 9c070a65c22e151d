#include "report/wrapped.h"

#include <gtest/gtest.h>

namespace joulecast::report {
namespace {

TEST(Wrapped, KeepsWithinTheWidth) {
  EXPECT_EQ(wrapped("note", "one two three", 18), "note      one two\n          three\n");
  EXPECT_EQ(wrapped("note", "one two", 80), "note      one two\n");
}

TEST(Wrapped, ALongWordHasALineOfItsOwn) {
  EXPECT_EQ(wrapped("a", "bb /a/very/long/path cc", 14),
            "a         bb\n          /a/very/long/path\n          cc\n");
}

TEST(Wrapped, NothingIsALineToo) { EXPECT_EQ(wrapped("a", "", 20), "a         \n"); }

}  // namespace
}  // namespace joulecast::report
