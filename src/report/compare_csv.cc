#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "report/compare.h"

namespace joulecast::report {
namespace {

// RFC 4180: quoted, where it must be.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"') safe += '"';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe + '"';
}

// Empty: not known.
std::string number(const std::vector<double>& values, std::size_t place) {
  return place < values.size() && !std::isnan(values[place]) ? fmt::format("{}", values[place])
                                                             : std::string();
}

}  // namespace

void write_compare_csv(const CompareReport& report, std::ostream& out) {
  const analysis::Comparison& comparison = report.comparison;
  out << "run,group,measured_j,duration_s,method,answer_j,low_j,high_j,error,spent,told\n";
  for (std::size_t i = 0; i < comparison.size(); ++i) {
    const double truth = comparison.energies_j()[i];
    const std::string run = fmt::format("{},{},{},{},", cell(comparison.names()[i]),
                                        cell(comparison.group_names()[comparison.groups()[i]]),
                                        truth, comparison.durations_s()[i]);
    for (const analysis::MethodScore& score : report.scores.methods) {
      const analysis::MethodColumn& column = *score.column;
      const std::string answer = number(column.energy_j, i);
      if (answer.empty()) continue;
      out << run
          << fmt::format("{},{},{},{},{},{},{}\n", column.name, answer, number(column.low_j, i),
                         number(column.high_j, i), column.energy_j[i] / truth - 1.0,
                         column.spent[i], cell(column.told));
    }
  }
}

}  // namespace joulecast::report
