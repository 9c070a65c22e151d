#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "cli/command.h"
#include "cli/estimate_before.h"
#include "cli/live_output.h"
#include "cli/measuring_options.h"
#include "cli/plan_options.h"
#include "cli/rate_options.h"
#include "cli/wall_file.h"
#include "joulecast/live/budget.h"
#include "joulecast/live/output_watch.h"
#include "joulecast/live/session.h"
#include "report/quantity_text.h"

namespace joulecast::cli {
namespace {

/// The exit code of a training that succeeded but went over its budget, with --on-exceed exit-code.
constexpr int kOverBudget = 3;

struct RunCommandOptions {
  live::SessionOptions session;
  PlanOptions plan;
  RateOptions rates;
  MeasuringOptions measuring;
  std::string budget, replay, set_up, estimator;
  live::ReplayWish replay_wish;
  double rate_hz = 10.0;
  LiveOutput::View view = LiveOutput::View::kAuto;
  bool quiet = false;
  bool no_record = false;
};

Status read_engine(RunCommandOptions& options, std::vector<std::string>& notes) {
  live::EngineOptions& engine = options.session.engine;
  if (Status status = options.plan.read(); !status) return status;
  engine.plan.unit = options.plan.unit.value_or(WorkUnit::kEpochs);
  engine.plan.total = options.plan.total;
  engine.phases = options.plan.phases;
  engine.evaluate_every = options.plan.evaluate_every;
  engine.early_stopping = options.plan.early_stopping;
  auto rates = options.rates.resolve(notes);
  if (!rates) return rates.error();
  engine.rates = std::move(rates).value();
  if (auto wall = host_calibration()) {
    engine.wall = std::move(wall).value();
  } else {
    notes.push_back("the wall calibration is not used: " + wall.error().message);
  }
  if (options.budget.empty()) return {};
  auto budget = live::parse_budget(options.budget);
  if (!budget) return budget.error();
  engine.budget = std::move(budget).value();
  return {};
}

Status read_measuring(RunCommandOptions& options) {
  live::SessionOptions& session = options.session;
  if (Status status = options.measuring.read(); !status) return status;
  session.sources = options.measuring.sources;
  session.interval = Seconds(1.0 / options.rate_hz);
  if (options.replay.empty()) return {};
  options.replay_wish.run = options.replay;
  if (!session.command.empty() && options.replay_wish.speed != 1.0) {
    return Error{"--speed is for replays without a command: a real training keeps its own time"};
  }
  session.replay = options.replay_wish;
  return {};
}

// What was expected beforehand belongs to the record.
Status read_set_up(RunCommandOptions& options, std::vector<std::string>& notes) {
  live::SessionOptions& session = options.session;
  if (options.set_up.empty()) {
    return options.estimator.empty() ? Status()
                                     : Error{"--estimator needs --set-up FILE: what is trained?"};
  }
  KnowledgeOptions knowledge;
  knowledge.estimator = options.estimator;
  knowledge.store.folder = session.store.string();
  auto before = estimate_before(options.set_up, knowledge);
  if (!before) return before.error();
  session.set_up = std::move(before->set_up);
  session.estimate = std::move(before->estimate);
  notes.insert(notes.end(), before->notes.begin(), before->notes.end());
  if (session.estimate) {
    const report::Terminal plain{.colour = false, .unicode = false, .width = 80};
    notes.push_back(fmt::format("expected of its epochs: {} in {}",
                                report::estimate_text(session.estimate->energy, plain),
                                report::estimate_text(session.estimate->duration, plain)));
  }
  if (!session.engine.plan.total && before->epochs) {
    session.engine.plan = {.unit = WorkUnit::kEpochs, .total = before->epochs, .duration = {}};
  }
  return {};
}

Status read(RunCommandOptions& options, std::vector<std::string>& notes) {
  live::SessionOptions& session = options.session;
  if (session.command.empty() && options.replay.empty()) {
    return Error{"which command? joulecast run [options] -- python train.py"};
  }
  if (!session.epoch_log.empty() && session.epoch_pattern.empty()) session.epoch_pattern = "auto";
  session.record = !options.no_record;
  session.version = JOULECAST_VERSION;
  if (Status status = read_engine(options, notes); !status) return status;
  if (Status status = read_set_up(options, notes); !status) return status;
  return read_measuring(options);
}

int run(RunCommandOptions options) {
  std::vector<std::string> notes;
  if (const Status status = read(options, notes); !status) return fail(status.error(), kBadUsage);
  LiveOutput output(
      options.view, options.quiet,
      {.rates = options.session.engine.rates, .budget = options.session.engine.budget});
  const live::SessionHooks hooks = output.hooks();
  for (const std::string& note : notes) hooks.message(note);
  live::SessionEnd end;
  if (const auto error = live::run_session(options.session, hooks, end)) {
    return fail(error->error, error->exit_code.value_or(kBadUsage));
  }
  output.finish(end);
  const bool succeeded = end.child.exit_code == 0;
  const bool own_code = options.session.on_exceed == live::OnExceed::kExitCode;
  if (succeeded && own_code && end.summary.over_budget) return kOverBudget;
  live::Child::end_like(end.child);
}

void add_epochs(CLI::App& command, RunCommandOptions& options) {
  std::string names;
  for (const live::BuiltInPattern& pattern : live::built_in_patterns()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", pattern.name);
  }
  command
      .add_option("--epoch-pattern", options.session.epoch_pattern,
                  fmt::format("Find epochs in the training's output: {}, auto, or a regular "
                              "expression with a group (?P<epoch>...). The output then passes "
                              "through joulecast: if joulecast is killed, the training's next "
                              "write fails",
                              names))
      ->type_name("PATTERN");
  command
      .add_option("--epoch-log", options.session.epoch_log,
                  "Look in this growing file instead; nothing then stands between training and "
                  "terminal")
      ->type_name("FILE");
}

void add_budget(CLI::App& command, RunCommandOptions& options) {
  command
      .add_option("--budget", options.budget,
                  "Most that the whole training may take: 2kWh, 1.5kgCO2 or 3EUR")
      ->type_name("AMOUNT");
  command
      .add_option("--on-exceed", options.session.on_exceed,
                  "When even the projection's lower bound lies above it: warn, stop (SIGTERM) or "
                  "exit-code (3 at the end)")
      ->transform(one_of<live::OnExceed>({{"warn", live::OnExceed::kWarn},
                                          {"stop", live::OnExceed::kStop},
                                          {"exit-code", live::OnExceed::kExitCode}}))
      ->type_name("WHAT");
}

void add_set_up(CLI::App& command, RunCommandOptions& options) {
  command
      .add_option("--set-up", options.set_up,
                  "A plan file as 'joulecast estimate --plan' takes it: what is trained, and what "
                  "is expected of it, go into the record ('joulecast estimate --history')")
      ->type_name("FILE");
  command
      .add_option("--estimator", options.estimator,
                  "What estimates it; left out: as 'joulecast estimate' does")
      ->type_name("FILE");
}

void add_record(CLI::App& command, RunCommandOptions& options) {
  command
      .add_option("--store", options.session.store,
                  "Keep the record under this folder; default $JOULECAST_STORE, else "
                  "$XDG_DATA_HOME/joulecast/runs")
      ->envname("JOULECAST_STORE")
      ->type_name("DIR");
  command.add_option("--title", options.session.title, "A name for the run")->type_name("TEXT");
  command.add_option("--tag", options.session.tags, "A tag for the run; may be repeated")
      ->type_name("TAG")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--no-record", options.no_record, "Keep no record");
  command
      .add_option("--view", options.view,
                  "What is shown on standard error: block, lines, none, or auto (block on a "
                  "terminal, lines elsewhere)")
      ->transform(one_of<LiveOutput::View>({{"auto", LiveOutput::View::kAuto},
                                            {"block", LiveOutput::View::kBlock},
                                            {"lines", LiveOutput::View::kLines},
                                            {"none", LiveOutput::View::kNone}}))
      ->type_name("HOW");
  command.add_flag("--quiet,-q", options.quiet, "Say nothing at all");
}

void add_replay(CLI::App& command, RunCommandOptions& options) {
  command
      .add_option("--replay", options.replay,
                  "Play a recording instead of reading sensors; without a command its epochs too")
      ->type_name("RUN");
  command.add_option("--speed", options.replay_wish.speed, "How much faster than it was recorded")
      ->check(above_zero())
      ->type_name("FACTOR");
  command.add_flag("--counters", options.replay_wish.counters,
                   "Play it as energy counters that move every 100 ms");
  command
      .add_option("--fault", options.replay_wish.faults,
                  "What goes wrong in the replay, like gpu-lost@30s; with --counters also "
                  "counter-reset@60s")
      ->type_name("LIST");
}

// Puts what was added since the last call under a heading of the help.
void heading(CLI::App& command, const std::string& title) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_group() == "Options" && option != command.get_help_ptr()) option->group(title);
  }
}

}  // namespace

void add_run(CLI::App& program, Action& action, const std::vector<std::string>& command_line) {
  auto options = std::make_shared<RunCommandOptions>();
  CLI::App* command = program.add_subcommand(
      "run",
      "Run a training, measure it, project it while it runs, and keep the record:\n"
      "joulecast run [OPTIONS] -- COMMAND...");
  command->prefix_command();
  options->plan.add_to(*command, "Left out: as the training marks it, else nothing is projected");
  command
      ->add_option("--interval", options->session.engine.coverage,
                   "Nominal coverage of the projections' intervals, above 0 and below 1")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 0.999).description(""))
      ->type_name("FRACTION");
  add_set_up(*command, *options);
  heading(*command, "What is projected");
  add_epochs(*command, *options);
  heading(*command, "Where the epochs are");
  options->measuring.add_to(*command);
  command->add_option("--rate", options->rate_hz, "Rows per second of the recorded trace")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 100.0).description(""))
      ->type_name("HZ");
  heading(*command, "What is measured");
  options->rates.add_to(*command);
  add_budget(*command, *options);
  heading(*command, "Budget");
  add_record(*command, *options);
  heading(*command, "Record and view");
  add_replay(*command, *options);
  heading(*command, "Without sensors");
  command->footer(
      R"(The training keeps its own terminal, standard streams, signals and exit code;
joulecast stands beside it and ends when it ends. If measuring fails, the
training goes on. Epochs are known from marks (joulecast mark --help: one line
to a socket), from --epoch-pattern or --epoch-log, else from the power's own
period.

Examples:
  joulecast run -- python train.py
  joulecast run --epochs 50 --epoch-pattern keras -- python train.py
  joulecast run --epochs 90 --budget 2kWh --on-exceed stop -- torchrun train.py
  joulecast run --set-up plan.toml -- python train.py
  joulecast run --replay data/recorded/transfer-digits --speed 20)");
  command->callback([options, command, &action, &command_line] {
    options->session.command = command_line.empty() ? command->remaining() : command_line;
    action = [options] { return run(*options); };
  });
}

}  // namespace joulecast::cli
