#include "print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "table.h"

namespace joulecast::accuracy {
namespace {

std::string print_table(const Row& header, const std::vector<Row>& rows, bool markdown) {
  return markdown ? as_markdown(header, rows) : as_text(header, rows);
}

std::string percents(const Covering& covering) {
  return fmt::format("{:.0f}/{:.0f}/{:.0f}", covering.percent[0], covering.percent[1],
                     covering.percent[2]);
}

Row row_of(const std::string& moment, const MethodScore& method) {
  const auto two = [](double value) { return fmt::format("{:.2f}", value); };
  Row row = {moment,
             method.method,
             fmt::format("{}", method.errors.runs),
             two(method.errors.median),
             two(method.errors.p90),
             two(method.errors.max),
             "",
             "",
             fmt::format("{:.1f}", method.spent_percent),
             ""};
  if (method.covering) {
    row[6] = percents(*method.covering);
    row[7] = fmt::format("{:.1f}", method.covering->width_percent);
  }
  if (method.less_plain) {
    row[9] = fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", method.less_plain->mean,
                         method.less_plain->low, method.less_plain->high);
  }
  return row;
}

}  // namespace

std::string print_score(const SetScore& score, bool markdown) {
  const Row header = {"seen", "method",   "runs",      "median",  "p90",
                      "max",  "50/90/99", "width90 %", "spent %", "ours - best plain"};
  std::vector<Row> rows;
  for (const MomentScore& moment : score.moments) {
    for (const MethodScore& method : moment.methods) {
      rows.push_back(
          row_of(method.method == moment.methods.front().method ? moment.moment : "", method));
    }
  }
  std::string text =
      fmt::format("{}{} ({} runs): error of the total, %\n{}", markdown ? "### " : "", score.name,
                  score.runs, markdown ? "\n" : "");
  text += print_table(header, rows, markdown);
  if (markdown) text += "\n";
  for (const PooledScore& pooled : score.pooled) {
    text += fmt::format(
        "pooled over all epochs seen from {} on: {} answers, 50/90/99 % intervals cover {} %, the "
        "90 % one is {:.2f} % wide{}\n",
        pooled.from, pooled.covering.answers, percents(pooled.covering),
        pooled.covering.width_percent, markdown ? "  " : "");
  }
  return text + "\n";
}

std::string print_alarms(const std::vector<AlarmScore>& scores, bool markdown) {
  const Row header = {"changes of phase",      "runs", "found +1", "+2", "+3..5", "not", "by +2, %",
                      "runs with false alarms"};
  std::vector<Row> rows;
  std::vector<std::string> names;
  for (const AlarmScore& score : scores) {
    Row row = {score.name, fmt::format("{}", score.runs), "", "", "", "", ""};
    if (!score.delays.empty()) {
      std::size_t late = 0;
      for (std::size_t delay = 3; delay < score.delays.size(); ++delay) late += score.delays[delay];
      row[2] = fmt::format("{}", score.delays[1]);
      row[3] = fmt::format("{}", score.delays[2]);
      row[4] = fmt::format("{}", late);
      row[5] = fmt::format("{}", score.delays[0]);
      row[6] = fmt::format("{:.1f}", found_within_percent(score, 2));
    }
    row.push_back(fmt::format("{}", score.false_alarms));
    rows.push_back(std::move(row));
    if (!score.missed.empty()) {
      names.push_back(fmt::format("{}: missed {}", score.name, fmt::join(score.missed, ", ")));
    }
    if (!score.alarmed.empty()) {
      names.push_back(
          fmt::format("{}: false alarm in {}", score.name, fmt::join(score.alarmed, ", ")));
    }
  }
  std::string text = print_table(header, rows, markdown);
  if (markdown && !names.empty()) text += "\n";
  for (const std::string& name : names) text += name + (markdown ? "  \n" : "\n");
  return text;
}

}  // namespace joulecast::accuracy
