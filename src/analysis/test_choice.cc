#include "joulecast/analysis/test_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/cells.h"
#include "analysis/group_check.h"
#include "base/text.h"

namespace joulecast::analysis {
namespace {

constexpr std::string_view kChoice = "choice of a test";
constexpr std::size_t kLeastForNormality = 3;
constexpr std::size_t kLeastForChiSquared = 5;
constexpr std::size_t kFewForNormality = 8;

Status check_options(const ChooseOptions& options) {
  if (!(options.alpha > 0.0 && options.alpha < 1.0)) {
    return Error{
        fmt::format("{}: alpha is {}; it must be between 0 and 1", kChoice, options.alpha)};
  }
  if (!(options.largest_imbalance >= 1.0)) {
    return Error{fmt::format("{}: the largest imbalance is {}; it must be at least 1", kChoice,
                             options.largest_imbalance)};
  }
  return {};
}

bool smaller(const Group& a, const Group& b) { return a.values.size() < b.values.size(); }

std::size_t smallest_size(std::span<const Group> groups) {
  return std::min_element(groups.begin(), groups.end(), smaller)->values.size();
}

Status check_balance(std::span<const Group> groups, const ChooseOptions& options) {
  const auto [least, most] = std::minmax_element(groups.begin(), groups.end(), smaller);
  const auto few = static_cast<double>(least->values.size());
  const auto many = static_cast<double>(most->values.size());
  if (many > options.largest_imbalance * few) {
    return Error{fmt::format(
        "{}: group {} has {} values and group {} has {}, more than {} times "
        "as many; leave the smaller one out or add runs",
        kChoice, quoted(least->name), few, quoted(most->name), many, options.largest_imbalance)};
  }
  return {};
}

std::optional<FTest> equal_variances(std::span<const Group> groups) {
  const auto levene_test = levene(groups);
  if (!levene_test) return std::nullopt;
  return *levene_test;
}

std::string describe(const std::optional<FTest>& levene_test, double alpha) {
  if (!levene_test) return "equal variances cannot be judged";
  return fmt::format("variances {} (Levene p = {:.2g})",
                     levene_test->p_value < alpha ? "differ" : "are alike", levene_test->p_value);
}

// The group furthest from normal; a constant one is as far as can be.
struct Furthest {
  std::size_t group = 0;
  double p_value = 2.0;
  std::size_t departing = 0;  // groups that are not normal
};

Furthest furthest_from_normal(const TestChoice& choice, double alpha) {
  Furthest furthest;
  for (std::size_t i = 0; i < choice.normality.size(); ++i) {
    const double p = choice.normality[i] ? choice.normality[i]->p_value : 0.0;
    if (p < alpha) ++furthest.departing;
    if (p < furthest.p_value) {
      furthest.group = i;
      furthest.p_value = p;
    }
  }
  return furthest;
}

std::string describe(const TestChoice& choice, const Furthest& furthest,
                     std::span<const Group> groups) {
  const auto& of_group = choice.normality[furthest.group];
  const std::string name = quoted(groups[furthest.group].name);
  const std::string evidence =
      of_group ? fmt::format("group {}, {} p = {:.2g}", name, of_group->test, of_group->p_value)
               : fmt::format("group {} is constant", name);
  if (furthest.departing == 0) {
    return fmt::format("no group departs from normal (lowest: {})", evidence);
  }
  return fmt::format("{} of {} groups {} not normal ({})", furthest.departing, groups.size(),
                     furthest.departing == 1 ? "is" : "are", evidence);
}

std::string caution(const TestChoice& choice, bool alike, std::size_t smallest) {
  if (choice.test != GroupTest::kKruskalWallis) {
    return smallest < kFewForNormality
               ? "; in groups of fewer than 8 values only gross departures show"
               : "";
  }
  const std::string_view spread =
      alike ? "" : ", so that a difference may be one of spread as well as of place";
  const std::string_view rough = smallest < kLeastForChiSquared
                                     ? "; with fewer than 5 values in a group p-values are rough"
                                     : "";
  return fmt::format("{}{}", spread, rough);
}

void decide(TestChoice& choice, bool normal, bool alike) {
  if (!normal) return;  // the choice begins with ranks
  choice.test = alike ? GroupTest::kAnova : GroupTest::kWelchAnova;
  choice.post_hoc = alike ? PostHoc::kTukeyKramer : PostHoc::kGamesHowell;
  choice.effect_size = EffectSize::kEtaSquared;
}

}  // namespace

std::string_view name_of(GroupTest test) {
  switch (test) {
    case GroupTest::kAnova:
      return "one-way ANOVA";
    case GroupTest::kWelchAnova:
      return "Welch ANOVA";
    case GroupTest::kKruskalWallis:
      return "Kruskal-Wallis";
  }
  return "";
}

std::string_view name_of(PostHoc test) {
  switch (test) {
    case PostHoc::kTukeyKramer:
      return "Tukey-Kramer";
    case PostHoc::kGamesHowell:
      return "Games-Howell";
    case PostHoc::kDunn:
      return "Dunn with Holm";
  }
  return "";
}

std::string_view name_of(EffectSize size) {
  return size == EffectSize::kEtaSquared ? "eta squared" : "eta squared of ranks";
}

std::string_view name_of(TwoWayTest test) {
  return test == TwoWayTest::kAnova ? "two-way ANOVA" : "aligned rank transform";
}

Result<TestChoice> choose_test(std::span<const Group> groups, const ChooseOptions& options) {
  if (Status status = check_options(options); !status) return status.error();
  const std::size_t least = std::max(options.smallest_group, kLeastForNormality);
  if (Status status = check_groups(kChoice, groups, least); !status) return status.error();
  if (Status status = check_balance(groups, options); !status) return status.error();
  if (std::all_of(groups.begin(), groups.end(), is_constant)) {
    return Error{
        fmt::format("{}: the values of every group are all equal, so there is nothing to "
                    "judge differences by",
                    kChoice)};
  }
  TestChoice choice;
  for (const Group& group : groups) {
    const auto of_group = normality(group);
    choice.normality.push_back(of_group ? std::optional(*of_group) : std::nullopt);
  }
  choice.levene = equal_variances(groups);
  const Furthest furthest = furthest_from_normal(choice, options.alpha);
  const bool alike = choice.levene && choice.levene->p_value >= options.alpha;
  decide(choice, furthest.departing == 0, alike);
  choice.reason =
      fmt::format("{} and {}, since {} and {}{}.", name_of(choice.test), name_of(choice.post_hoc),
                  describe(choice, furthest, groups), describe(choice.levene, options.alpha),
                  caution(choice, alike, smallest_size(groups)));
  return choice;
}

Result<TwoWayChoice> choose_two_way(std::span<const double> response, const Factor& first,
                                    const Factor& second, const ChooseOptions& options) {
  if (Status status = check_options(options); !status) return status.error();
  const auto cell = cells_of(kChoice, response, first, second);
  if (!cell) return cell.error();
  const auto cells = fill_cells(kChoice, response, *cell, first, second);
  if (!cells) return cells.error();

  std::vector<Group> groups(cells->n.size());
  for (std::size_t c = 0; c < groups.size(); ++c) groups[c].name = name_of_cell(c, first, second);
  Group residuals{.name = "residuals", .values = {}};
  for (std::size_t i = 0; i < response.size(); ++i) {
    groups[(*cell)[i]].values.push_back(response[i]);
    residuals.values.push_back((response[i] - cells->origin) - cells->mean[(*cell)[i]]);
  }
  if (Status status = check_groups(kChoice, groups, 2); !status) return status.error();
  if (Status status = check_balance(groups, options); !status) return status.error();
  const auto of_residuals = normality(residuals);
  if (!of_residuals) return of_residuals.error();

  TwoWayChoice choice;
  choice.residuals = *of_residuals;
  choice.levene = equal_variances(groups);
  const bool normal = choice.residuals.p_value >= options.alpha;
  const bool alike = choice.levene && choice.levene->p_value >= options.alpha;
  if (normal && alike) choice.test = TwoWayTest::kAnova;
  choice.reason =
      fmt::format("{}, since the residuals {} normal ({} p = {:.2g}) and {}.", name_of(choice.test),
                  normal ? "do not depart from" : "are not", choice.residuals.test,
                  choice.residuals.p_value, describe(choice.levene, options.alpha));
  return choice;
}

}  // namespace joulecast::analysis
