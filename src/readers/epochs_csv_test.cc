#include "readers/epochs_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

TEST(Epochs, ReadsOneRowPerEpoch) {
  const TestFolder folder;
  const auto run = must_load(
      folder.write("a.csv",
                   "epoch,duration_s,energy_j,phase,samples,accuracy,loss,val_loss\n"
                   "1,10,1000,frozen,64,0.5,2.5,2.6\n2,11,1100,,,,,\n5,12,1200,fine-tune,64,,,\n"));
  EXPECT_EQ(run.report.format, "epochs");
  EXPECT_TRUE(run.run.traces.empty());
  ASSERT_EQ(run.run.epochs.size(), 3u);
  const Epoch& first = run.run.epochs[0];
  EXPECT_EQ(first.phase, "frozen");
  EXPECT_EQ(first.start_s, 0.0);
  EXPECT_EQ(first.end_s, 10.0);
  EXPECT_EQ(first.energy->value(), 1000.0);
  EXPECT_EQ(first.energy_origin, Origin::kReported);
  EXPECT_EQ(*first.samples, 64.0);
  EXPECT_EQ(*first.accuracy, 0.5);
  EXPECT_EQ(*first.loss, 2.5);
  EXPECT_EQ(*first.validation_loss, 2.6);
  EXPECT_FALSE(first.evaluation.has_value());
  EXPECT_FALSE(run.run.epochs[1].samples.has_value());
  EXPECT_EQ(run.run.epochs[2].number, 5);
  EXPECT_EQ(run.run.epochs[2].start_s, 21.0);
}

TEST(Epochs, PutsTrainingAndEvaluationTogether) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "a.csv",
      "epoch,phase,duration_s,energy_j,loss,accuracy\n"
      "1,Train,10,1000,2,\n1,eval,2,50,3,0.5\n2,training,9,900,1,\n2,Validation,2,40,2,0.6\n"));
  ASSERT_EQ(run.run.epochs.size(), 2u);
  const Epoch& epoch = run.run.epochs[0];
  EXPECT_EQ(epoch.phase, "");
  EXPECT_EQ(epoch.end_s, 12.0);
  EXPECT_EQ(epoch.energy->value(), 1050.0);
  EXPECT_EQ(epoch.evaluation->start_s, 10.0);
  EXPECT_EQ(epoch.evaluation->end_s, 12.0);
  EXPECT_EQ(epoch.evaluation->energy->value(), 50.0);
  EXPECT_EQ(*epoch.loss, 2.0);
  EXPECT_EQ(*epoch.validation_loss, 3.0);
  EXPECT_EQ(*epoch.accuracy, 0.5);
  EXPECT_EQ(run.run.epochs[1].start_s, 12.0);
}

TEST(Epochs, AnEvaluationAloneIsAPhase) {
  const TestFolder folder;
  const auto run = must_load(
      folder.write("a.csv", "epoch,phase,duration_s,energy_j\n0,eval,2,50\n1,train,10,1000\n"));
  ASSERT_EQ(run.run.epochs.size(), 2u);
  EXPECT_EQ(run.run.epochs[0].phase, "eval");
  EXPECT_EQ(run.run.epochs[1].phase, "");
}

TEST(Epochs, TakesStartAndEndInsteadOfDuration) {
  const TestFolder folder;
  const auto run =
      must_load(folder.write("a.csv", "epoch,start_s,end_s,energy_j\n1,5,15,100\n2,15.5,25,110\n"));
  EXPECT_EQ(run.run.epochs[0].start_s, 5.0);
  EXPECT_EQ(run.run.epochs[1].start_s, 15.5);
  EXPECT_EQ(run.run.epochs[1].end_s, 25.0);
}

TEST(Epochs, UsesALastLineWithoutNewlineAndSaysSo) {
  const TestFolder folder;
  const auto run =
      must_load(folder.write("a.csv", "epoch,duration_s,energy_j\n1,10,1000\n2,10,100"));
  EXPECT_EQ(run.run.epochs.size(), 2u);
  ASSERT_EQ(run.report.notes.size(), 1u);
  EXPECT_THAT(run.report.notes[0],
              testing::EndsWith("a.csv:3: the last line has no newline; it has all fields and is "
                                "used"));
}

TEST(Epochs, SaysWhereAndWhatIsWrong) {
  const TestFolder folder;
  const auto error = [&](const std::string& rows) {
    return error_of(folder, folder.write("a.csv", "epoch,duration_s,energy_j\n" + rows));
  };
  EXPECT_EQ(error("1,1o,1\n"),
            "a.csv:2:3: '1o' is not a number (column duration_s); mend or delete this line");
  EXPECT_EQ(error("1,10,1\n2,0,1\n"),
            "a.csv:3:3: duration_s '0' must be above zero; mend or delete this line");
  EXPECT_EQ(error("1,-5,1\n"),
            "a.csv:2:3: duration_s '-5' must be above zero; mend or delete this line");
  EXPECT_EQ(error("1,10,-1\n"),
            "a.csv:2:6: energy_j '-1' must be zero or more; mend or delete this line");
  EXPECT_EQ(error("1,10,nan\n"),
            "a.csv:2:6: 'nan' is not a finite number; mend or delete this line");
  EXPECT_EQ(
      error("1,10,1e300\n"),
      "a.csv:2:6: energy_j '1e300' must be small enough to be true; mend or delete this line");
  EXPECT_EQ(error("one,10,1\n"),
            "a.csv:2:1: 'one' is not an epoch's number; mend or delete this line");
  EXPECT_EQ(error("2,10,1\n1,10,1\n"),
            "a.csv:3:1: epoch 1 comes after epoch 2; sort the rows by epoch, one training in one "
            "file");
  EXPECT_EQ(error("1,10,1\n1,10,1\n"),
            "a.csv:3:1: epoch 1 is there twice; an epoch is one row, or one with phase train and "
            "after it one with phase eval");
  EXPECT_EQ(error("1,10\n"), "a.csv:2: 2 fields where the header has 3; mend or delete this line");
  EXPECT_EQ(error("1,,5\n"), "a.csv:2:1: epoch 1 has no duration_s; mend or delete this line");
  EXPECT_EQ(error("1,5,\n"), "a.csv:2:1: epoch 1 has no energy_j; mend or delete this line");
  EXPECT_EQ(error(""), "a.csv: there is nothing after the header; at least one epoch is needed");
}

TEST(Epochs, SaysWhatIsWrongWithTimes) {
  const TestFolder folder;
  const auto error = [&](const std::string& rows) {
    return error_of(folder, folder.write("a.csv", "epoch,start_s,end_s,energy_j\n" + rows));
  };
  EXPECT_EQ(error("1,5,5,1\n"),
            "a.csv:2:5: epoch 1 ends at 5 s, not after its start at 5 s; mend or delete this line");
  EXPECT_EQ(error("1,0,10,1\n2,9,20,1\n"),
            "a.csv:3: epoch 2 starts at 9 s, before epoch 1 ends at 10 s");
}

TEST(Epochs, NamesAMissingColumn) {
  const TestFolder folder;
  EXPECT_EQ(error_of(folder, folder.write("a.csv", "epoch,duration_s,energy_kj\n1,2,3\n")),
            "a.csv:1: there is no column 'energy_j' (did you mean 'energy_kj'?); the columns are: "
            "epoch, duration_s, energy_kj");
  EXPECT_EQ(error_of(folder, folder.write("b.csv", "epoch,energy_j\n1,2\n")),
            "b.csv:1: there is no column 'duration_s'; the columns are: epoch, energy_j");
}

TEST(Epochs, MarksWithoutEnergyCutAnotherRecording) {
  const TestFolder folder;
  const auto run = must_load(folder.write("a.csv",
                                          "epoch,phase,start_s,end_s\n"
                                          "1,train,0,10\n1,eval,10,12\n2,train,12,22\n"));
  ASSERT_EQ(run.run.epochs.size(), 2U);
  EXPECT_FALSE(run.run.epochs[0].energy);
  ASSERT_TRUE(run.run.epochs[0].evaluation);
  EXPECT_FALSE(run.run.epochs[0].evaluation->energy);
  EXPECT_DOUBLE_EQ(run.run.epochs[0].end_s, 12.0);
}

TEST(Epochs, BlocksOfStepsAndTokens) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "a.csv", "block,duration_s,energy_j,steps,tokens\n1,10,100,50,1e6\n2,10,90,50,1e6\n"));
  ASSERT_EQ(run.run.epochs.size(), 2U);
  EXPECT_EQ(run.run.epochs[1].steps, 50.0);
  EXPECT_EQ(run.run.epochs[1].tokens, 1e6);
}

}  // namespace
}  // namespace joulecast::readers
