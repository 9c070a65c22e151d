#include "report/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

constexpr std::array<std::string_view, 4> kTargetNames = {"power", "epoch-energy",
                                                          "stable-epoch-energy", "time"};

Json or_null(const std::optional<double>& value) {
  return value ? json_number(*value) : Json(nullptr);
}

Json one_json(const Validation& validation) {
  const pre::Scores& scores = validation.scores;
  Json groups = Json::array();
  for (const pre::GroupScore& group : scores.per_group) {
    groups.push_back({{"group", group.group},
                      {"n", group.n},
                      {"mape", json_number(group.mape)},
                      {"median_ape", json_number(group.median_ape)},
                      {"bias", or_null(group.bias)}});
  }
  return {{"schema", "joulecast.validate/1"},
          {"target", target_name(validation.target)},
          {"groups", validation.protocol},
          {"estimator", scores.estimator},
          {"n", scores.n},
          {"folds", scores.folds},
          {"probes", validation.probes},
          {"probe_rule", validation.probes > 0 ? Json(validation.probe_rule) : Json(nullptr)},
          {"seed", validation.seed},
          {"mape", json_number(scores.mape)},
          {"median_ape", json_number(scores.median_ape)},
          {"rmse", json_number(scores.rmse)},
          {"r2", or_null(scores.r2)},
          {"coverage", or_null(scores.coverage)},
          {"interval", or_null(scores.interval)},
          {"per_group", groups},
          {"notes", scores.notes}};
}

std::string percent(double share) {
  const double value = 100.0 * share;
  constexpr double kCoarse = 100.0;
  return fmt::format("{:.{}f} %", value, std::abs(value) < kCoarse ? 2 : 0);
}

std::string percent(const std::optional<double>& share) { return share ? percent(*share) : "-"; }

// How far the interval's ends are from its middle: a share, or a factor where that is large.
std::string interval_text(const std::optional<double>& log_half_width) {
  if (!log_half_width) return "-";
  const double factor = std::exp(*log_half_width);
  constexpr double kLarge = 2.0;
  return factor < kLarge ? percent(factor - 1.0) : fmt::format("{:.3g} times", factor);
}

std::string rmse_text(const Validation& validation) {
  const double rmse = validation.scores.rmse;
  if (validation.target == pre::Target::kPower) return to_text(Watts(rmse));
  if (validation.target == pre::Target::kTime) return to_text(Seconds(rmse));
  return to_text(Joules(rmse));
}

// Bytes of UTF-8 that begin a character.
std::size_t shown_width(std::string_view text) {
  constexpr unsigned char kMask = 0xc0, kContinued = 0x80;
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & kMask) != kContinued;
  }));
}

using Line = std::vector<std::string>;

// Columns aligned: the first `left` to the left, the others to the right.
std::string aligned(const std::vector<Line>& lines, std::size_t left, const Terminal& terminal) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], shown_width(line[i]));
    }
  }
  std::string text;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string& cell = lines[row][i];
      const std::string blanks(widths[i] - shown_width(cell), ' ');
      line += (i == 0 ? "" : "  ") + (i < left ? cell + blanks : blanks + cell);
    }
    text += (row == 0 ? terminal.dim(line) : line) + "\n";
  }
  return text;
}

std::string held_out(const Validation& validation) {
  std::string text = validation.protocol;
  if (text == "none") text = "nothing (random folds)";
  if (validation.probes > 0) {
    text += fmt::format(", {} {} probe{}", validation.probes, validation.probe_rule,
                        validation.probes > 1 ? "s" : "");
  }
  return printable(text);
}

std::string scores_table(std::span<const Validation> validations, const Terminal& terminal) {
  std::vector<Line> lines = {{"target", "held out", "estimator", "rows", "fits", "MAPE", "median",
                              "RMSE", "R2", "90 % covers", "interval"}};
  for (const Validation& validation : validations) {
    const pre::Scores& scores = validation.scores;
    lines.push_back({std::string(target_name(validation.target)), held_out(validation),
                     scores.estimator, std::to_string(scores.n), std::to_string(scores.folds),
                     percent(scores.mape), percent(scores.median_ape), rmse_text(validation),
                     scores.r2 ? fmt::format("{:.3f}", *scores.r2) : "-", percent(scores.coverage),
                     interval_text(scores.interval)});
  }
  const bool intervals = std::any_of(validations.begin(), validations.end(),
                                     [](const Validation& one) { return one.scores.coverage; });
  constexpr std::size_t kIntervalColumns = 2, kTextColumns = 3;
  if (!intervals) {
    for (Line& line : lines) line.resize(line.size() - kIntervalColumns);
  }
  return aligned(lines, kTextColumns, terminal);
}

std::string groups_table(const pre::Scores& scores, const Terminal& terminal) {
  std::vector<Line> lines = {{"group, the worst first", "rows", "MAPE", "median", "bias"}};
  for (const pre::GroupScore& group : scores.per_group) {
    lines.push_back({printable(group.group), std::to_string(group.n), percent(group.mape),
                     percent(group.median_ape),
                     group.bias ? fmt::format("{:+.1f} %", 100.0 * std::expm1(*group.bias)) : "-"});
  }
  return aligned(lines, 1, terminal);
}

}  // namespace

std::string_view target_name(pre::Target target) {
  return kTargetNames[static_cast<std::size_t>(target)];
}

Json validations_json(std::span<const Validation> validations) {
  if (validations.size() == 1) return one_json(validations.front());
  Json all = Json::array();
  for (const Validation& validation : validations) all.push_back(one_json(validation));
  return {{"schema", "joulecast.validations/1"}, {"validations", all}};
}

std::string validations_text(std::span<const Validation> validations, const Terminal& terminal) {
  std::string text = scores_table(validations, terminal);
  if (validations.size() == 1) {
    text += "\n" + groups_table(validations.front().scores, terminal);
  }
  std::set<std::string> notes;
  for (const Validation& validation : validations) {
    notes.insert(validation.scores.notes.begin(), validation.scores.notes.end());
  }
  for (const std::string& note : notes) text += fmt::format("Note: {}.\n", printable(note));
  const auto grouped = [](const Validation& one) { return one.protocol != "none"; };
  if (std::none_of(validations.begin(), validations.end(), grouped)) {
    text += terminal.dim(
        "Random folds put one configuration on both sides: for set-ups never run, see --groups.\n");
  }
  return text;
}

}  // namespace joulecast::report
