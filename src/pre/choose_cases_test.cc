#include "pre/choose_cases.h"

#include <gtest/gtest.h>

#include <map>

namespace joulecast::pre {
namespace {

std::vector<CaseKey> keys(std::size_t count, const std::string& stack, std::size_t kinds) {
  std::vector<CaseKey> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({stack, std::to_string(i % kinds)});
  return all;
}

TEST(ChooseCases, TakesAllOfFew) {
  EXPECT_EQ(choose_cases(keys(5, "a", 2), 10), (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(choose_cases({}, 10).empty());
}

TEST(ChooseCases, StacksAndKindsHaveTheirShare) {
  std::vector<CaseKey> all = keys(1000, "large", 10);
  const std::vector<CaseKey> small = keys(20, "small", 4);
  all.insert(all.end(), small.begin(), small.end());
  const std::vector<std::size_t> chosen = choose_cases(all, 60);
  ASSERT_EQ(chosen.size(), 60U);
  std::map<std::string, int> stacks, kinds;
  for (const std::size_t i : chosen) {
    ++stacks[all[i].stack];
    if (all[i].stack == "large") ++kinds[all[i].kind];
  }
  EXPECT_EQ(stacks["small"], 20);
  EXPECT_EQ(stacks["large"], 40);
  for (const auto& [kind, count] : kinds) EXPECT_EQ(count, 4) << kind;
}

TEST(ChooseCases, OfAKindItsEndsAndWhatLiesBetween) {
  const std::vector<std::size_t> chosen = choose_cases(keys(9, "a", 1), 3);
  EXPECT_EQ(chosen, (std::vector<std::size_t>{0, 4, 8}));
}

}  // namespace
}  // namespace joulecast::pre
