#include "report/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/text.h"
#include "report/quantity_text.h"
#include "report/wrapped.h"

namespace joulecast::report {
namespace {

constexpr double kTenth = 0.1, kHalf = 0.5;

template <typename Q>
std::optional<double> error_of(const std::optional<Estimate<Q>>& expected,
                               const std::optional<Q>& outcome) {
  if (!expected || !outcome || !(outcome->value() > 0.0)) return std::nullopt;
  return expected->value / *outcome - 1.0;
}

const Expected* projection_at(const HistoryRow& row, double fraction) {
  const auto found = std::find_if(
      row.projections.begin(), row.projections.end(),
      [fraction](const Expected& one) { return std::abs(one.fraction - fraction) < kTenth / 2.0; });
  return found == row.projections.end() ? nullptr : &*found;
}

const Expected* estimate_of_row(const HistoryRow& row) {
  return row.estimate ? &*row.estimate : nullptr;
}

/// One of the three moments, over all runs that have it and their outcome.
struct Score {
  std::size_t runs = 0;
  double median_error = 0.0;
  std::size_t within = 0, with_interval = 0;
};

using Choose = std::function<const Expected*(const HistoryRow&)>;

Score score_of(const History& history, const Choose& choose) {
  std::vector<double> errors;
  Score score;
  for (const HistoryRow& row : history.rows) {
    const Expected* one = choose(row);
    const auto error = one == nullptr ? std::nullopt : one->energy_error();
    if (!error) continue;
    errors.push_back(std::abs(*error));
    if (const auto within = one->within()) {
      ++score.with_interval;
      if (*within) ++score.within;
    }
  }
  score.runs = errors.size();
  if (errors.empty()) return score;
  std::sort(errors.begin(), errors.end());
  const std::size_t middle = errors.size() / 2;
  score.median_error =
      errors.size() % 2 == 1 ? errors[middle] : 0.5 * (errors[middle - 1] + errors[middle]);
  return score;
}

template <typename Q>
void put(Json& json, const std::string& name, const std::string& unit,
         const std::optional<Estimate<Q>>& estimate) {
  json[name + "_" + unit] = estimate ? Json(estimate->value.value()) : Json(nullptr);
  json[name + "_low_" + unit] = estimate ? json_number(estimate->low) : Json(nullptr);
  json[name + "_high_" + unit] = estimate ? json_number(estimate->high) : Json(nullptr);
}

Json expected_json(const Expected& one) {
  Json json = {{"fraction", one.fraction},
               {"outcome_j", json_number(one.energy_outcome)},
               {"outcome_s", json_number(one.duration_outcome)},
               {"energy_error", json_number(one.energy_error())},
               {"duration_error", json_number(one.duration_error())}};
  put(json, "energy", "j", one.energy);
  put(json, "duration", "s", one.duration);
  const auto within = one.within();
  json["within"] = within ? Json(*within) : Json(nullptr);
  return json;
}

Json row_json(const HistoryRow& row) {
  Json projections = Json::array();
  for (const Expected& one : row.projections) projections.push_back(expected_json(one));
  return {{"id", row.id},
          {"started", row.started},
          {"state", row.state},
          {"what", row.what},
          {"epochs", row.epochs},
          {"estimate", row.estimate ? expected_json(*row.estimate) : Json(nullptr)},
          {"projections", std::move(projections)},
          {"energy_j", json_number(row.energy)},
          {"duration_s", json_number(row.duration)}};
}

Json score_json(const Score& score) {
  return {{"runs", score.runs},
          {"median_error", score.runs > 0 ? Json(score.median_error) : Json(nullptr)},
          {"with_interval", score.with_interval},
          {"within", score.within}};
}

// "812.3 J +12.3 %", and "!" where the outcome lies outside the interval.
std::string cell(const Expected* one) {
  if (one == nullptr || !one->energy) return "-";
  std::string text = to_text(one->energy->value);
  if (const auto error = one->energy_error()) text += fmt::format(" {:+.1f} %", 100.0 * *error);
  if (!one->within().value_or(true)) text += " !";
  return text;
}

std::string score_text(const Score& score) {
  if (score.runs == 0) return {};
  std::string text = fmt::format("{} run{}, median error {:.1f} %", score.runs,
                                 score.runs == 1 ? "" : "s", 100.0 * score.median_error);
  if (score.with_interval > 0) {
    text += fmt::format(", {} of {} within the interval", score.within, score.with_interval);
  }
  return text;
}

std::string table(const History& history, const Terminal& terminal) {
  constexpr std::size_t kCell = 20, kMostWhat = 40;
  std::size_t id = 3, what = 4;
  for (const HistoryRow& row : history.rows) {
    id = std::max(id, row.id.size());
    what = std::max(what, std::min(kMostWhat, row.what.size()));
  }
  std::string text =
      terminal.bold(fmt::format("{:<{}}  {:<{}}  {:<{}}{:<{}}{:<{}}{}", "run", id, "what", what,
                                "estimate", kCell, "at 10 %", kCell, "at 50 %", kCell, "took")) +
      "\n";
  for (const HistoryRow& row : history.rows) {
    const std::string took =
        row.energy ? to_text(*row.energy) + (row.duration ? " in " + to_text(*row.duration) : "")
                   : row.state;
    text += fmt::format("{:<{}}  {:<{}.{}}  {:<{}}{:<{}}{:<{}}{}\n", printable(row.id), id,
                        printable(row.what), what, what, cell(estimate_of_row(row)), kCell,
                        cell(projection_at(row, kTenth)), kCell, cell(projection_at(row, kHalf)),
                        kCell, took);
  }
  return text;
}

}  // namespace

std::optional<double> Expected::energy_error() const { return error_of(energy, energy_outcome); }

std::optional<double> Expected::duration_error() const {
  return error_of(duration, duration_outcome);
}

std::optional<bool> Expected::within() const {
  if (!energy || !energy->low || !energy->high || !energy_outcome) return std::nullopt;
  return *energy->low <= *energy_outcome && *energy_outcome <= *energy->high;
}

Json history_json(const History& history) {
  Json runs = Json::array();
  for (const HistoryRow& row : history.rows) runs.push_back(row_json(row));
  const auto at = [](double fraction) {
    return [fraction](const HistoryRow& row) { return projection_at(row, fraction); };
  };
  return {{"schema", "joulecast.history/1"},
          {"store", history.store},
          {"runs", std::move(runs)},
          {"estimates", score_json(score_of(history, estimate_of_row))},
          {"projections_at_tenth", score_json(score_of(history, at(kTenth)))},
          {"projections_at_half", score_json(score_of(history, at(kHalf)))}};
}

std::string history_text(const History& history, const Terminal& terminal) {
  if (history.rows.empty()) {
    return fmt::format("No run in {} was estimated or projected.\n", printable(history.store)) +
           wrapped("", "joulecast run --set-up plan.toml -- COMMAND records what is expected of it",
                   terminal.width);
  }
  std::string text = table(history, terminal) + "\n";
  const auto line = [&](const char* what, const Choose& choose) {
    const std::string score = score_text(score_of(history, choose));
    if (!score.empty()) text += wrapped(what, score, terminal.width);
  };
  line("estimate", estimate_of_row);
  line("at 10 %", [](const HistoryRow& row) { return projection_at(row, kTenth); });
  line("at 50 %", [](const HistoryRow& row) { return projection_at(row, kHalf); });
  text += wrapped("held to",
                  "estimates: the epochs alone, of the GPUs (without any: the CPU) and the memory; "
                  "projections: the whole run; ! the outcome lies outside the interval",
                  terminal.width);
  return text;
}

}  // namespace joulecast::report
