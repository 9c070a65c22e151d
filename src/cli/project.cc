#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/command.h"
#include "cli/marked_recording.h"
#include "cli/plan_options.h"
#include "joulecast/analysis/replay.h"
#include "report/projection.h"
#include "report/svg.h"
#include "report/terminal.h"

namespace joulecast::cli {
namespace {

struct ProjectOptions {
  RunOptions run;
  MarkOptions marks;
  analysis::ReplayRequest request;
  PlanOptions plan;
  double duration_s = 0.0, power_limit_w = 0.0;  // 0: not given
  std::string svg;
  bool json = false;
  bool no_charts = false;
};

Status read_request(ProjectOptions& options) {
  PlanOptions& plan = options.plan;
  if (Status status = plan.read(); !status) return status;
  analysis::ReplayRequest& request = options.request;
  request.unit = plan.unit;
  request.total = plan.total;
  request.phases = plan.phases;
  request.open_phases = plan.open_phases;
  request.evaluate_every = plan.evaluate_every;
  request.early_stopping = plan.early_stopping;
  if (options.duration_s > 0.0) request.duration = Seconds(options.duration_s);
  if (options.power_limit_w > 0.0) request.power_limit = Watts(options.power_limit_w);
  return {};
}

// The last part of a path, also of "folder/".
std::string short_name(const std::string& path) {
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

Status write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.fail()) return Error{fmt::format("{}: cannot write", path)};
  return {};
}

int project(ProjectOptions options) {
  if (const Status status = read_request(options); !status) return fail(status.error(), kBadUsage);
  auto recording = read_marked(options.run, options.marks);
  if (!recording) return fail(recording.error());
  auto replay =
      analysis::replay(options.run.path, recording->run, recording->report.plan, options.request);
  if (!replay) return fail(replay.error());
  for (Forecast& forecast : replay->forecasts) {
    forecast.told.insert(forecast.told.end(), recording->told.begin(), recording->told.end());
  }
  const report::ProjectionReport report{.name = options.run.path,
                                        .read = std::move(recording->report),
                                        .run = std::move(recording->run),
                                        .forecasts = std::move(replay->forecasts),
                                        .power = std::move(recording->power),
                                        .complete = replay->complete};
  if (!options.svg.empty()) {
    const std::string picture =
        report::draw_svg(short_name(report.name), report::projection_plots(report));
    if (const Status status = write_file(options.svg, picture); !status)
      return fail(status.error());
  }
  if (options.json) return print(report::json_text(report::projection_json(report)));
  return print(report::projection_text(report, report::stdout_terminal(), !options.no_charts));
}

void add_setting(CLI::App& command, ProjectOptions& options) {
  command
      .add_option("--power-limit", options.power_limit_w,
                  "Power limit of the GPUs together, where RUN does not say")
      ->type_name("WATTS")
      ->check(above_zero());
  command
      .add_option("--duration", options.duration_s,
                  "Duration of the whole training, for step-power")
      ->type_name("SECONDS")
      ->check(above_zero());
}

void add_published(CLI::App& command, step::PublishedOptions& options) {
  command.add_option("--first", options.first_epochs, "first-epochs: how many epochs to average")
      ->capture_default_str()
      ->type_name("K")
      ->check(whole_number(1));
  command
      .add_option("--stabilizing-epoch", options.stabilizing_epochs,
                  "step-*: how many epochs come before the window")
      ->capture_default_str()
      ->type_name("S")
      ->check(whole_number(0));
  command.add_option("--window", options.window, "step-*: epochs in the window")
      ->capture_default_str()
      ->type_name("W")
      ->check(whole_number(1));
}

}  // namespace

void add_project(CLI::App& program, Action& action) {
  auto options = std::make_shared<ProjectOptions>();
  CLI::App* command = program.add_subcommand(
      "project", "What will the whole training take? Answered after every epoch");
  options->run.add_to(*command, "--sampling-interval");
  command
      ->add_option("--method", options->request.method,
                   "joulecast, first-epochs, step-power or step-epoch")
      ->capture_default_str()
      ->type_name("NAME")
      ->check(CLI::IsMember(
          std::vector<std::string>(analysis::kMethods.begin(), analysis::kMethods.end())));
  options->plan.add_to(
      *command,
      "Left out, the recording is taken as whole, and the answer says that it was told so");
  add_setting(*command, *options);
  options->marks.add_to(*command);
  command
      ->add_option("--interval", options->request.published.coverage,
                   "Nominal coverage of the intervals, above 0 and below 1")
      ->capture_default_str()
      ->type_name("FRACTION");
  add_published(*command, options->request.published);
  command
      ->add_option("--svg", options->svg, "Write the charts of power and projection as a picture")
      ->type_name("FILE");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/projection-1.json)");
  command->add_flag("--no-charts", options->no_charts, "Print the table only");
  command->footer(R"(Methods:
  joulecast     from the first epoch on, revised every epoch, with an interval; finds phases
  first-epochs  epochs x mean of the first K epochs (Carbontracker); needs the epoch count
  step-power    mean power of the window x duration of the whole (STEP, del Rey et al.)
  step-epoch    epochs before the window + mean of the window x the epochs from there on (STEP)

Examples:
  joulecast project data/recorded/transfer-digits --phases "10,*" --svg cone.svg
  joulecast project gpu-power.csv --detect-epochs --epochs 90
  joulecast project gpu-power.csv --epoch-log train.log --epoch-pattern 'Epoch (?P<epoch>\d+)/'
  joulecast project emissions.csv --method first-epochs --first 3 --epochs 50)");
  command->callback([options, &action] { action = [options] { return project(*options); }; });
}

}  // namespace joulecast::cli
