#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "base/quantity_parse.h"
#include "base/text.h"
#include "cli/calibrate_host.h"
#include "cli/command.h"
#include "cli/wall_file.h"
#include "joulecast/measure/calibration.h"
#include "joulecast/store/index.h"
#include "joulecast/store/run_folder.h"
#include "joulecast/store/run_writer.h"
#include "report/json.h"

namespace joulecast::cli {
namespace {

struct CalibrateOptions {
  std::vector<std::string> readings;
  std::string store;
  bool show = false;
  bool remove = false;
  bool json = false;
};

// "last=0.31kWh": a recorded run, and what the wall meter counted over it.
Result<measure::WallReading> read_pair(store::Store& store, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos) {
    return Error{fmt::format("{}: write RUN=ENERGY, like last=0.31kWh", quoted(text))};
  }
  const auto wall = parse_energy(std::string_view(text).substr(equals + 1));
  if (!wall) return wall.error();
  const auto folder = store.find(text.substr(0, equals));
  if (!folder) return folder.error();
  const auto record = store::read_record(*folder);
  if (!record) return record.error();
  if (!record->end || record->end->devices.empty()) {
    return Error{fmt::format("{}: this run was not measured to its end", record->id)};
  }
  measure::WallReading reading{
      .duration = Seconds(record->end->end_s), .sensor = {}, .wall = *wall};
  for (const MeasuredEnergy& energy : record->end->devices) reading.sensor += energy.energy;
  return reading;
}

int show(const measure::WallCalibration& calibration, bool json) {
  if (json) {
    return print(report::json_text({{"schema", "joulecast.calibration/1"},
                                    {"c0_w", calibration.c0.value()},
                                    {"c1", calibration.c1},
                                    {"text", calibration.text}}));
  }
  return print(fmt::format("E_wall = {:.4g} W x duration + {:.4g} x measured ({})\n",
                           calibration.c0.value(), calibration.c1, calibration.text));
}

int show_or_remove(const CalibrateOptions& options) {
  const auto file = wall_file();
  if (!file) return fail(file.error());
  if (options.remove) {
    std::error_code error;
    std::filesystem::remove(*file, error);
    return error ? fail({fmt::format("{}: {}", file->string(), error.message())}) : kOk;
  }
  const auto calibration = host_calibration();
  if (!calibration) return fail(calibration.error());
  if (!*calibration) {
    return fail({"this host has no wall calibration; joulecast calibrate --help says how"});
  }
  return show(**calibration, options.json);
}

int calibrate(const CalibrateOptions& options) {
  if (options.show || options.remove) return show_or_remove(options);
  if (options.readings.empty()) {
    return fail({"give runs and what the wall meter counted over each: last=0.31kWh last~1=80Wh"},
                kBadUsage);
  }
  std::filesystem::path place = options.store;
  if (place.empty()) {
    auto found = store::default_store();
    if (!found) return fail(found.error());
    place = std::move(found).value();
  }
  auto store = store::Store::open(place);
  if (!store) return fail(store.error());
  std::vector<measure::WallReading> readings;
  for (const std::string& text : options.readings) {
    auto reading = read_pair(**store, text);
    if (!reading) return fail(reading.error());
    readings.push_back(*reading);
  }
  auto calibration = measure::fit_wall_calibration(readings);
  if (!calibration) return fail(calibration.error());
  const auto file = wall_file();
  if (!file) return fail(file.error());
  std::error_code error;
  std::filesystem::create_directories(file->parent_path(), error);
  if (const Status status = measure::save_wall_calibration(*calibration, *file); !status) {
    return fail(status.error());
  }
  return show(*calibration, options.json);
}

}  // namespace

void add_calibrate(CLI::App& program, Action& action) {
  auto options = std::make_shared<CalibrateOptions>();
  CLI::App* command = program.add_subcommand(
      "calibrate",
      "Learn from a wall meter what this host draws beside what its sensors see; 'calibrate host' "
      "measures its speed");
  command
      ->add_option("READINGS", options->readings,
                   "Recorded runs and what the wall meter counted over each: RUN=ENERGY")
      ->type_name("");
  command->add_option("--store", options->store, "Where the runs are kept")
      ->envname("JOULECAST_STORE")
      ->type_name("DIR");
  command->add_flag("--show", options->show, "Show this host's calibration");
  command->add_flag("--remove", options->remove, "Forget it");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/calibration-1.json)");
  command->footer(
      R"(E_wall = c0 x duration + c1 x E_sensor: c0 is what no sensor sees, c1 the power supply's losses and
the sensors' gain. Two runs are needed, one idle and one loaded:

  joulecast run --title idle -- sleep 600           read the wall meter before and after each
  joulecast run --title loaded -- python train.py
  joulecast calibrate last~1=12.1Wh last=0.31kWh

From then on joulecast run says what the wall draws too, and counts carbon, money and budgets by it.)");
  command->require_subcommand(0, 1);
  add_calibrate_host(*command, action);
  command->callback([options, command, &action] {
    if (command->get_subcommands().empty()) action = [options] { return calibrate(*options); };
  });
}

}  // namespace joulecast::cli
