#include "report/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "base/text.h"
#include "report/wrapped.h"

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

// The ends of an interval from its middle, as a factor: one form for narrow and wide ones.
std::string interval_text(const std::optional<double>& log_half_width, const Terminal& terminal) {
  if (!log_half_width) return "-";
  return fmt::format("{}{:.2f}", terminal.unicode ? "\u00d7/\u00f7" : "x or /",
                     std::exp(*log_half_width));
}

// One unit for all rows of a target, so that they can be compared.
std::string rmse_text(const Validation& validation) {
  constexpr double kKilo = 1e3, kWhole = 100.0;
  const bool power = validation.target == pre::Target::kPower;
  const bool time = validation.target == pre::Target::kTime;
  const double value = validation.scores.rmse / (power || time ? 1.0 : kKilo);
  const char* unit = power ? "W" : time ? "s" : "kJ";
  return value < kWhole ? fmt::format("{:.3g} {}", value, unit)
                        : fmt::format("{:.0f} {}", value, unit);
}

// Bytes of UTF-8 that begin a character.
std::size_t shown_width(std::string_view text) {
  constexpr unsigned char kMask = 0xc0, kContinued = 0x80;
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & kMask) != kContinued;
  }));
}

using Line = std::vector<std::string>;

std::vector<std::size_t> widths_of(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], shown_width(line[i]));
    }
  }
  return widths;
}

constexpr std::size_t kGap = 2;

std::size_t width_of(const std::vector<Line>& lines) {
  const std::vector<std::size_t> widths = widths_of(lines);
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

// Takes columns away, in the order of their titles, until the lines fit; the titles of those taken.
std::vector<std::string> drop_columns(std::vector<Line>& lines,
                                      std::span<const std::string_view> titles, std::size_t width) {
  std::vector<std::string> dropped;
  for (const std::string_view title : titles) {
    if (width_of(lines) <= width) break;
    const Line& head = lines.front();
    const auto column = std::find(head.begin(), head.end(), title) - head.begin();
    if (column == std::distance(head.begin(), head.end())) continue;
    for (Line& line : lines) line.erase(line.begin() + column);
    dropped.emplace_back(title);
  }
  return dropped;
}

// Cuts a column's texts so that the lines fit, but never to less than can be told apart.
void shorten_column(std::vector<Line>& lines, std::size_t column, std::size_t width) {
  constexpr std::size_t kLeast = 12;
  constexpr std::string_view kCut = "...";
  const std::size_t whole = width_of(lines), own = widths_of(lines)[column];
  if (whole <= width) return;
  const std::size_t room = std::max(kLeast, own - std::min(own, whole - width));
  for (Line& line : lines) {
    std::string& text = line[column];
    if (shown_width(text) <= room) continue;
    while (shown_width(text) > room - kCut.size()) text.pop_back();
    text += kCut;
  }
}

// Columns aligned: the first `left` to the left, the others to the right.
std::string aligned(const std::vector<Line>& lines, std::size_t left, const Terminal& terminal) {
  const std::vector<std::size_t> widths = widths_of(lines);
  std::string text;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string& cell = lines[row][i];
      const std::string blanks(widths[i] - shown_width(cell), ' ');
      line += (i == 0 ? "" : std::string(kGap, ' ')) + (i < left ? cell + blanks : blanks + cell);
    }
    text += (row == 0 ? terminal.dim(line) : line) + "\n";
  }
  return text;
}

bool has_dash(const std::vector<Line>& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const Line& line) {
    return std::find(line.begin(), line.end(), "-") != line.end();
  });
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
                     interval_text(scores.interval, terminal)});
  }
  const bool intervals = std::any_of(validations.begin(), validations.end(),
                                     [](const Validation& one) { return one.scores.coverage; });
  constexpr std::size_t kIntervalColumns = 2, kTextColumns = 3;
  if (!intervals) {
    for (Line& line : lines) line.resize(line.size() - kIntervalColumns);
  }
  constexpr std::array<std::string_view, 5> kLeastNeeded = {"fits", "R2", "rows", "RMSE", "median"};
  const bool dash = has_dash(lines);
  const auto dropped = drop_columns(lines, kLeastNeeded, terminal.width);
  constexpr std::size_t kHeldOut = 1;
  shorten_column(lines, kHeldOut, terminal.width);
  std::string text = aligned(lines, kTextColumns, terminal);
  if (dash) {
    text +=
        wrapped("-:",
                "cannot be said: R2 where all truths are equal, covers and interval where no fit "
                "gave one",
                terminal.width);
  }
  if (!dropped.empty()) {
    text +=
        wrapped("Left out:",
                fmt::format("{}; a wider terminal or --json has them", fmt::join(dropped, ", ")),
                terminal.width);
  }
  return text;
}

std::string groups_table(const pre::Scores& scores, const Terminal& terminal) {
  std::vector<Line> lines = {{"group, the worst first", "rows", "MAPE", "median", "bias"}};
  for (const pre::GroupScore& group : scores.per_group) {
    lines.push_back({printable(group.group), std::to_string(group.n), percent(group.mape),
                     percent(group.median_ape),
                     group.bias ? fmt::format("{:+.1f} %", 100.0 * std::expm1(*group.bias)) : "-"});
  }
  const bool dash = has_dash(lines);
  shorten_column(lines, 0, terminal.width);
  std::string text = aligned(lines, 1, terminal);
  if (dash) {
    text += wrapped("-:", "no bias can be said: an estimate is not above 0", terminal.width);
  }
  return text;
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
  for (const std::string& note : notes)
    text += wrapped("Note:", printable(note) + ".", terminal.width);
  const auto grouped = [](const Validation& one) { return one.protocol != "none"; };
  if (std::none_of(validations.begin(), validations.end(), grouped)) {
    text += terminal.dim(
        "Random folds put one configuration on both sides: for set-ups never run, "
        "see\n--groups.\n");
  }
  return text;
}

}  // namespace joulecast::report
