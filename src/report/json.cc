#include "report/json.h"

#include <fmt/format.h>

#include "report/quantity_text.h"

namespace joulecast::report {

Json read_report_json(const readers::ReadReport& report, const std::vector<Device>& devices) {
  Json list = Json::array();
  for (const Device& device : devices) list.push_back(device_json(device));
  Json bad = Json::array();
  for (const readers::BadRow& row : report.first_bad_rows) {
    bad.push_back({{"line", row.line},
                   {"column", row.column > 0 ? Json(row.column) : Json(nullptr)},
                   {"why", row.why}});
  }
  return {{"format", report.format},
          {"rows", report.rows},
          {"samples", report.samples},
          {"bad_rows", report.bad_rows},
          {"first_bad_rows", bad},
          {"duplicates", report.duplicates},
          {"out_of_order", report.out_of_order},
          {"clock_jumps", report.clock_jumps},
          {"gaps", report.gaps},
          {"gap_s", report.gap_s},
          {"longest_gap_s", report.longest_gap_s},
          {"start_unix_s", json_number(report.start_unix_s)},
          {"devices", list},
          {"notes", report.notes}};
}

std::vector<std::string> read_report_lines(const readers::ReadReport& report) {
  std::vector<std::string> lines;
  const auto plural = [](std::uint64_t n) { return n == 1 ? "" : "s"; };
  if (report.bad_rows > 0) {
    std::string line =
        fmt::format("{} broken row{} not used", report.bad_rows, plural(report.bad_rows));
    if (!report.first_bad_rows.empty()) {
      const readers::BadRow& first = report.first_bad_rows.front();
      line += fmt::format(" (the first is line {}: {})", first.line, first.why);
    }
    lines.push_back(line);
  }
  if (report.duplicates > 0) {
    lines.push_back(
        fmt::format("{} repeated row{} dropped", report.duplicates, plural(report.duplicates)));
  }
  if (report.out_of_order > 0) {
    lines.push_back(fmt::format("{} row{} out of order dropped", report.out_of_order,
                                plural(report.out_of_order)));
  }
  if (report.clock_jumps > 0) {
    lines.push_back(fmt::format("the clock was set back {} time{}; times after it were shifted on",
                                report.clock_jumps, plural(report.clock_jumps)));
  }
  if (report.gaps > 0) {
    lines.push_back(
        fmt::format("{} gap{} in the samples, {} in all, the longest {}; power is "
                    "interpolated across",
                    report.gaps, plural(report.gaps), to_text(Seconds(report.gap_s)),
                    to_text(Seconds(report.longest_gap_s))));
  }
  lines.insert(lines.end(), report.notes.begin(), report.notes.end());
  return lines;
}

}  // namespace joulecast::report
