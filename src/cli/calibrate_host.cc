#include "cli/calibrate_host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/host_speed_file.h"
#include "cli/progress_line.h"
#include "cli/settings_file.h"
#include "joulecast/hardware/host.h"
#include "joulecast/hardware/machine.h"
#include "measure/cpu_model_info.h"
#include "report/host.h"
#include "report/json.h"
#include "store/civil_text.h"

namespace joulecast::cli {
namespace {

struct HostOptions {
  std::string store;
  bool show = false;
  bool quick = false;
  bool force = false;
  bool no_python = false;
  bool json = false;
  bool words_before = false;  ///< Of the calibration by a wall meter.
};

int show(const hardware::HostSpeed& speed, bool json) {
  return print(json ? report::json_text(report::host_json(speed)) : report::host_text(speed));
}

int show_stored(const std::filesystem::path& file, bool json) {
  const auto speed = hardware::stored_host_speed(file);
  if (!speed) return fail(speed.error());
  if (!speed.value()) {
    return fail({fmt::format("{}: there is no such file; 'joulecast calibrate host' makes it",
                             file.string())});
  }
  return show(*speed.value(), json);
}

void name_host(hardware::HostSpeed& speed) {
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  const auto memory = hardware::memory_of_machine();
  speed.host = host_name();
  speed.cpu = measure::read_cpu_info("").model_name;
  speed.date = store::iso_time(static_cast<double>(std::time(nullptr)));
  speed.memory_gb = memory ? memory->value() / kGib : 0.0;
}

Result<hardware::HostSpeed> measure(const HostOptions& options) {
  hardware::MeasureHostOptions how{
      .quick = options.quick, .python = !options.no_python, .progress = {}};
  ProgressLine line("measuring this host");
  if (::isatty(STDERR_FILENO) == 1) how.progress = [&line](double part) { line.update(part); };
  return hardware::measure_host(how);
}

int calibrate_host(const HostOptions& options) {
  if (options.words_before) {
    return fail({"'calibrate host' takes no runs, and its options follow it: joulecast calibrate "
                 "host --show"},
                kBadUsage);
  }
  const auto file = host_speed_file(options.store);
  if (!file) return fail(file.error());
  if (options.show) return show_stored(*file, options.json);
  std::error_code error;
  std::filesystem::create_directories(file->parent_path(), error);
  if (error) {
    return fail({fmt::format("{}: {}", file->parent_path().string(), error.message())});
  }
  auto speed = measure(options);
  if (!speed) return fail(speed.error());
  const Status quiet = hardware::check_quiet(*speed);
  if (!quiet && !options.force) return fail(quiet.error());
  name_host(*speed);
  if (const Status status = hardware::save_host_speed(*speed, *file); !status) {
    return fail(status.error());
  }
  return show(*speed, options.json);
}

}  // namespace

void add_calibrate_host(CLI::App& calibrate, Action& action) {
  auto options = std::make_shared<HostOptions>();
  CLI::App* command = calibrate.add_subcommand(
      "host", "Measure in a few seconds how fast this host feeds a GPU, for estimates");
  command->add_flag("--show", options->show, "Show what was measured before");
  command->add_flag("--quick", options->quick, "In about 2 s, less exactly");
  command->add_flag("--no-python", options->no_python, "Do not run the python3 that is on PATH");
  command->add_flag("--force", options->force, "Keep the figures of a busy machine too");
  command
      ->add_option("--store", options->store,
                   "The folder of the file host-HOST.json; left out: beside the wall calibration, "
                   "in ~/.config/joulecast")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/host-1.json)");
  command->footer(
      R"(Measured are the dispatch speed of an interpreter (and of python3, where there is one), decoding
and augmenting images, and memory bandwidth; on one core and on all. Let the machine be idle, and no
GPU is needed. docs/host.md says what each figure is.)");
  // Before variables of the environment are looked at.
  command->preparse_callback([options, &calibrate](std::size_t /*words*/) {
    const auto given = calibrate.get_options();
    options->words_before = std::any_of(
        given.begin(), given.end(), [](const CLI::Option* option) { return option->count() > 0; });
  });
  command->callback(
      [options, &action] { action = [options] { return calibrate_host(*options); }; });
}

}  // namespace joulecast::cli
