#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/bounded_json.h"
#include "base/text.h"
#include "report/compare.h"

namespace joulecast::report {
namespace {

constexpr const char* kSchema = "joulecast.compare/1";
constexpr std::size_t kMostRuns = 10000;

Json or_null(const std::optional<double>& value) {
  return value ? json_number(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

const char* family_name(baselines::Family family) {
  constexpr std::array<const char*, 3> kNames = {"existing", "published", "joulecast"};
  return kNames[static_cast<std::size_t>(family)];
}

Json ratio_json(const std::optional<analysis::ErrorRatio>& ratio) {
  if (!ratio) return nullptr;
  return {{"ratio", json_number(ratio->value)},
          {"low", json_number(ratio->low)},
          {"high", json_number(ratio->high)},
          {"against", ratio->against},
          {"runs", ratio->trainings}};
}

Json method_json(const analysis::MethodScore& score) {
  const analysis::MethodColumn& column = *score.column;
  return {{"method", column.name},
          {"family", family_name(column.method->family)},
          {"answers", column.method->when},
          {"told", text_or_null(column.told)},
          {"fitted_on", text_or_null(column.fitted_on)},
          {"runs", score.answered},
          {"spent", json_number(score.spent)},
          {"rmse_j", json_number(score.rmse_j)},
          {"mape", json_number(score.mape)},
          {"median_ape", json_number(score.median_ape)},
          {"p90_ape", json_number(score.p90_ape)},
          {"r2", or_null(score.r2)},
          {"within", or_null(score.coverage)},
          {"best_existing", ratio_json(score.existing)},
          {"best_rated", ratio_json(score.rated)}};
}

Json at_or_null(const std::vector<double>& values, std::size_t place) {
  return place < values.size() && !std::isnan(values[place]) ? json_number(values[place])
                                                             : Json(nullptr);
}

Json run_json(const CompareReport& report, std::size_t run) {
  const analysis::Comparison& comparison = report.comparison;
  const double truth = comparison.energies_j()[run];
  Json answers = Json::array(), track = Json::array();
  for (const analysis::MethodScore& score : report.scores.methods) {
    const analysis::MethodColumn& column = *score.column;
    const Json energy = at_or_null(column.energy_j, run);
    if (energy.is_null()) continue;
    answers.push_back({{"method", column.name},
                       {"energy_j", energy},
                       {"low_j", at_or_null(column.low_j, run)},
                       {"high_j", at_or_null(column.high_j, run)},
                       {"error", json_number(column.energy_j[run] / truth - 1.0)},
                       {"spent", json_number(column.spent[run])}});
  }
  if (run < comparison.tracks().size()) {
    for (const analysis::TrackPoint& point : comparison.tracks()[run]) {
      track.push_back({{"epochs", point.epochs},
                       {"spent", json_number(point.spent)},
                       {"energy_j", json_number(point.energy.value())},
                       {"low_j", json_number(point.low)},
                       {"high_j", json_number(point.high)}});
    }
  }
  return {{"run", comparison.names()[run]},
          {"group", comparison.group_names()[comparison.groups()[run]]},
          {"measured_j", json_number(truth)},
          {"duration_s", json_number(comparison.durations_s()[run])},
          {"answers", answers},
          {"projection", track}};
}

Json moment_json(const analysis::ProjectionMoment& moment) {
  constexpr double kNinety = 0.9;
  return {{"share", json_number(moment.share)},
          {"runs", moment.errors.size()},
          {"spent", json_number(analysis::quantile_of(moment.spent, 0.5))},
          {"median_ape", json_number(analysis::quantile_of(moment.errors, 0.5))},
          {"p90_ape", json_number(analysis::quantile_of(moment.errors, kNinety))},
          {"within", moment.with_interval == 0
                         ? Json(nullptr)
                         : json_number(static_cast<double>(moment.within) /
                                       static_cast<double>(moment.with_interval))}};
}

Json regression_json(const std::optional<RegressionReport>& regression) {
  if (!regression) return nullptr;
  return {{"baseline", regression->baseline},
          {"change", json_number(regression->change.change)},
          {"low", json_number(regression->change.low)},
          {"high", json_number(regression->change.high)},
          {"runs_before", regression->change.before},
          {"runs_now", regression->change.now},
          {"groups", regression->change.groups},
          {"allowed", json_number(regression->allowed)},
          {"failed", regression->failed()}};
}

// Null: it is not there or no number above 0.
const nlohmann::json* energy_of(const nlohmann::json& run) {
  const auto found = run.is_object() ? run.find("measured_j") : run.end();
  const bool usable = run.is_object() && found != run.end() && found->is_number() &&
                      found->get<double>() > 0.0 && std::isfinite(found->get<double>());
  return usable ? &*found : nullptr;
}

}  // namespace

Json compare_json(const CompareReport& report) {
  const analysis::Comparison& comparison = report.comparison;
  Json methods = Json::array(), moments = Json::array(), runs = Json::array();
  for (const auto& score : report.scores.methods) methods.push_back(method_json(score));
  for (const auto& moment : comparison.moments()) {
    if (!moment.errors.empty()) moments.push_back(moment_json(moment));
  }
  const std::size_t shown = std::min(kMostRuns, comparison.size());
  for (std::size_t i = 0; i < shown; ++i) runs.push_back(run_json(report, i));
  const analysis::Resampling& drawn = report.scores.resampling;
  return {{"schema", kSchema},
          {"compared", report.of_epochs ? "epoch" : "training"},
          {"groups", text_or_null(report.groups)},
          {"methods", methods},
          {"projection", moments},
          {"bootstrap",
           {{"of", drawn.set_ups ? "set-ups" : "runs"},
            {"units", drawn.units},
            {"draws", report.options.draws},
            {"seed", report.options.seed},
            {"coverage", json_number(report.options.coverage)}}},
          {"runs", runs},
          {"runs_left_out", comparison.size() - shown},
          {"regression", regression_json(report.regression)},
          {"notes", report.notes}};
}

Result<analysis::MeasuredGroups> measured_groups(const std::string& document,
                                                 const std::string& name) {
  constexpr int kDeepest = 16;
  const auto json = parse_bounded(document, kDeepest);
  if (!json || json->is_discarded()) return Error{name + ": it is not JSON"};
  const auto schema = json->is_object() ? json->find("schema") : json->end();
  const bool ours = json->is_object() && schema != json->end() && schema->is_string();
  if (!ours || schema->get<std::string>() != kSchema) {
    return Error{
        fmt::format("{}: its schema is {}, not {}: write one with 'joulecast compare "
                    "--json'",
                    name, ours ? quoted(schema->get<std::string>()) : "not said", kSchema)};
  }
  analysis::MeasuredGroups groups;
  const auto runs = json->find("runs");
  if (runs != json->end() && runs->is_array()) {
    for (const nlohmann::json& run : *runs) {
      const nlohmann::json* energy = energy_of(run);
      if (energy == nullptr) return Error{name + ": a run of it has no measured_j above 0"};
      const auto group = run.find("group");
      const bool named = group != run.end() && group->is_string();
      groups[named ? group->get<std::string>() : std::string()].push_back(energy->get<double>());
    }
  }
  if (groups.empty()) return Error{name + ": it has no runs to compare with"};
  return groups;
}

analysis::MeasuredGroups measured_groups(const analysis::Comparison& comparison) {
  analysis::MeasuredGroups groups;
  for (std::size_t i = 0; i < comparison.size(); ++i) {
    groups[comparison.group_names()[comparison.groups()[i]]].push_back(comparison.energies_j()[i]);
  }
  return groups;
}

}  // namespace joulecast::report
