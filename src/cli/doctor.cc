#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/command.h"
#include "cli/measuring_options.h"
#include "joulecast/live/mark_server.h"
#include "joulecast/measure/meter.h"
#include "joulecast/measure/sampler.h"
#include "joulecast/store/run_writer.h"
#include "report/doctor.h"

namespace joulecast::cli {
namespace {

struct DoctorOptions {
  MeasuringOptions measuring;
  double trial_s = 2.0;
  bool json = false;
};

// Absent where the device was not read for most of the time.
std::optional<Watts> mean_power(const measure::Meter& meter, std::size_t device, double from_s,
                                double to_s) {
  const auto from = meter.at(device, from_s);
  const auto to = meter.at(device, to_s);
  if (!from || !to) return std::nullopt;
  const MeasuredEnergy energy = measure::energy_between(meter.devices()[device], *from, *to);
  const Seconds covered = Seconds(to_s - from_s) - energy.uncovered;
  if (covered < 0.5 * Seconds(to_s - from_s)) return std::nullopt;
  return energy.energy / covered;
}

void read_for_a_while(measure::OpenedSources opened, Seconds trial, report::DoctorReport& report) {
  const measure::Clock clock;
  measure::Meter meter(std::move(opened.sources));
  measure::Sampler sampler(meter, clock, {});
  sampler.start();
  clock.sleep_until(clock.now() + trial.value());
  sampler.stop();
  const double end_s = meter.settled_until();
  for (std::size_t i = 0; i < meter.devices().size(); ++i) {
    report.readings.push_back({.device = meter.devices()[i],
                               .gain_error = meter.gain_error(i),
                               .power = mean_power(meter, i, end_s - trial.value(), end_s),
                               .update_period = meter.update_period(i),
                               .cross_check = meter.cross_check(i)});
  }
  for (const measure::MeterNote& note : meter.take_notes()) {
    report.notes.push_back(
        note.device_id.empty() ? note.text : fmt::format("{}: {}", note.device_id, note.text));
  }
}

report::Place record_place() {
  report::Place place{.what = "a folder for records", .path = {}, .problem = {}};
  const char* wished = std::getenv("JOULECAST_STORE");  // NOLINT(concurrency-mt-unsafe)
  auto store = wished != nullptr && *wished != '\0'
                   ? Result<std::filesystem::path>(std::filesystem::path(wished))
                   : store::default_store();
  if (!store) {
    place.problem = store.error().message;
    return place;
  }
  place.path = store->string();
  // Whether it could be made and written, without making it.
  std::filesystem::path there = *store;
  std::error_code error;
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  if (::access(there.c_str(), W_OK) != 0) {
    place.problem = fmt::format("{} cannot be written; --store DIR names another", there.string());
  }
  return place;
}

report::Place mark_place() {
  report::Place place{.what = "a socket for marks", .path = {}, .problem = {}};
  auto server = live::MarkServer::create();
  if (server) {
    place.path = std::filesystem::path((*server)->path()).parent_path().string();
  } else {
    place.problem = server.error().message;
  }
  return place;
}

int doctor(DoctorOptions options) {
  if (const Status status = options.measuring.read(); !status) {
    return fail(status.error(), kBadUsage);
  }
  auto opened = measure::open_sources(options.measuring.sources);
  if (!opened) return fail(opened.error(), kBadUsage);
  report::DoctorReport report;
  report.findings = opened->findings;
  report.trial = Seconds(options.trial_s);
  if (!opened->sources.empty()) {
    read_for_a_while(std::move(opened).value(), report.trial, report);
  }
  report.places = {record_place(), mark_place()};
  if (options.json) return print(report::json_text(report::doctor_json(report)));
  return print(report::doctor_text(report, report::stdout_terminal()));
}

}  // namespace

void add_doctor(CLI::App& program, Action& action) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command = program.add_subcommand(
      "doctor", "What can be measured on this machine, and what it would take to measure more");
  options->measuring.add_to(*command);
  command->add_option("--trial", options->trial_s, "Seconds of the trial reading")
      ->capture_default_str()
      ->check(CLI::Range(0.2, 600.0).description(""))
      ->type_name("SECONDS");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/doctor-1.json)");
  command->footer(
      R"(Every source is looked for, opened and read as `joulecast run` would. Where this user may not read
one, the exact command that would allow it is given, with what it means for security.)");
  command->callback([options, &action] { action = [options] { return doctor(*options); }; });
}

}  // namespace joulecast::cli
