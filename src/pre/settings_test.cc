#include "joulecast/pre/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"

namespace joulecast::pre {
namespace {

using testing::Contains;
using testing::HasSubstr;

SaidSettings said(std::initializer_list<std::pair<const char*, const char*>> values) {
  SaidSettings all;
  for (const auto& [name, value] : values) all[name] = {value, std::string("--") + name};
  if (!all.contains("network")) all["network"] = {"resnet50", "NETWORK"};
  return all;
}

std::string error_of(std::initializer_list<std::pair<const char*, const char*>> values) {
  const auto read = set_up_of(said(values));
  return read ? "(no error)" : read.error().message;
}

TEST(Settings, FillTheSetUp) {
  const auto read = set_up_of(said({{"gpu", "RTX 3090"},
                                    {"batch_size", "64"},
                                    {"image_size", "224x192"},
                                    {"train_size", "12000"},
                                    {"epochs", "75"},
                                    {"frozen_epochs", "10"},
                                    {"frozen_layers", "25%"},
                                    {"optimizer", "AdamW"},
                                    {"precision", "bf16"},
                                    {"pipeline", "decoded"},
                                    {"power_limit", "0.2kW"},
                                    {"checkpointing", "yes"}}));
  ASSERT_TRUE(read.ok()) << read.error().message;
  const pre::SetUp& set_up = read->set_up;  // not ::testing::Test::SetUp
  EXPECT_EQ(set_up.gpu, "RTX 3090");
  EXPECT_EQ(set_up.batch_size, 64);
  EXPECT_EQ(set_up.image_height, 224);
  EXPECT_EQ(set_up.image_width, 192);
  EXPECT_DOUBLE_EQ(set_up.frozen_epochs_share, 10.0 / 75.0);
  EXPECT_DOUBLE_EQ(set_up.frozen_layers_share, 0.25);
  EXPECT_EQ(set_up.optimizer, Optimizer::kAdamW);
  EXPECT_EQ(set_up.precision, network::Precision::kBf16);
  EXPECT_EQ(set_up.pipeline, InputPipeline::kDecoded);
  EXPECT_DOUBLE_EQ(set_up.power_limit.value().value(), 200.0);
  EXPECT_TRUE(set_up.checkpointing);
}

TEST(Settings, SayWhatIsAssumed) {
  const auto read = set_up_of(said({}));
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(read->assumed, Contains("batch size 32"));
  EXPECT_THAT(read->assumed, Contains("FP32"));
  const auto told = set_up_of(said({{"batch_size", "32"}}));
  ASSERT_TRUE(told.ok());
  EXPECT_THAT(told->assumed, testing::Not(Contains("batch size 32")));
}

TEST(Settings, RefuseWhatCannotBe) {
  EXPECT_THAT(error_of({{"batch_size", "-3"}}), HasSubstr("--batch_size: '-3' must lie between"));
  EXPECT_THAT(error_of({{"batch_size", "2.5"}}), HasSubstr("whole number"));
  EXPECT_THAT(error_of({{"batch_size", "many"}}), HasSubstr("is no number"));
  EXPECT_THAT(error_of({{"epochs", "nan"}}), HasSubstr("is no number"));
  EXPECT_THAT(error_of({{"optimizer", "adan"}}), HasSubstr("did you mean adam?"));
  EXPECT_THAT(error_of({{"epochs", "5"}, {"frozen_epochs", "10"}}),
              HasSubstr("of 5 epochs cannot be frozen"));
  EXPECT_THAT(error_of({{"batch_size", "64"}, {"train_size", "50"}}),
              HasSubstr("a step takes 64 samples and an epoch has 50"));
  EXPECT_THAT(error_of({{"network", ""}}), HasSubstr("which network?"));
}

TEST(PlanFile, IsReadLikeOptions) {
  const TestFolder folder;
  const auto file =
      folder.write("plan.toml", "network = 'resnet50'\nbatch_size = 16\nepochs = 2.5\n");
  const auto read = read_plan_file(file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  const auto set_up = set_up_of(*read);
  ASSERT_TRUE(set_up.ok()) << set_up.error().message;
  EXPECT_EQ(set_up->set_up.batch_size, 16);
  EXPECT_DOUBLE_EQ(set_up->set_up.epochs, 2.5);
}

TEST(PlanFile, ErrorsNameTheirPlace) {
  const TestFolder folder;
  const auto message = [&](const char* text) {
    const auto read = read_plan_file(folder.write("plan.toml", text));
    if (!read) return read.error().message;
    const auto set_up = set_up_of(*read);
    return set_up ? std::string("(no error)") : set_up.error().message;
  };
  EXPECT_THAT(message("\nbatch_sise = 3\n"),
              HasSubstr("plan.toml:2:14: a plan has no 'batch_sise' (did you mean batch_size?)"));
  EXPECT_THAT(message("batch_size = [1, 2]\n"), HasSubstr("must be text, a number or true/false"));
  EXPECT_THAT(message("batch_size = \n"), HasSubstr("plan.toml:1:"));
  EXPECT_THAT(message("network = 'x'\nbatch_size = 0\n"), HasSubstr("plan.toml:2:14: '0' must"));
  EXPECT_THAT(read_plan_file(folder.path() / "none.toml").error().message, HasSubstr("none.toml"));
}

}  // namespace
}  // namespace joulecast::pre
