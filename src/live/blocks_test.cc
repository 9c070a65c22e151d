#include "live/blocks.h"

#include <gtest/gtest.h>

namespace joulecast::live {
namespace {

Plan planned(WorkUnit unit, double total) { return {.unit = unit, .total = total, .duration = {}}; }

BlockBuilder::Outcome take(BlockBuilder& builder, const std::string& line, double time_s) {
  auto mark = parse_mark(line);
  EXPECT_TRUE(mark.ok()) << line;
  return builder.take(*mark, time_s);
}

TEST(Blocks, EpochsFollowEachOtherWithoutAGap) {
  BlockBuilder builder(planned(WorkUnit::kEpochs, 3));
  take(builder, "epoch_begin 1", 2.0);
  const auto first = take(builder, "epoch_end 1 loss=0.5 samples=100", 5.0).block;
  const auto second = take(builder, "epoch_end 2", 7.5).block;
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->epoch.start_s, 2.0);
  EXPECT_EQ(first->epoch.end_s, 5.0);
  EXPECT_EQ(first->epoch.loss, 0.5);
  EXPECT_EQ(first->epoch.samples, 100.0);
  EXPECT_EQ(second->epoch.start_s, 5.0);
  EXPECT_EQ(second->epoch.number, 2);
  EXPECT_FALSE(second->epoch.loss);
  EXPECT_EQ(builder.done(), 2.0);
}

TEST(Blocks, WithoutABeginningTheFirstBlockHoldsTheStart) {
  BlockBuilder builder(planned(WorkUnit::kEpochs, 3));
  const auto block = take(builder, "epoch_end", 4.0).block;
  ASSERT_TRUE(block);
  EXPECT_EQ(block->epoch.start_s, 0.0);
  EXPECT_EQ(block->epoch.number, 1);
}

TEST(Blocks, APlanInTheSameLineAsTheFirstEndIsNoBeginning) {
  BlockBuilder builder({});
  take(builder, "plan epochs=4", 5.0);
  const auto block = take(builder, "epoch_end 1", 5.0).block;
  ASSERT_TRUE(block);
  EXPECT_EQ(block->epoch.start_s, 0.0);
  EXPECT_EQ(builder.first_start_s(), 0.0);
}

TEST(Blocks, RanksMarkTheSameEpochOnce) {
  BlockBuilder builder(planned(WorkUnit::kEpochs, 3));
  take(builder, "plan epochs=3", 0.0);
  int blocks = 0;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    for (int rank = 0; rank < 8; ++rank) {
      const std::string line = "epoch_end " + std::to_string(epoch);
      if (take(builder, line, 10.0 * epoch + 0.01 * rank).block) ++blocks;
    }
  }
  EXPECT_EQ(blocks, 3);
}

TEST(Blocks, NumbersThatStartAgainAreCountedOn) {
  BlockBuilder builder({});
  take(builder, "epoch_end 1", 10.0);
  take(builder, "epoch_end 2", 20.0);
  const auto outcome = take(builder, "epoch_end 1", 30.0);
  ASSERT_TRUE(outcome.block);
  EXPECT_EQ(outcome.block->epoch.number, 3);
  EXPECT_NE(outcome.note, "");
}

TEST(Blocks, StepsAreCutIntoBlocksOfASecondOrMore) {
  BlockBuilder builder({});
  EXPECT_TRUE(take(builder, "plan epochs=1 steps=2000", 1.0).plan_changed);
  EXPECT_EQ(builder.plan().unit, WorkUnit::kSteps);
  double steps = 0.0;
  int blocks = 0;
  for (int step = 1; step <= 2000; ++step) {
    const auto outcome = take(builder, "step " + std::to_string(step), 1.0 + 0.02 * step);
    if (!outcome.block) continue;
    ++blocks;
    EXPECT_GE(outcome.block->epoch.duration().value(), 1.0 - 1e-9);
    steps += outcome.block->epoch.steps.value_or(0.0);
  }
  EXPECT_GE(blocks, 35);
  EXPECT_LE(blocks, 41);
  EXPECT_EQ(steps, 2000.0);
  EXPECT_EQ(builder.done(), 2000.0);
}

TEST(Blocks, AResumedTrainingHasLessToDo) {
  BlockBuilder builder(planned(WorkUnit::kEpochs, 50));
  take(builder, "plan epochs=50", 1.0);
  const auto first = take(builder, "epoch_end 41", 11.0);
  ASSERT_TRUE(first.block);
  EXPECT_EQ(first.block->epoch.number, 41);
  EXPECT_NE(first.note, "");
  EXPECT_EQ(builder.resumed_at(), 40.0);
  EXPECT_EQ(builder.plan_from_here().total, 10.0);
  EXPECT_EQ(take(builder, "epoch_end 42", 21.0).block->epoch.number, 42);
}

TEST(Blocks, StepsOfAResumedTrainingBeginWhereTheyBegin) {
  BlockBuilder builder(planned(WorkUnit::kSteps, 10000));
  take(builder, "plan steps=10000", 0.0);
  double steps = 0.0;
  for (int step = 5001; step <= 5300; ++step) {
    const auto outcome = take(builder, "step " + std::to_string(step), 0.01 * (step - 5000));
    if (outcome.block) steps += outcome.block->epoch.steps.value_or(0.0);
  }
  EXPECT_EQ(builder.resumed_at(), 5000.0);
  EXPECT_LE(steps, 300.0);
  EXPECT_GE(steps, 200.0);
}

TEST(Blocks, StepsThatAreLoggedEveryHundredAreNoResumption) {
  BlockBuilder builder(planned(WorkUnit::kSteps, 1000));
  double steps = 0.0;
  for (int step = 100; step <= 1000; step += 100) {
    const auto outcome = take(builder, "step " + std::to_string(step), 0.02 * step);
    if (outcome.block) steps += outcome.block->epoch.steps.value_or(0.0);
  }
  EXPECT_EQ(builder.resumed_at(), 0.0);
  EXPECT_EQ(steps, 1000.0);
}

TEST(Blocks, StepMarksAndAnEpochsOwnCountAreNotAddedUp) {
  BlockBuilder builder(planned(WorkUnit::kSteps, 40));
  double steps = 0.0;
  for (int step = 1; step <= 40; ++step) {
    auto outcome = take(builder, "step " + std::to_string(step), 0.3 * step);
    if (outcome.block) steps += outcome.block->epoch.steps.value_or(0.0);
    if (step % 10 != 0) continue;
    outcome = take(builder, "epoch_end steps=10", 0.3 * step + 0.01);
    if (outcome.block) steps += outcome.block->epoch.steps.value_or(0.0);
  }
  EXPECT_EQ(steps, 40.0);
  EXPECT_EQ(builder.done(), 40.0);
}

TEST(Blocks, ASecondTrainingWithShorterEpochsIsCounted) {
  BlockBuilder builder({});
  double now_s = 0.0;
  int blocks = 0;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    if (take(builder, "epoch_end " + std::to_string(epoch), now_s += 2.0).block) ++blocks;
  }
  for (int epoch = 1; epoch <= 5; ++epoch) {
    if (take(builder, "epoch_end " + std::to_string(epoch), now_s += 0.3).block) ++blocks;
  }
  EXPECT_EQ(blocks, 8);
}

TEST(Blocks, AChangedBatchSizeBeginsAPhase) {
  BlockBuilder builder({});
  EXPECT_FALSE(take(builder, "epoch_end 1 batch_size=32", 10.0).block->begins_phase);
  EXPECT_FALSE(take(builder, "epoch_end 2 batch_size=32", 20.0).block->begins_phase);
  EXPECT_TRUE(take(builder, "epoch_end 3 batch_size=64", 30.0).block->begins_phase);
}

TEST(Blocks, EvaluationsBelongToTheirEpoch) {
  BlockBuilder builder({});
  take(builder, "epoch_begin", 0.0);
  take(builder, "evaluation_begin", 8.0);
  take(builder, "evaluation_end val_loss=0.25", 9.0);
  const auto block = take(builder, "epoch_end", 10.0).block;
  ASSERT_TRUE(block && block->epoch.evaluation);
  EXPECT_EQ(block->epoch.evaluation->start_s, 8.0);
  EXPECT_EQ(block->epoch.evaluation->end_s, 9.0);
  EXPECT_EQ(block->epoch.validation_loss, 0.25);
  EXPECT_FALSE(take(builder, "epoch_end", 20.0).block->epoch.evaluation);
}

TEST(Blocks, WindowsNestAndOverlap) {
  BlockBuilder builder({});
  take(builder, "window_begin a", 1.0);
  take(builder, "window_begin b", 2.0);
  take(builder, "window_begin a", 3.0);
  const auto inner = take(builder, "window_end a", 4.0).window;
  const auto outer = take(builder, "window_end a", 5.0).window;
  const auto other = take(builder, "window_end b", 6.0).window;
  ASSERT_TRUE(inner && outer && other);
  EXPECT_EQ(inner->start_s, 3.0);
  EXPECT_EQ(outer->start_s, 1.0);
  EXPECT_EQ(other->start_s, 2.0);
  EXPECT_NE(take(builder, "window_end b", 7.0).complaint, "");
  take(builder, "window_begin c", 8.0);
  EXPECT_NE(take(builder, "window_end c", 7.5).complaint, "") << "it would end before it began";
  // A window lies where it is said to lie, wherever the blocks are.
  take(builder, "epoch_end 1", 20.0);
  take(builder, "window_begin d", 19.0);
  EXPECT_EQ(take(builder, "window_end d", 21.0).window->start_s, 19.0);
}

TEST(Blocks, APlanInAnotherUnitComesTooLateAfterTheFirstBlock) {
  BlockBuilder builder({});
  take(builder, "epoch_end 1", 10.0);
  EXPECT_NE(take(builder, "plan steps=100", 11.0).complaint, "");
  EXPECT_TRUE(take(builder, "plan epochs=100", 11.0).plan_changed);
}

TEST(Blocks, AProbeIsCutAtStepsWhateverThePlan) {
  BlockBuilder builder({}, /*of_steps=*/true);
  take(builder, "plan epochs=50", 1.0);
  take(builder, "step 10", 1.6);
  const auto first = take(builder, "step 20", 2.2);
  ASSERT_TRUE(first.block);
  EXPECT_EQ(builder.plan().unit, WorkUnit::kSteps);
  EXPECT_FALSE(builder.plan().total);
  EXPECT_EQ(first.block->epoch.steps, 20.0);
  EXPECT_EQ(first.block->epoch.start_s, 1.0);
}

TEST(Blocks, AProbeTakesWhatFollowsAnEpochsLastStepForItsEvaluation) {
  BlockBuilder builder({}, /*of_steps=*/true);
  take(builder, "step 0", 1.0);
  ASSERT_TRUE(take(builder, "step 10", 2.5).block);
  take(builder, "step 14", 2.8);
  const auto end = take(builder, "epoch_end 1 steps=14", 3.6).block;
  ASSERT_TRUE(end && end->epoch.evaluation);
  EXPECT_EQ(end->epoch.steps, 4.0);
  EXPECT_EQ(end->epoch.evaluation->start_s, 2.8);
  EXPECT_EQ(end->epoch.evaluation->end_s, 3.6);
}

TEST(Blocks, AProbeWithoutStepsHasEpochs) {
  BlockBuilder builder({}, /*of_steps=*/true);
  take(builder, "plan epochs=50 steps=5000", 1.0);
  const auto first = take(builder, "epoch_end 1", 4.0).block;
  ASSERT_TRUE(first);
  EXPECT_EQ(builder.plan().unit, WorkUnit::kEpochs);
  EXPECT_FALSE(first->epoch.steps);
}

TEST(Blocks, AnEpochsEndAtItsLastStepIsNoComplaintInAProbe) {
  BlockBuilder builder({}, /*of_steps=*/true);
  take(builder, "step 0", 1.0);
  take(builder, "step 10", 1.5);
  ASSERT_TRUE(take(builder, "step 20", 2.5).block);
  const auto end = take(builder, "epoch_end 1", 2.5);
  EXPECT_FALSE(end.block);
  EXPECT_TRUE(end.complaint.empty()) << end.complaint;
}

}  // namespace
}  // namespace joulecast::live
