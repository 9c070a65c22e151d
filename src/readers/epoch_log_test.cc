#include "joulecast/readers/epoch_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

using ::testing::HasSubstr;

TEST(EpochLog, DatesAtTheLinesBeginningAreTheEpochsEnds) {
  TestFolder folder;
  const auto log =
      read_epoch_log(folder.write("train.log",
                                  "2026-11-23 10:00:00,000 start\n"
                                  "2026-11-23 10:00:10,500 Epoch 1/3 loss=0.9 val_loss=1.1\n"
                                  "2026-11-23 10:00:20,500 Epoch 2/3 loss=0.8 val_loss=1.0\n"
                                  "2026-11-23 10:00:30,000 Epoch 3/3 loss=0.7 val_loss=0.9\n"),
                     R"(Epoch (?P<epoch>\d+)/\d+ loss=(?P<loss>\S+) val_loss=(?P<val_loss>\S+))");
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->clock, EpochLog::Clock::kUnix);
  EXPECT_EQ(log->lines, 4U);
  ASSERT_EQ(log->epochs.size(), 3U);
  EXPECT_DOUBLE_EQ(log->epochs[1].end_s - log->epochs[1].start_s, 10.0);
  EXPECT_DOUBLE_EQ(log->epochs[2].end_s - log->epochs[2].start_s, 9.5);
  EXPECT_DOUBLE_EQ(log->epochs[0].end_s - log->epochs[0].start_s, 10.0) << "as long as the second";
  EXPECT_EQ(log->epochs[2].validation_loss, 0.9);
}

TEST(EpochLog, AProgressBarsCarriageReturnsEndLinesAndItsLastStateCounts) {
  TestFolder folder;
  const auto log = read_epoch_log(
      folder.write("train.log",
                   "epoch 1: 50% 4s\repoch 1: 100% 8s\nepoch 2: 50% 5s\repoch 2: 100% 9s\n"),
      R"(epoch (?P<epoch>\d+): .* (?P<duration>\d+)s)");
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->clock, EpochLog::Clock::kStack);
  ASSERT_EQ(log->epochs.size(), 2U);
  EXPECT_DOUBLE_EQ(log->epochs[0].end_s, 8.0);
  EXPECT_DOUBLE_EQ(log->epochs[1].end_s, 17.0);
}

TEST(EpochLog, TimesAndDurationsInTheFormsThatLogsUse) {
  TestFolder folder;
  const auto logging = read_epoch_log(
      folder.write("a.log", "2024-05-17 08:27:57,120 e1\n2024-05-17 08:28:57,120 e2\n"),
      R"((?P<time>\S+ \S+) e(?P<epoch>\d+))");
  ASSERT_TRUE(logging) << logging.error().message;
  EXPECT_DOUBLE_EQ(logging->epochs[1].end_s - logging->epochs[1].start_s, 60.0);
  const auto tqdm = read_epoch_log(folder.write("b.log", "e1 [00:28]\ne2 [1:00:30]\n"),
                                   R"(e(?P<epoch>\d+) \[(?P<duration>[\d:]+)\])");
  ASSERT_TRUE(tqdm) << tqdm.error().message;
  EXPECT_DOUBLE_EQ(tqdm->epochs[0].end_s, 28.0);
  EXPECT_DOUBLE_EQ(tqdm->epochs[1].end_s, 28.0 + 3630.0);
}

TEST(EpochLog, WhatCannotBeUsedIsOneLine) {
  TestFolder folder;
  const auto error = [&](const std::string& text, const std::string& pattern) {
    const auto log = read_epoch_log(folder.write("t.log", text), pattern);
    return log ? std::string("no error") : log.error().message;
  };
  EXPECT_THAT(error("a\nb\nc\n", "Epoch"), HasSubstr("matches none of its 3 lines"));
  EXPECT_THAT(error("a\n", ""), HasSubstr("empty"));
  EXPECT_THAT(error("Epoch 1\n", "Epoch ("), HasSubstr("cannot be used: missing )"));
  EXPECT_THAT(error("Epoch 1\n", R"(Epoch (?P<epoc>\d+))"), HasSubstr("did you mean 'epoch'?"));
  EXPECT_THAT(error("Epoch 1\n", R"(Epoch (\d+))"),
              HasSubstr("t.log:1: the line matches, but has no time"));
  EXPECT_THAT(error("Epoch one 5s\n", R"(Epoch (?P<epoch>\w+) (?P<duration>\d+)s)"),
              HasSubstr("'one' is not an epoch's number"));
  EXPECT_THAT(error("t=5 e1\nt=4 e2\n", R"(t=(?P<time>\S+) e(?P<epoch>\d+))"),
              HasSubstr("t.log:2: epoch 2 ends no later"));
  EXPECT_THAT(error("e2 1s\ne1 1s\n", R"(e(?P<epoch>\d+) (?P<duration>\d+)s)"),
              HasSubstr("epoch 1 comes after epoch 2"));
}

}  // namespace
}  // namespace joulecast::readers
