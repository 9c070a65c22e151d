#include "report/projection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "report/plot.h"
#include "report/quantity_text.h"
#include "store/json_forms.h"

namespace joulecast::report {
namespace {

using store::forecast_json;
using store::origins_json;

struct Measured {
  Joules energy;
  Seconds duration;
  std::vector<Origin> origins;
};

// The sums over all epochs: what the projections are projections of.
Measured measured(const EpochRun& run) {
  Measured sums;
  for (const Epoch& epoch : run.epochs) {
    if (epoch.energy) sums.energy += *epoch.energy;
    if (std::find(sums.origins.begin(), sums.origins.end(), epoch.energy_origin) ==
        sums.origins.end()) {
      sums.origins.push_back(epoch.energy_origin);
    }
  }
  for (const Epoch& epoch : run.epochs) sums.duration += epoch.duration();
  return sums;
}

// Pads to a width in columns; every character of ours is one column wide.
std::string padded(const std::string& text, std::size_t width) {
  const auto columns = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return columns < width ? text + std::string(width - columns, ' ') : text;
}

// A phase's name as far as its column goes.
std::string short_phase(const std::string& phase) {
  constexpr std::size_t kLongest = 10;
  const std::string shown = printable(phase);
  std::size_t end = 0, columns = 0;
  while (end < shown.size() && (columns < kLongest || (shown[end] & 0xC0) == 0x80)) {
    if ((shown[end] & 0xC0) != 0x80) ++columns;
    ++end;
  }
  return shown.substr(0, end);
}

// Few enough rows to read: the first answers, then about every tenth of the run, and the last.
std::vector<std::size_t> rows_to_show(const std::vector<Forecast>& forecasts) {
  constexpr std::size_t kRows = 12;
  std::vector<std::size_t> rows;
  const std::size_t n = forecasts.size();
  const std::size_t stride = std::max<std::size_t>(1, (n + kRows - 1) / kRows);
  std::size_t first_answer = n;
  for (std::size_t i = 0; i < n; ++i) {
    if (first_answer == n && forecasts[i].energy) first_answer = i;
    const bool new_phase = i > 0 && forecasts[i].phase != forecasts[i - 1].phase;
    if (i == 0 || i == first_answer || new_phase || (i + 1) % stride == 0 || i + 1 == n)
      rows.push_back(i);
  }
  return rows;
}

std::string table(const ProjectionReport& report, const Terminal& terminal) {
  const bool phases = std::any_of(report.forecasts.begin(), report.forecasts.end(),
                                  [](const Forecast& f) { return !f.phase.empty(); });
  constexpr std::size_t kEpoch = 7, kPhase = 11, kTaken = 10, kTotal = 27;
  std::string text = padded("epoch", kEpoch) + (phases ? padded("phase", kPhase) : "") +
                     padded("took", kTaken) + padded("projected total", kTotal) +
                     padded("duration", 13) + "mean power";
  text = terminal.bold(text) + "\n";
  for (const std::size_t i : rows_to_show(report.forecasts)) {
    const Forecast& forecast = report.forecasts[i];
    const Epoch& epoch = report.run.epochs[i];
    const std::string dash = terminal.unicode ? "–" : "-";
    text += padded(fmt::format("{:>4}", i + 1), kEpoch) +
            (phases ? padded(short_phase(forecast.phase), kPhase) : "") +
            padded(epoch.energy ? to_text(*epoch.energy) : dash, kTaken) +
            padded(estimate_text(forecast.energy, terminal), kTotal) +
            padded(forecast.duration ? to_text(forecast.duration->value) : dash, 13) +
            (forecast.power ? to_text(forecast.power->value) : dash) + "\n";
  }
  return text;
}

Plot power_plot(const ProjectionReport& report) {
  Plot plot;
  plot.title = "Power";
  double highest = 0.0;
  for (const auto& point : report.power) highest = std::max(highest, point.power_w);
  const AxisUnit watts = axis_unit(Watts(highest));
  const double start_s = std::min(report.power.front().time_s, report.run.epochs.front().start_s);
  const double end_s = std::max(report.power.back().time_s, report.run.epochs.back().end_s);
  const AxisUnit time = axis_unit(Seconds(end_s - start_s));
  PlotLine line;
  for (const auto& point : report.power) {
    line.points.push_back(
        {.x = (point.time_s - start_s) / time.factor, .y = point.power_w / watts.factor});
  }
  plot.lines.push_back(line);
  for (const Epoch& epoch : report.run.epochs) {
    plot.x_marks.push_back((epoch.start_s - start_s) / time.factor);
  }
  plot.x_marks.push_back((report.run.epochs.back().end_s - start_s) / time.factor);
  plot.y_label = watts.unit;
  plot.x_label = fmt::format("time, {} (a tick where an epoch begins)", time.unit);
  plot.x_max = (end_s - start_s) / time.factor;
  plot.y_max = round_range(0.0, std::max(highest / watts.factor, 1e-9)).high;
  return plot;
}

// None where the method never answered.
std::optional<Plot> cone_plot(const ProjectionReport& report) {
  double low = std::numeric_limits<double>::infinity(), high = 0.0;
  const auto include = [&](double j) {
    low = std::min(low, j);
    high = std::max(high, j);
  };
  for (const Forecast& forecast : report.forecasts) {
    if (!forecast.energy) continue;
    include(forecast.energy->value.value());
    if (forecast.energy->low) include(forecast.energy->low->value());
    if (forecast.energy->high) include(forecast.energy->high->value());
  }
  if (!(low <= high)) return std::nullopt;
  const Joules outcome = measured(report.run).energy;
  if (report.complete) include(outcome.value());
  const AxisUnit unit = axis_unit(Joules(high));

  Plot plot;
  plot.title = "Projected total";
  plot.band = PlotBand{};
  PlotLine line{.points = {}, .colour = "33"};
  // The axis begins at epoch 1, also where the answer comes later: one sees how late.
  for (const Forecast& forecast : report.forecasts) {
    if (!forecast.energy) continue;
    const Estimate<Joules>& energy = *forecast.energy;
    const auto epoch = static_cast<double>(forecast.epochs_seen);
    line.points.push_back({.x = epoch, .y = energy.value.value() / unit.factor});
    if (!energy.low || !energy.high) continue;
    plot.band->points.push_back({.x = epoch,
                                 .low = energy.low->value() / unit.factor,
                                 .high = energy.high->value() / unit.factor});
  }
  plot.lines.push_back(line);
  const double pad = std::max(0.05 * (high - low), 0.01 * high);
  const AxisRange range =
      round_range(std::max(0.0, low - pad) / unit.factor, (high + pad) / unit.factor);
  plot.y_min = range.low;
  plot.y_max = range.high;
  plot.x_min = 1.0;
  plot.x_max = std::max(2.0, static_cast<double>(report.forecasts.size()));
  plot.y_label = unit.unit;
  plot.x_label = "epochs seen";
  if (report.complete) plot.level = outcome.value() / unit.factor;
  if (!plot.band->points.empty()) {
    plot.legend =
        fmt::format("shaded: {:.0f} % interval", 100.0 * report.forecasts.front().coverage);
  }
  if (report.complete)
    plot.legend += fmt::format("{}dashed: what it took", plot.legend.empty() ? "" : ", ");
  return plot;
}

// "After 15 epochs: 2.238 kJ (2.086 - 2.391), -2.13 %"
std::string answer_line(const Forecast& forecast, const ProjectionReport& report,
                        const Terminal& terminal) {
  std::string text =
      fmt::format("After {} epoch{}: {}", forecast.epochs_seen,
                  forecast.epochs_seen == 1 ? "" : "s", estimate_text(forecast.energy, terminal));
  if (report.complete) {
    text += fmt::format(", {:+.2f} %",
                        100.0 * (forecast.energy->value / measured(report.run).energy - 1.0));
  }
  return text + "\n";
}

// The words a reader should keep: what it took, what was projected, and how far off that was.
std::string conclusion(const ProjectionReport& report, const Terminal& terminal) {
  const Measured sums = measured(report.run);
  const auto& forecasts = report.forecasts;
  const auto first = std::find_if(forecasts.begin(), forecasts.end(),
                                  [](const Forecast& f) { return f.energy.has_value(); });
  std::string text =
      report.complete
          ? fmt::format("It took {} in {}.\n", to_text(sums.energy), to_text(sums.duration))
          : fmt::format("So far {} epochs took {} in {}.\n", forecasts.size(), to_text(sums.energy),
                        to_text(sums.duration));
  if (first == forecasts.end()) {
    return text + fmt::format("{} cannot answer yet; its first answer needs more epochs.\n",
                              forecasts.back().method);
  }
  text += fmt::format("Projected by {}:\n", first->method);
  text += "  " + answer_line(*first, report, terminal);
  const Forecast& half = forecasts[(forecasts.size() - 1) / 2];
  if (half.epochs_seen > first->epochs_seen) text += "  " + answer_line(half, report, terminal);
  if (!report.complete && forecasts.size() > 1)
    text += "  " + answer_line(forecasts.back(), report, terminal);
  if (!report.complete && !forecasts.back().notes.empty()) {
    text += fmt::format("Mind: {}.\n", fmt::join(forecasts.back().notes, "; "));
  }
  if (!first->told.empty()) {
    text += fmt::format("It was told: {}.\n", fmt::join(first->told, "; "));
  }
  return text;
}

}  // namespace

std::vector<Plot> projection_plots(const ProjectionReport& report) {
  std::vector<Plot> plots;
  if (!report.power.empty()) plots.push_back(power_plot(report));
  if (auto cone = cone_plot(report)) plots.push_back(std::move(*cone));
  return plots;
}

Json projection_json(const ProjectionReport& report) {
  const Measured sums = measured(report.run);
  std::vector<Device> devices;
  Json device_energies = Json::array();
  for (const EpochRun::DeviceEnergy& device : report.run.devices) {
    devices.push_back(device.device);
    device_energies.push_back(
        {{"device", device.device.id},
         {"origin", to_string(device.device.origin)},
         {"source", device.device.source},
         {"energy_j", device.in_epochs.value()},
         {"energy_outside_epochs_j", (device.total - device.in_epochs).value()}});
  }
  Json json = {
      {"schema", "joulecast.projection/1"},
      {"run", read_report_json(report.read, devices)},
      {"measured",
       {{"energy_j", sums.energy.value()},
        {"duration_s", sums.duration.value()},
        {"epochs", report.run.epochs.size()},
        {"complete", report.complete},
        {"uncovered_s", report.run.uncovered.value()},
        {"provenance", {{"origins", origins_json(sums.origins)}, {"devices", device_energies}}}}}};
  json["projections"] = Json::array();
  for (const Forecast& forecast : report.forecasts)
    json["projections"].push_back(forecast_json(forecast));
  return json;
}

std::string projection_text(const ProjectionReport& report, const Terminal& terminal, bool charts) {
  const Measured sums = measured(report.run);
  std::string origins;
  for (const Origin origin : sums.origins) {
    origins += fmt::format("{}{}", origins.empty() ? "" : ", ", to_string(origin));
  }
  std::string devices;
  for (const auto& device : report.run.devices) {
    devices += fmt::format(
        "{}{}{}", devices.empty() ? "" : " + ",
        printable(device.device.name.empty() ? device.device.id : device.device.name),
        device.device.origin == Origin::kModelled && sums.origins.size() > 1 ? " (modelled)" : "");
  }
  const std::string samples = report.read.samples > 0
                                  ? fmt::format("{} samples", report.read.samples)
                                  : "energies as given";
  std::string text =
      fmt::format("{}\n{} epochs, {}, {}, {} ({})\n", terminal.bold(printable(report.name)),
                  report.run.epochs.size(), to_text(sums.duration), to_text(sums.energy), samples,
                  report.read.format);
  const std::string energy = fmt::format("Energy: {}{}", origins, devices.empty() ? "" : ", of");
  const bool fits = energy.size() + 1 + devices.size() <= terminal.width;
  text += energy + (devices.empty() ? "" : (fits ? " " : "\n  ") + devices) + "\n";
  for (const std::string& line : read_report_lines(report.read))
    text += fmt::format("Note: {}.\n", line);
  text += '\n';
  if (charts) {
    for (const Plot& plot : projection_plots(report)) text += draw(plot, terminal) + "\n";
  }
  text += table(report, terminal) + "\n" + conclusion(report, terminal);
  return text;
}

}  // namespace joulecast::report
