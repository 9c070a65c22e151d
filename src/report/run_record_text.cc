#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/quantity_text.h"
#include "report/run_list.h"
#include "report/run_record.h"
#include "store/civil_text.h"
#include "store/summary.h"

namespace joulecast::report {
namespace {

// "8.412 kJ ± 3.1 J"
std::string measured_text(const MeasuredEnergy& energy, const Terminal& terminal) {
  std::string text = to_text(energy.energy);
  if (energy.cut_error.value() > 0.0) {
    text += fmt::format(" {} {}", terminal.unicode ? "±" : "+-", to_text(energy.cut_error));
  }
  return text;
}

std::string uncovered_text(Seconds uncovered) {
  return uncovered.value() > 0.0 ? fmt::format(", {} not covered", to_text(uncovered)) : "";
}

std::string head(const store::RunRecord& record, const Terminal& terminal) {
  const store::RunStart& start = record.start;
  std::string text = terminal.bold(printable(record.id)) + "  " +
                     outcome_text(record.state, record.end ? record.end->exit_code : std::nullopt,
                                  record.end ? record.end->signal : std::nullopt) +
                     "\n";
  const auto line = [&](const char* what, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<9} {}\n", what, printable(trim(value)));
  };
  line("Title", start.title);
  line("Tags", fmt::format("{}", fmt::join(start.tags, ", ")));
  line("Command", store::command_text(start.command));
  line("In", start.working_folder);
  std::string git = start.git_commit;
  if (!start.git_remote.empty()) git += " of " + start.git_remote;
  line("Git", git);
  line("Started", store::iso_time(start.start_unix_s));
  line("Took", to_text(Seconds(record.end ? record.end->end_s : record.last_s)));
  constexpr double kGibibyte = 1073741824.0;
  line("Host",
       fmt::format("{}, {}, {} threads, {:.1f} GiB, {} {}", start.host, start.cpu,
                   start.cpu_threads, start.ram.value() / kGibibyte, start.os, start.kernel));
  if (start.rank) {
    line("Rank",
         fmt::format("{} of {}", *start.rank, start.ranks ? fmt::format("{}", *start.ranks) : "?"));
  }
  std::vector<std::string> versions;
  for (const auto& [name, version] : record.software)
    versions.push_back(fmt::format("{} {}", name, version));
  line("Software", fmt::format("{}", fmt::join(versions, ", ")));
  if (record.state == store::RunState::kInterrupted) {
    text += fmt::format(
        "  It was interrupted: what follows is what there is up to {} after its start.\n",
        to_text(Seconds(record.last_s)));
  }
  return text;
}

std::string energy(const RunRecordReport& report, const Terminal& terminal) {
  const auto total = store::sum_of(report.record.devices, report.devices);
  const auto& record = report.record;
  const Seconds duration(record.end ? record.end->end_s : record.last_s);
  if (!total) return "\nNo energy was measured.\n";
  MeasuredEnergy whole = *total;
  const double meters_j = store::meter_error(report.record.devices, report.devices).value(),
               cut_j = total->cut_error.value();
  whole.cut_error = Joules(std::sqrt(meters_j * meters_j + cut_j * cut_j));
  std::string text =
      fmt::format("\n{} {} ({})\n", terminal.bold("Energy"),
                  store::any_known(report.devices, duration) ? measured_text(whole, terminal) : "-",
                  to_string(total->origin));
  const auto& devices = report.record.devices;
  for (std::size_t d = 0; d < std::min(devices.size(), report.devices.size()); ++d) {
    const Device& device = devices[d].device;
    const MeasuredEnergy& measured = report.devices[d];
    const std::string name = device.name.empty() ? "" : fmt::format(" ({})", device.name);
    text +=
        fmt::format("  {}{}: {}, {}", printable(device.id), printable(name),
                    store::is_known(measured, duration) ? measured_text(measured, terminal) : "-",
                    to_string(measured.origin));
    if (devices[d].gain_error > 0.0) {
      text += fmt::format(", the meter within {:.3g} %", 100.0 * devices[d].gain_error);
    }
    text += uncovered_text(measured.uncovered) + "\n";
    if (!device.source.empty()) text += fmt::format("      {}\n", printable(device.source));
  }
  return text;
}

using Row = std::vector<std::string>;

std::string table(const std::vector<Row>& rows, const Terminal& terminal) {
  const auto columns = [](const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - columns(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (&row == &rows.front() ? terminal.bold(line) : line) + "\n";
  }
  return text;
}

// One row an epoch: the sum and each device's part, with where its joules come from in the head.
std::string epochs(const store::RunRecord& record, const Terminal& terminal) {
  if (record.epochs.empty()) return "\nNo epochs were marked or found.\n";
  Row names = {"epoch", "took", "energy"};
  for (const store::RecordedDevice& device : record.devices) {
    names.push_back(printable(device.device.id) + ", " + to_string(device.device.origin).data());
  }
  std::vector<Row> rows = {names};
  for (const store::EpochRecord& each : record.epochs) {
    const auto sum = store::sum_of(record.devices, each.devices);
    Row row = {fmt::format("{}", each.epoch.number), to_text(each.epoch.duration()),
               each.epoch.energy ? to_text(*each.epoch.energy) : "-"};
    if (each.epoch.energy && sum && sum->cut_error.value() > 0.0) {
      row[2] += fmt::format(" {} {}", terminal.unicode ? "±" : "+-", to_text(sum->cut_error));
    }
    for (std::size_t d = 0; d < record.devices.size(); ++d) {
      std::string part = "-";
      if (d < each.devices.size()) {
        const MeasuredEnergy& device = each.devices[d];
        const bool known = store::is_known(device, each.epoch.duration());
        part = (known ? to_text(device.energy) : "-") + uncovered_text(device.uncovered);
        // Where it came another way than this device's joules mostly do.
        if (device.origin != record.devices[d].device.origin) {
          part += fmt::format(" ({})", to_string(device.origin));
        }
      }
      row.push_back(part);
    }
    rows.push_back(std::move(row));
  }
  const bool cut =
      std::any_of(record.epochs.begin(), record.epochs.end(), [&record](const auto& each) {
        const auto sum = store::sum_of(record.devices, each.devices);
        return sum && sum->cut_error.value() > 0.0;
      });
  return "\n" + table(rows, terminal) +
         (cut ? fmt::format(
                    "  ({} of an epoch: what its edges leave open; the meters' own error is "
                    "the same in all)\n",
                    terminal.unicode ? "±" : "+-")
              : "");
}

std::string windows(const store::RunRecord& record, const Terminal& terminal) {
  if (record.windows.empty()) return "";
  std::vector<Row> rows = {{"window", "from", "took", "energy", "origin"}};
  for (const store::WindowRecord& window : record.windows) {
    const auto sum = store::sum_of(record.devices, window.devices);
    rows.push_back({printable(window.name), to_text(Seconds(window.start_s)),
                    to_text(Seconds(window.end_s - window.start_s)),
                    sum ? measured_text(*sum, terminal) + uncovered_text(sum->uncovered) : "-",
                    sum ? std::string(to_string(sum->origin)) : "-"});
  }
  return "\n" + table(rows, terminal);
}

std::string forecasts(const store::RunRecord& record, const Terminal& terminal) {
  const auto checks = forecast_checks(record);
  std::string text;
  for (const ForecastCheck& check : checks) {
    const std::string when = check.fraction > 0.0
                                 ? fmt::format("after {:.0f} % (epoch {})", 100.0 * check.fraction,
                                               check.forecast.epochs_seen)
                                 : "before it began";
    text += fmt::format("  {}: {}, {:+.2f} %\n", when,
                        estimate_text(check.forecast.energy, terminal), 100.0 * check.error);
  }
  if (!text.empty()) return "\nProjected totals, and how far off they were:\n" + text;
  if (record.forecasts.empty()) return "";
  const Forecast& last = record.forecasts.back().forecast;
  return fmt::format("\nThe last projection, after epoch {}: {}\n", last.epochs_seen,
                     estimate_text(last.energy, terminal));
}

std::string footprint(const store::RunRecord& record) {
  if (!record.end || !record.end->footprint) return "";
  const store::FootprintRecord& f = *record.end->footprint;
  std::string text =
      fmt::format("\nCO2: {:.4g} g at {:.4g} g/kWh ({}), PUE {:.3g}{}\n", f.grams_co2e,
                  f.intensity_g_per_kwh, printable(f.intensity_source), f.pue,
                  f.pue_source.empty() ? "" : fmt::format(" ({})", printable(f.pue_source)));
  if (f.cost) text += fmt::format("Money: {:.4g} {}\n", *f.cost, printable(f.currency));
  return text;
}

std::string notes(const store::RunRecord& record) {
  std::string text;
  for (const store::TimedNote& note : record.notes) {
    text += fmt::format("{}Note at {:.1f} s: {}\n", text.empty() ? "\n" : "", note.time_s,
                        printable(note.text));
  }
  return text;
}

}  // namespace

std::string run_record_text(const RunRecordReport& report, const Terminal& terminal) {
  const store::RunRecord& record = report.record;
  return head(record, terminal) + energy(report, terminal) + epochs(record, terminal) +
         windows(record, terminal) + forecasts(record, terminal) + footprint(record) +
         notes(record);
}

}  // namespace joulecast::report
