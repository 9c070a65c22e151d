#include <algorithm>
#include <map>

#include "analysis/tradeoff_groups.h"

namespace joulecast::analysis {
namespace {

// The levels that have values, each as one group.
struct Levels {
  std::vector<std::size_t> level;  // of each group
  std::vector<Group> groups;
};

Levels levels_of(const TradeoffRows& rows, std::size_t factor,
                 const std::vector<const TradeoffCell*>& cells) {
  std::map<std::size_t, Group> by_level;
  for (const TradeoffCell* cell : cells) {
    const std::size_t level = factor == 0 ? cell->first : cell->second;
    Group& group = by_level[level];
    group.name = rows.factors[factor].levels[level];
    const auto middle = static_cast<std::ptrdiff_t>(group.values.size());
    group.values.insert(group.values.end(), cell->group.values.begin(), cell->group.values.end());
    std::inplace_merge(group.values.begin(), group.values.begin() + middle, group.values.end());
  }
  Levels levels;
  for (auto& [level, group] : by_level) {
    levels.level.push_back(level);
    levels.groups.push_back(std::move(group));
  }
  return levels;
}

Status set_f_test(const Result<FTest>& test, FactorComparison& comparison) {
  if (!test) return test.error();
  comparison.statistic = test->f;
  comparison.df = test->df_between;
  comparison.df_within = test->df_within;
  comparison.p_value = test->p_value;
  comparison.effect_size = test->eta_squared;
  return {};
}

Status set_test(const std::vector<Group>& groups, FactorComparison& comparison) {
  switch (comparison.choice.test) {
    case GroupTest::kAnova:
      return set_f_test(anova(groups), comparison);
    case GroupTest::kWelchAnova:
      return set_f_test(welch_anova(groups), comparison);
    case GroupTest::kKruskalWallis:
      break;
  }
  const auto test = kruskal_wallis(groups);
  if (!test) return test.error();
  comparison.statistic = test->h;
  comparison.df = test->df;
  comparison.p_value = test->p_value;
  comparison.effect_size = test->eta_squared;
  return {};
}

template <typename Pairs>
Status set_pairs(const Pairs& pairs, const Levels& levels, FactorComparison& comparison) {
  if (!pairs) return pairs.error();
  for (const auto& pair : *pairs) {
    const auto delta = cliffs_delta(levels.groups[pair.first], levels.groups[pair.second]);
    if (!delta) return delta.error();
    comparison.pairs.push_back({.first = levels.level[pair.first],
                                .second = levels.level[pair.second],
                                .p_value = pair.p_value,
                                .delta = *delta});
  }
  return {};
}

Status set_post_hoc(const Levels& levels, FactorComparison& comparison) {
  switch (comparison.choice.post_hoc) {
    case PostHoc::kTukeyKramer:
      return set_pairs(tukey_kramer(levels.groups), levels, comparison);
    case PostHoc::kGamesHowell:
      return set_pairs(games_howell(levels.groups), levels, comparison);
    case PostHoc::kDunn:
      break;
  }
  return set_pairs(dunn(levels.groups), levels, comparison);
}

Status compare(const Levels& levels, const ChooseOptions& options, FactorComparison& comparison) {
  auto choice = choose_test(levels.groups, options);
  if (!choice) return choice.error();
  comparison.choice = std::move(choice).value();
  if (Status status = set_test(levels.groups, comparison); !status) return status;
  return set_post_hoc(levels, comparison);
}

Status interact(const TradeoffRows& rows, const ChooseOptions& options,
                FactorInteraction& interaction) {
  const Factor &first = rows.factors[0], &second = rows.factors[1];
  auto choice = choose_two_way(rows.response, first, second, options);
  if (!choice) return choice.error();
  interaction.choice = std::move(choice).value();
  const auto anova = two_way_anova(rows.response, first, second);
  if (!anova) return anova.error();
  interaction.anova = *anova;
  if (interaction.choice.test == TwoWayTest::kAnova) return {};
  const auto ranks = aligned_rank_transform(rows.response, first, second);
  if (!ranks) return ranks.error();
  interaction.aligned_ranks = *ranks;
  return {};
}

}  // namespace

FactorComparison compare_levels(const TradeoffRows& rows, std::size_t factor,
                                const std::vector<const TradeoffCell*>& cells,
                                const ChooseOptions& options) {
  FactorComparison comparison;
  comparison.factor = factor;
  if (Status status = compare(levels_of(rows, factor, cells), options, comparison); !status) {
    comparison.refused = status.error().message;
  }
  return comparison;
}

FactorInteraction interaction_of(const TradeoffRows& rows, const ChooseOptions& options) {
  FactorInteraction interaction;
  if (Status status = interact(rows, options, interaction); !status) {
    interaction.refused = status.error().message;
  }
  return interaction;
}

}  // namespace joulecast::analysis
