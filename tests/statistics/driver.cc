// Answers questions about statistics, so that Python can ask and compare: an array of questions as
// JSON on standard input, as many answers on standard output. A refusal is {"error": "..."}.
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/studentized_range.h"
#include "joulecast/analysis/post_hoc.h"
#include "joulecast/analysis/statistics.h"
#include "joulecast/analysis/test_choice.h"
#include "joulecast/analysis/two_way.h"

namespace joulecast::analysis {
namespace {

using Json = nlohmann::json;

std::vector<Group> groups_of(const Json& question) {
  std::vector<Group> groups;
  for (const Json& values : question.at("groups")) {
    groups.push_back(
        {.name = "g" + std::to_string(groups.size()), .values = values.get<std::vector<double>>()});
  }
  return groups;
}

Group only_group(const Json& question) {
  return {.name = "g0", .values = question.at("values").get<std::vector<double>>()};
}

std::vector<double> numbers(const Json& question, const char* key) {
  return question.at(key).get<std::vector<double>>();
}

Factor factor_of(const Json& question, const char* key) {
  Factor factor;
  factor.name = key;
  factor.level = question.at(key).get<std::vector<std::size_t>>();
  for (std::size_t i = 0; i < question.at(std::string(key) + "_levels").get<std::size_t>(); ++i) {
    factor.levels.push_back(std::to_string(i));
  }
  return factor;
}

Correction correction_of(const Json& question) {
  const auto name = question.at("correction").get<std::string>();
  if (name == "bonferroni") return Correction::kBonferroni;
  return name == "holm" ? Correction::kHolm : Correction::kBenjaminiHochberg;
}

Json json_of(double number) { return number; }
Json json_of(const std::vector<double>& values) { return values; }
Json json_of(const Normality& n) { return {{"statistic", n.statistic}, {"p", n.p_value}}; }
Json json_of(const FTest& t) {
  return {{"f", t.f},
          {"df1", t.df_between},
          {"df2", t.df_within},
          {"p", t.p_value},
          {"eta2", t.eta_squared}};
}
Json json_of(const KruskalWallis& t) {
  return {{"h", t.h}, {"df", t.df}, {"p", t.p_value}, {"eta2", t.eta_squared}};
}
Json json_of(const CliffsDelta& d) {
  return {{"delta", d.delta}, {"lower", d.lower}, {"upper", d.upper}};
}
Json json_of(const Correlation& c) { return {{"r", c.coefficient}, {"p", c.p_value}}; }
Json json_of(const MeanComparison& c) {
  return {{"pair", {c.first, c.second}},
          {"difference", c.difference},
          {"se", c.standard_error},
          {"t", c.t},
          {"df", c.df},
          {"p", c.p_value}};
}
Json json_of(const RankComparison& c) {
  return {{"pair", {c.first, c.second}},
          {"difference", c.difference},
          {"z", c.z},
          {"p_uncorrected", c.p_uncorrected},
          {"p", c.p_value}};
}
Json json_of(const Effect& e) {
  return {{"ss", e.sum_squares},
          {"df", e.df},
          {"f", e.f},
          {"p", e.p_value},
          {"eta2", e.partial_eta_squared}};
}
Json json_of(const TwoWay& t) {
  return {{"first", json_of(t.first)},
          {"second", json_of(t.second)},
          {"interaction", json_of(t.interaction)},
          {"residual_df", t.residual_df}};
}
Json json_of(const TestChoice& c) {
  return {{"test", name_of(c.test)}, {"post_hoc", name_of(c.post_hoc)}, {"reason", c.reason}};
}
Json json_of(const TwoWayChoice& c) { return {{"test", name_of(c.test)}, {"reason", c.reason}}; }

template <typename T>
Json json_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(json_of(item));
  return array;
}

template <typename T>
Json answer(const Result<T>& result) {
  if (!result) return {{"error", result.error().message}};
  return json_of(*result);
}

template <typename Test>
Json two_way(const Json& q, Test test) {
  return answer(test(numbers(q, "response"), factor_of(q, "first"), factor_of(q, "second")));
}

Centre centre_of(const Json& question) {
  return question.at("centre") == "mean" ? Centre::kMean : Centre::kMedian;
}

Json cliffs_answer(const Json& question) {
  const auto groups = groups_of(question);
  return answer(cliffs_delta(groups.at(0), groups.at(1), question.value("confidence", 0.95)));
}

const std::map<std::string, std::function<Json(const Json&)>>& questions() {
  static const std::map<std::string, std::function<Json(const Json&)>> all{
      {"shapiro_wilk", [](const Json& q) { return answer(shapiro_wilk(only_group(q))); }},
      {"dagostino_pearson", [](const Json& q) { return answer(dagostino_pearson(only_group(q))); }},
      {"median", [](const Json& q) { return answer(median(numbers(q, "values"))); }},
      {"levene", [](const Json& q) { return answer(levene(groups_of(q), centre_of(q))); }},
      {"anova", [](const Json& q) { return answer(anova(groups_of(q))); }},
      {"welch_anova", [](const Json& q) { return answer(welch_anova(groups_of(q))); }},
      {"kruskal_wallis", [](const Json& q) { return answer(kruskal_wallis(groups_of(q))); }},
      {"tukey_kramer", [](const Json& q) { return answer(tukey_kramer(groups_of(q))); }},
      {"games_howell", [](const Json& q) { return answer(games_howell(groups_of(q))); }},
      {"dunn", [](const Json& q) { return answer(dunn(groups_of(q), correction_of(q))); }},
      {"correct",
       [](const Json& q) { return answer(correct_p_values(numbers(q, "p"), correction_of(q))); }},
      {"studentized_range",
       [](const Json& q) {
         return Json{{"p", studentized_range_above(q.at("q"), q.at("groups"), q.at("df"))}};
       }},
      {"cliffs_delta", cliffs_answer},
      {"pearson", [](const Json& q) { return answer(pearson(numbers(q, "x"), numbers(q, "y"))); }},
      {"spearman",
       [](const Json& q) { return answer(spearman(numbers(q, "x"), numbers(q, "y"))); }},
      {"two_way_anova", [](const Json& q) { return two_way(q, two_way_anova); }},
      {"aligned_rank_transform", [](const Json& q) { return two_way(q, aligned_rank_transform); }},
      {"choose_test", [](const Json& q) { return answer(choose_test(groups_of(q))); }},
      {"choose_two_way",
       [](const Json& q) {
         return two_way(q, [](const auto& response, const auto& first, const auto& second) {
           return choose_two_way(response, first, second);
         });
       }},
  };
  return all;
}

}  // namespace
}  // namespace joulecast::analysis

int main() {
  try {
    const auto asked = nlohmann::json::parse(std::cin);
    auto answers = nlohmann::json::array();
    for (const auto& question : asked) {
      const auto what = question.at("what").get<std::string>();
      answers.push_back(joulecast::analysis::questions().at(what)(question));
    }
    std::cout << answers << '\n';
  } catch (const std::exception& error) {
    std::cerr << "statistics driver: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
