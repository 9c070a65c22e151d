#include "report/tradeoff.h"
#include "report/tradeoff_words.h"

namespace joulecast::report {
namespace {

Json or_null(const std::optional<double>& value) {
  return value ? json_number(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// The levels of a group by the factors' names.
Json levels_json(const TradeoffReport& report, const analysis::GroupSummary& group) {
  Json levels = Json::array({report.levels[0][group.first]});
  if (group.second) levels.push_back(report.levels[1][*group.second]);
  return levels;
}

Json group_json(const TradeoffReport& report, const analysis::GroupSummary& group) {
  return {{"levels", levels_json(report, group)},
          {"n", group.n},
          {"median", json_number(group.median)},
          {"mean", json_number(group.mean)},
          {"lower_quartile", json_number(group.lower_quartile)},
          {"upper_quartile", json_number(group.upper_quartile)},
          {"lowest", json_number(group.lowest)},
          {"highest", json_number(group.highest)},
          {"correctness", or_null(group.correctness)}};
}

Json pair_json(const TradeoffReport& report, std::size_t factor, const analysis::PairResult& pair) {
  return {
      {"first", report.levels[factor][pair.first]}, {"second", report.levels[factor][pair.second]},
      {"p_value", json_number(pair.p_value)},       {"cliffs_delta", json_number(pair.delta.delta)},
      {"lower", json_number(pair.delta.lower)},     {"upper", json_number(pair.delta.upper)},
      {"magnitude", pair.delta.magnitude}};
}

Json comparison_json(const TradeoffReport& report, const analysis::FactorComparison& comparison) {
  Json json = {
      {"factor", report.factors[comparison.factor]},
      {"within", comparison.within ? Json(report.levels[1][*comparison.within]) : Json(nullptr)},
      {"refused", text_or_null(comparison.refused)}};
  if (!comparison.refused.empty()) return json;
  Json pairs = Json::array();
  for (const auto& pair : comparison.pairs) {
    pairs.push_back(pair_json(report, comparison.factor, pair));
  }
  json["test"] = name_of(comparison.choice.test);
  json["reason"] = comparison.choice.reason;
  json["statistic"] = json_number(comparison.statistic);
  json["df"] = json_number(comparison.df);
  json["df_within"] = or_null(comparison.df_within);
  json["p_value"] = json_number(comparison.p_value);
  json["effect_size"] = json_number(comparison.effect_size);
  json["effect_size_name"] = name_of(comparison.choice.effect_size);
  json["post_hoc"] = name_of(comparison.choice.post_hoc);
  json["pairs"] = pairs;
  return json;
}

Json effect_json(const analysis::Effect& effect) {
  return {{"sum_squares", json_number(effect.sum_squares)},
          {"df", json_number(effect.df)},
          {"f", json_number(effect.f)},
          {"p_value", json_number(effect.p_value)},
          {"partial_eta_squared", json_number(effect.partial_eta_squared)}};
}

Json two_way_json(const analysis::TwoWay& two_way) {
  return {{"first", effect_json(two_way.first)},
          {"second", effect_json(two_way.second)},
          {"interaction", effect_json(two_way.interaction)},
          {"residual_df", json_number(two_way.residual_df)}};
}

Json interaction_json(const analysis::FactorInteraction& interaction) {
  Json json = {{"refused", text_or_null(interaction.refused)}};
  if (!interaction.refused.empty()) return json;
  json["chosen"] = name_of(interaction.choice.test);
  json["reason"] = interaction.choice.reason;
  json["anova"] = two_way_json(interaction.anova);
  json["aligned_ranks"] =
      interaction.aligned_ranks ? two_way_json(*interaction.aligned_ranks) : Json(nullptr);
  return json;
}

Json rule_json(const std::optional<analysis::EnergyRule>& rule) {
  if (!rule) return nullptr;
  return {{"n", rule->n},
          {"spearman", json_number(rule->spearman.coefficient)},
          {"p_value", json_number(rule->spearman.p_value)},
          {"factor", json_number(rule->factor)},
          {"median_ape", json_number(rule->median_ape)}};
}

Json saving_json(const TradeoffReport& report, const analysis::TradeoffSaving& saving) {
  const auto& groups = report.result.groups;
  return {{"from", levels_json(report, groups[saving.from])},
          {"to", levels_json(report, groups[saving.to])},
          {"saved", json_number(saving.saved)},
          {"loss", or_null(saving.loss)},
          {"p_value", saving.pair ? json_number(saving.pair->p_value) : Json(nullptr)},
          {"sentence", saving_sentence(report, saving)}};
}

}  // namespace

Json tradeoff_json(const TradeoffReport& report) {
  const analysis::Tradeoff& result = report.result;
  Json groups = Json::array(), comparisons = Json::array();
  Json front = Json::array(), savings = Json::array();
  for (const auto& group : result.groups) groups.push_back(group_json(report, group));
  for (const auto& one : result.comparisons) comparisons.push_back(comparison_json(report, one));
  for (const auto& point : result.front) {
    front.push_back({{"levels", levels_json(report, result.groups[point.alternative])},
                     {"marginal", or_null(point.marginal_j)}});
  }
  for (const auto& saving : result.savings) savings.push_back(saving_json(report, saving));
  return {
      {"schema", "joulecast.tradeoff/1"},
      {"response", report.what},
      {"unit", text_or_null(report.unit)},
      {"correctness", text_or_null(report.correctness)},
      {"factors", report.factors},
      {"rows", report.rows},
      {"alpha", json_number(report.alpha)},
      {"max_loss", json_number(report.most_loss)},
      {"groups", groups},
      {"comparisons", comparisons},
      {"interaction", result.interaction ? interaction_json(*result.interaction) : Json(nullptr)},
      {"energy_follows",
       {{"flops", rule_json(result.flops)}, {"tdp_time", rule_json(result.rated)}}},
      {"front", front},
      {"savings", savings},
      {"notes", report.notes}};
}

}  // namespace joulecast::report
