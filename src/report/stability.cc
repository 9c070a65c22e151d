#include "report/stability.h"

#include <fmt/format.h>

#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

// The epoch under way at a time; none before the first mark, after the last, or without marks.
std::optional<std::int64_t> epoch_at(const Run& run, double time_s) {
  for (const Epoch& epoch : run.epochs) {
    if (epoch.start_s <= time_s && time_s < epoch.end_s) return epoch.number;
  }
  return std::nullopt;
}

}  // namespace

Json stability_json(const StabilityReport& report) {
  std::vector<Device> devices;
  for (const Trace& trace : report.run.traces) devices.push_back(trace.device);
  Json regimes = Json::array();
  for (const auto& regime : report.regimes) {
    regimes.push_back({{"index", regime.index}, {"time_s", regime.time_s}, {"cac", regime.cac}});
  }
  Json stable_from = nullptr;
  if (!report.regimes.empty()) {
    const double time_s = report.regimes.front().time_s;
    const auto epoch = epoch_at(report.run, time_s);
    stable_from = {{"epoch", epoch ? Json(*epoch) : Json(nullptr)}, {"time_s", time_s}};
  }
  return {{"schema", "joulecast.stability/1"},
          {"run", read_report_json(report.read, devices)},
          {"method", report.method},
          {"device", report.run.traces[report.device].device.id},
          {"regimes", regimes},
          {"stable_from", stable_from}};
}

std::string stability_text(const StabilityReport& report, const Terminal& terminal) {
  const Trace& trace = report.run.traces[report.device];
  std::string text =
      fmt::format("{}  {} samples of {}\n", terminal.bold(report.name), trace.time_s.size(),
                  trace.device.name.empty() ? trace.device.id : trace.device.name);
  for (const std::string& line : read_report_lines(report.read))
    text += fmt::format("Note: {}.\n", line);
  for (const auto& regime : report.regimes) {
    const auto epoch = epoch_at(report.run, regime.time_s);
    text += fmt::format("Regime from sample {} at {}{}, corrected arc curve {:.3f}\n", regime.index,
                        to_text(Seconds(regime.time_s)),
                        epoch ? fmt::format(" (epoch {})", *epoch) : "", regime.cac);
  }
  if (report.regimes.empty()) return text + "One regime only: no change was looked for.\n";
  const auto epoch = epoch_at(report.run, report.regimes.front().time_s);
  text += fmt::format("Stable from {}{}, by {}.\n", to_text(Seconds(report.regimes.front().time_s)),
                      epoch ? fmt::format(", epoch {}", *epoch) : "", report.method);
  text += terminal.dim(
      "FLUSS always answers with a change point, and never within its exclusion zone at either "
      "end.\n");
  return text;
}

}  // namespace joulecast::report
