#include "report/stability.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string place(const StabilityReport::Regime& regime) {
  std::string text = to_text(Seconds(regime.time_s));
  if (regime.epoch) text += fmt::format(" (epoch {})", *regime.epoch);
  return text;
}

}  // namespace

Json stability_json(const StabilityReport& report) {
  Json regimes = Json::array();
  for (const auto& regime : report.regimes) {
    regimes.push_back({{"index", or_null(regime.index)},
                       {"time_s", regime.time_s},
                       {"cac", or_null(regime.cac)},
                       {"epoch", or_null(regime.epoch)}});
  }
  Json stable_from = nullptr;
  if (report.stable_from) {
    stable_from = {{"epoch", or_null(report.stable_from->epoch)},
                   {"time_s", report.stable_from->time_s}};
  }
  return {{"schema", "joulecast.stability/1"},
          {"run", read_report_json(report.read, report.devices)},
          {"method", report.method},
          {"device", or_null(report.device)},
          {"regimes", regimes},
          {"stable_from", stable_from},
          {"stable", or_null(report.stable)},
          {"phase", or_null(report.phase)},
          {"confidence", or_null(report.confidence)}};
}

std::string stability_text(const StabilityReport& report, const Terminal& terminal) {
  std::string text =
      fmt::format("{}  by {}{}\n", terminal.bold(printable(report.name)), report.method,
                  report.device ? fmt::format(", power of {}", *report.device) : "");
  for (const std::string& line : read_report_lines(report.read))
    text += fmt::format("Note: {}.\n", line);
  for (const auto& regime : report.regimes) {
    text += fmt::format("A change at {}", place(regime));
    if (regime.index && regime.cac) {
      text += fmt::format(", sample {}, corrected arc curve {:.3f}", *regime.index, *regime.cac);
    }
    text += '\n';
  }
  if (!report.stable_from) {
    return text + (report.method == "fluss" ? "No change found.\n" : "Not stable yet.\n");
  }
  text += fmt::format("Stable from {}", place(*report.stable_from));
  if (report.phase) text += fmt::format(", in phase {}", *report.phase);
  if (report.confidence) text += fmt::format("; sure to {:.0f} %", 100.0 * *report.confidence);
  text += ".\n";
  if (report.method == "fluss") {
    text += terminal.dim(
        "FLUSS always answers with a change, and never within its exclusion zone at either end.\n");
  }
  return text;
}

}  // namespace joulecast::report
