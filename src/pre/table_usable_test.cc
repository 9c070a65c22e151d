#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "joulecast/pre/observations.h"

namespace joulecast::pre {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kRows =
    "gpu,network,batch_size,train_size,power_w,gflops,image_size\n"
    "RTX 3090,resnet50,32,1000,300,,\n"
    "RTX 3090,resnet51,32,1000,300,,\n"
    "RTX 3099,resnet50,32,1000,300,,\n"
    "RTX 3090,resnet51,32,1000,300,,\n"
    "RTX 3090,my own,32,1000,300,3.5,64\n"
    "RTX 3090,Keras/ResNet-50,32,,300,,\n"
    "RTX 3090,vit_b_16,32,1000,300,,100\n";

Result<Table> read(RowNeeds needs, const char* rows = kRows) {
  const TestFolder folder;
  return read_table(folder.write("runs.csv", rows), {}, needs);
}

std::string all_notes(const Table& table) {
  std::string text;
  for (const std::string& note : table.notes) text += note.substr(note.find("runs.csv")) + "\n";
  return text;
}

TEST(UsableRows, OnlyRowsWhoseGraphIsKnownAreKept) {
  const auto table = read(RowNeeds::kGraph);
  ASSERT_TRUE(table.ok()) << table.error().message;
  ASSERT_EQ(table->observations.size(), 1U);
  EXPECT_EQ(table->cells.size(), 1U);
  EXPECT_THAT(table->architectures, ElementsAre("resnet50"));
  const std::string notes = all_notes(*table);
  EXPECT_THAT(notes, HasSubstr("3 of 7 rows left out: network not known (resnet51, my own)\n"));
  EXPECT_THAT(notes, HasSubstr("1 of 7 rows left out: GPU not known (RTX 3099)\n"));
  EXPECT_THAT(notes, HasSubstr("1 of 7 rows left out: training size not said\n"));
  EXPECT_THAT(notes, HasSubstr("1 of 7 rows left out: not possible with this network (vit_b_16 is "
                               "for images of 224 x 224 pixels alone)\n"));
}

TEST(UsableRows, SlipsInTheUsersOwnWordsAreNamedByPlaceAndNearestName) {
  const auto table = read(RowNeeds::kGraph);
  ASSERT_TRUE(table.ok());
  ASSERT_EQ(table->warnings.size(), 4U) << "each name once";
  EXPECT_THAT(table->warnings[0], HasSubstr("runs.csv:3: there is no network 'resnet51'; did you "
                                            "mean resnet50"));
  EXPECT_THAT(table->warnings[1], HasSubstr("runs.csv:4: "));
  EXPECT_THAT(table->warnings[1], HasSubstr("RTX 3090"));
}

TEST(UsableRows, RecordedFlopsDoWhereNoGraphIsNeeded) {
  const auto table = read(RowNeeds::kFlops);
  ASSERT_TRUE(table.ok());
  ASSERT_EQ(table->observations.size(), 3U);
  EXPECT_EQ(table->observations[1].set_up.network, "my own");
  EXPECT_EQ(read(RowNeeds::kNothing)->observations.size(), 7U);
}

TEST(UsableRows, FrameworksNamesAreOneArchitecture) {
  const auto table = read(RowNeeds::kFlops);
  EXPECT_THAT(table->architectures, ElementsAre("resnet50", "my own", "resnet50"));
}

TEST(UsableRows, AStepThatIsLargerThanTheTrainingSetIsNoEpoch) {
  EXPECT_EQ(needs_of("joulecast"), RowNeeds::kGraph);
  EXPECT_EQ(needs_of("krr"), RowNeeds::kFlops);
  Table table = *read(RowNeeds::kGraph);
  table.observations[0].set_up.train_size = 31.0;
  leave_out_unusable(table, RowNeeds::kGraph, "store", false);
  EXPECT_TRUE(table.observations.empty());
  EXPECT_THAT(table.notes.back(), EndsWith("1 of 1 rows left out: training size below one step"));
}

TEST(UsableRows, ATableOfWhichNothingRemainsIsAnError) {
  const auto table =
      read(RowNeeds::kGraph, "gpu,network,batch_size,train_size,power_w\nT4,resnet51,32,999,60\n");
  ASSERT_FALSE(table.ok());
  EXPECT_THAT(table.error().message, HasSubstr("runs.csv: there is no row to use; "));
  EXPECT_THAT(table.error().message, HasSubstr("runs.csv:2: there is no network 'resnet51'; did"));
}

}  // namespace
}  // namespace joulecast::pre
