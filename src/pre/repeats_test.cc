#include "pre/repeats.h"

#include <gtest/gtest.h>

#include <vector>

namespace joulecast::pre {
namespace {

Observation run(std::int64_t batch_size, double power_w) {
  Observation observation;
  observation.set_up.network = "n";
  observation.set_up.gpu = "g";
  observation.set_up.batch_size = batch_size;
  observation.power = Watts(power_w);
  return observation;
}

TEST(Repeats, AnswerTheMedianOfTheSameConfiguration) {
  const std::vector<Observation> runs = {run(32, 100), run(32, 110), run(32, 103), run(64, 200)};
  const Repeats repeats(runs);
  EXPECT_EQ(repeats.answer(runs[0].set_up, Target::kPower)->value, 103.0);
  EXPECT_EQ(repeats.answer(runs[3].set_up, Target::kPower)->value, 200.0);
  EXPECT_FALSE(repeats.answer(runs[0].set_up, Target::kTime).has_value());
  EXPECT_FALSE(repeats.answer(run(16, 0).set_up, Target::kPower).has_value());
}

TEST(Repeats, OneRunIsLessSureThanMany) {
  std::vector<Observation> runs = {run(64, 200)};
  for (int i = 0; i < 30; ++i) runs.push_back(run(32, 100 + i % 3));
  const Repeats repeats(runs);
  const auto width = [&](const Observation& of) {
    const Answer answer = *repeats.answer(of.set_up, Target::kPower);
    return *answer.high / *answer.low;
  };
  EXPECT_GT(width(runs[0]), width(runs[1]));
  EXPECT_GT(width(runs[1]), 1.0);
}

TEST(Repeats, WhatARecordingSaysOfFlopsTellsNothingApart) {
  Observation odd = run(32, 100);
  odd.set_up.recorded_gflops = 0.4;
  EXPECT_EQ(repeat_key(odd.set_up), repeat_key(run(32, 100).set_up));
  odd.set_up.power_limit = Watts(80);
  EXPECT_NE(repeat_key(odd.set_up), repeat_key(run(32, 100).set_up));
}

}  // namespace
}  // namespace joulecast::pre
