#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/marked_recording.h"
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
  double epochs = 0.0, steps = 0.0, samples = 0.0, tokens = 0.0;  // 0: not given
  double duration_s = 0.0, evaluate_every = 0.0, power_limit_w = 0.0;
  std::string phases, early_stopping, svg;
  bool json = false;
  bool no_charts = false;
};

// "10,*": ten units, then the rest.
Status read_phases(const std::string& text, analysis::ReplayRequest& request) {
  std::string_view rest = text;
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view field = trim(rest.substr(0, comma));
    const bool last = comma == std::string_view::npos;
    if (field == "*" && last && !request.phases.empty()) {
      request.open_phases = true;
    } else if (const auto number = parse_number(field); number && *number > 0.0) {
      request.phases.push_back(*number);
    } else {
      return Error{fmt::format(
          "--phases {}: {} is not the length of a phase; write lengths above 0 and at the end * "
          "for the rest, like 10,*",
          text, quoted(field))};
    }
    if (last) return {};
    rest.remove_prefix(comma + 1);
  }
}

Status read_request(ProjectOptions& options) {
  analysis::ReplayRequest& request = options.request;
  for (const auto& [given, unit] : {std::pair{options.epochs, WorkUnit::kEpochs},
                                    {options.steps, WorkUnit::kSteps},
                                    {options.samples, WorkUnit::kSamples},
                                    {options.tokens, WorkUnit::kTokens}}) {
    if (given <= 0.0) continue;
    request.unit = unit;
    request.total = given;
  }
  if (options.duration_s > 0.0) request.duration = Seconds(options.duration_s);
  if (options.evaluate_every > 0.0) request.evaluate_every = options.evaluate_every;
  if (options.power_limit_w > 0.0) request.power_limit = Watts(options.power_limit_w);
  if (!options.phases.empty()) {
    if (Status status = read_phases(options.phases, request); !status) return status;
  }
  if (!options.early_stopping.empty()) {
    auto rule = step::parse_early_stopping(options.early_stopping);
    if (!rule) return rule.error();
    request.early_stopping = *rule;
  }
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

void add_plan(CLI::App& command, ProjectOptions& options) {
  CLI::Option_group* total = command.add_option_group(
      "The whole training",
      "Left out, the recording is taken as whole, and the answer says that it was told so");
  total->add_option("--epochs", options.epochs, "Epochs of the whole training")
      ->type_name("N")
      ->check(above_zero());
  total->add_option("--steps", options.steps, "Steps; RUN's blocks must say how many each holds")
      ->type_name("N")
      ->check(above_zero());
  total->add_option("--samples", options.samples, "Samples, likewise")
      ->type_name("N")
      ->check(above_zero());
  total->add_option("--tokens", options.tokens, "Tokens, likewise")
      ->type_name("N")
      ->check(above_zero());
  total->require_option(0, 1);
  command
      .add_option("--phases", options.phases,
                  "Lengths of the phases, * for the rest: 10,* is ten frozen epochs and "
                  "then the others; left out, changes are looked for")
      ->type_name("LIST");
  command
      .add_option("--evaluate-every", options.evaluate_every,
                  "An evaluation follows every K epochs (or other units)")
      ->type_name("K")
      ->check(above_zero());
  command
      .add_option("--early-stopping", options.early_stopping,
                  "The stopping rule in force: patience=20,metric=val_loss,mode=min,max=150")
      ->type_name("RULE");
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
  add_plan(*command, *options);
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
