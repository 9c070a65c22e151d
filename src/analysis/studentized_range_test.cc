#include "analysis/studentized_range.h"

#include <gtest/gtest.h>

#include <numbers>

#include "analysis/distributions.h"

namespace joulecast::analysis {
namespace {

// The range of two is their difference: Student's t, known far into the tail.
TEST(StudentizedRange, OfTwoIsStudentsT) {
  for (const double df : {1.0, 2.5, 7.0, 40.0, 1e3, 1e6}) {
    for (const double t : {0.01, 0.5, 2.0, 6.0, 20.0}) {
      const double known = students_t_two_sided(t, df);
      EXPECT_NEAR(studentized_range_above(t * std::numbers::sqrt2, 2.0, df), known, 1e-10 * known)
          << "t " << t << ", df " << df;
    }
  }
}

// Printed tables' upper 5 % points.
TEST(StudentizedRange, PrintedTables) {
  EXPECT_NEAR(studentized_range_above(3.877, 3.0, 10.0), 0.05, 1e-4);
  EXPECT_NEAR(studentized_range_above(4.232, 5.0, 20.0), 0.05, 1e-4);
  EXPECT_NEAR(studentized_range_above(5.358, 20.0, 40.0), 0.05, 1e-4);
}

// By mpmath in 30 digits; the others are in tests/statistics/golden.json.
TEST(StudentizedRange, ExactDigits) {
  EXPECT_NEAR(studentized_range_above(0.5, 3.0, 4.0), 0.934512850469725, 1e-13);
}

TEST(StudentizedRange, NothingApartIsCertain) {
  EXPECT_NEAR(studentized_range_above(0.0, 5.0, 12.0), 1.0, 1e-14);
}

}  // namespace
}  // namespace joulecast::analysis
