#include "joulecast/pre/alternatives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "joulecast/hardware/gpu.h"

namespace joulecast::pre {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> values(const char* setting, const char* value) {
  const auto all = alternatives_of({{setting, {value, std::string("--") + setting}}});
  std::vector<std::string> list;
  if (!all) return {all.error().message};
  for (const SaidSettings& one : *all) list.push_back(one.find(setting)->second.value);
  return list;
}

TEST(Alternatives, ListsAndRanges) {
  EXPECT_THAT(values("batch_size", "16, 32,64"), ElementsAre("16", "32", "64"));
  EXPECT_THAT(values("power_limit", "150..350/100"), ElementsAre("150", "250", "350"));
  EXPECT_THAT(values("power_limit", "100,150..350/100"), ElementsAre("100", "150", "250", "350"));
  EXPECT_THAT(values("power_limit", "150..330/100"), ElementsAre("150", "250"));
  EXPECT_THAT(values("batch_size", "1..5"), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(values("power_limit", "150..350").size(), 9U);
  EXPECT_EQ(values("power_limit", "150..350").back(), "350");
  EXPECT_THAT(values("head", "512,1"), ElementsAre("512,1"));
  EXPECT_THAT(values("network", "../a.onnx,resnet50"), ElementsAre("../a.onnx", "resnet50"));
}

TEST(Alternatives, EveryCombination) {
  const auto all =
      alternatives_of({{"batch_size", {"16,32", "-"}}, {"precision", {"fp32,fp16,bf16", "-"}}});
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 6U);
}

TEST(Alternatives, AllGpusIsTheCatalogue) {
  EXPECT_EQ(values("gpu", "all").size(), hardware::gpus().size());
}

TEST(Alternatives, RefuseWhatIsNoRange) {
  EXPECT_THAT(values("power_limit", "350..150"), ElementsAre(HasSubstr("is no range")));
  EXPECT_THAT(values("power_limit", "1..2/0"), ElementsAre(HasSubstr("is no range")));
  EXPECT_THAT(values("power_limit", "150..350/inf"), ElementsAre(HasSubstr("is no range")));
  EXPECT_THAT(values("power_limit", "1..1e99/1"), ElementsAre(HasSubstr("is no range")));
  EXPECT_THAT(values("batch_size", "a..b"), ElementsAre(HasSubstr("--batch_size: 'a..b'")));
}

}  // namespace
}  // namespace joulecast::pre
