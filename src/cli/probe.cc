#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "cli/command.h"
#include "cli/estimate_before.h"
#include "cli/estimate_knowledge.h"
#include "cli/fit_store_observation.h"
#include "cli/live_output.h"
#include "cli/measuring_options.h"
#include "cli/probe_advice.h"
#include "cli/rate_options.h"
#include "cli/set_up_machine.h"
#include "cli/set_up_options.h"
#include "cli/settings_file.h"
#include "joulecast/hardware/cpu_device.h"
#include "joulecast/live/session.h"
#include "joulecast/measure/sources.h"
#include "joulecast/pre/alternatives.h"
#include "joulecast/pre/training_estimate.h"
#include "joulecast/store/run_folder.h"
#include "report/probe.h"

namespace joulecast::cli {
namespace {

struct ProbeOptions {
  std::vector<std::string> command;
  SetUpOptions set_up;
  KnowledgeOptions knowledge;
  MeasuringOptions measuring;
  std::string epoch_pattern, epoch_log, save;
  double seconds = 30.0, steps = 0.0;  // steps 0: not given
  bool advise = false, quiet = false, json = false;
};

/// When enough has been seen. Time counts from the end of the first block: that one is warm-up.
class EndOfProbe {
 public:
  EndOfProbe(double seconds, double steps) : seconds_(seconds), steps_(steps) {}

  /// Why the training shall end; empty: it goes on.
  std::string operator()(const live::Snapshot& shot) {
    if (shot.blocks > 0 && !first_s_) first_s_ = shot.time_s;
    if (!first_s_) return nothing_seen(shot);
    const bool by_steps = shot.plan.unit == WorkUnit::kSteps && steps_ > 0.0;
    const double since_s = shot.time_s - *first_s_;
    const double enough_s = by_steps ? kPatience * seconds_ : seconds_;
    const bool few = shot.blocks < kFewestBlocks && since_s < kFewBlocks * enough_s;
    if (by_steps ? shot.done < steps_ && since_s < enough_s : since_s < enough_s || few) return {};
    return fmt::format("the probe has seen {:.10g} {}: the training is asked to end (SIGTERM)",
                       shot.done, to_string(shot.plan.unit));
  }

 private:
  static constexpr double kPatience = 10.0, kFewBlocks = 3.0;
  static constexpr std::int64_t kFewestBlocks = 3;

  std::string nothing_seen(const live::Snapshot& shot) const {
    if (shot.time_s < kPatience * seconds_) return {};
    return fmt::format(
        "no step or epoch has ended in {:.10g} s: the training is asked to end (SIGTERM)",
        shot.time_s);
  }

  double seconds_, steps_;
  std::optional<double> first_s_;
};

/// While it lives, what is written to standard output goes to standard error: the training's words
/// shall not stand among the probe's.
class OutputAside {
 public:
  OutputAside() : kept_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
    std::fflush(stdout);
    if (kept_ >= 0) ::dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~OutputAside() {
    if (kept_ < 0) return;
    std::fflush(stdout);
    ::dup2(kept_, STDOUT_FILENO);
    ::close(kept_);
  }
  OutputAside(const OutputAside&) = delete;
  OutputAside& operator=(const OutputAside&) = delete;

 private:
  int kept_;
};

live::SessionOptions session_of(const ProbeOptions& options, const pre::SaidSettings& said,
                                const carbon::Rates& rates) {
  live::SessionOptions session;
  session.engine.rates = rates;
  session.command = options.command;
  session.engine.blocks_of_steps = true;
  session.sources = options.measuring.sources;
  session.epoch_pattern = options.epoch_pattern;
  session.epoch_log = options.epoch_log;
  if (!options.epoch_log.empty() && options.epoch_pattern.empty()) session.epoch_pattern = "auto";
  session.store = options.knowledge.store.folder;
  session.title = "probe of " + said.find("network")->second.value;
  session.tags = {kProbeTag};
  session.set_up = set_up_record(said);
  session.probe = true;
  session.version = JOULECAST_VERSION;
  return session;
}

std::int64_t gpus_of(const measure::OpenedSources& opened) {
  std::int64_t gpus = 0;
  for (const auto& source : opened.sources) {
    for (const measure::Channel& channel : source->channels()) {
      const bool total = channel.role == measure::Channel::Role::kTotal;
      if (total && channel.device.kind == DeviceKind::kGpu) ++gpus;
    }
  }
  return gpus;
}

// What would only be found wrong after half a minute.
Status look_ahead(const ProbeOptions& options, const pre::SetUp& set_up) {
  const auto opened = measure::open_sources(options.measuring.sources);
  if (!opened) return opened.error();
  if (opened->sources.empty()) {
    return Error{"nothing can be measured here: 'joulecast doctor' says why"};
  }
  const std::int64_t gpus = gpus_of(*opened);
  if (gpus > 0 && gpus != set_up.gpus && !hardware::names_cpu(set_up.gpu)) {
    return Error{fmt::format(
        "{} GPUs would be measured and the set-up trains on {}: name those that train with "
        "--measure-gpus, or say --gpus {}",
        gpus, set_up.gpus, gpus)};
  }
  if (options.save.empty()) return {};
  std::error_code error;
  const auto folder = std::filesystem::absolute(options.save, error).parent_path();
  if (std::filesystem::is_directory(folder, error)) return {};
  return Error{fmt::format("--save {}: there is no folder {}", quoted(options.save),
                           quoted(folder.string()))};
}

Result<live::SessionEnd> run_probe(const ProbeOptions& options, const pre::SaidSettings& said,
                                   int& exit_code) {
  std::vector<std::string> notes;
  const auto rates = RateOptions().resolve(notes);
  if (!rates) return rates.error();
  LiveOutput output(LiveOutput::View::kAuto, options.quiet, {.rates = *rates, .budget = {}});
  live::SessionHooks hooks = output.hooks();
  hooks.end_it = EndOfProbe(options.seconds, options.steps);
  live::SessionEnd end;
  const OutputAside aside;
  if (const auto error = live::run_session(session_of(options, said, *rates), hooks, end)) {
    exit_code = error->exit_code.value_or(kBadUsage);
    return error->error;
  }
  output.finish(end);
  if (end.folder.empty()) {
    return Error{"the probe could not be recorded, and nothing is known without its record"};
  }
  return end;
}

Error nothing_learnt(const Error& error, const live::SessionEnd& end) {
  const int code = end.child.exit_code.value_or(0);
  if (end.summary.blocks == 0) {
    return {fmt::format(
        "the probe saw no step and no epoch{}: mark them (joulecast mark --help), or find them in "
        "the output with --epoch-pattern",
        code == 0 ? "" : fmt::format("; the training ended with exit code {}", code))};
  }
  return {fmt::format("the probe teaches nothing: {}", error.message)};
}

/// Estimates of the set-up before and after the probe.
void compare(const Knowledge& knowledge, const pre::SaidSetUp& set_up, const ProbeOptions& options,
             report::ProbeReport& report) {
  const auto take = [&report](Result<pre::TrainingEstimate> made,
                              std::optional<pre::TrainingEstimate>& into) {
    if (made) {
      into = std::move(made).value();
    } else {
      report.why_not = made.error().message;
    }
  };
  take(pre::estimate_training(knowledge.estimator, set_up), report.before);
  const auto better = corrected(knowledge, report.measured);
  if (!better) {
    report.why_not = better.error().message;
    return;
  }
  take(pre::estimate_training(*better, set_up), report.after);
  if (options.save.empty()) return;
  if (const Status saved = pre::save_estimator(*better, options.save); !saved) {
    report.why_not = saved.error().message;
  } else {
    report.saved = options.save;
  }
}

int probe_one(const ProbeOptions& options, const Knowledge& knowledge,
              const pre::SaidSettings& said) {
  const auto set_up = pre::set_up_of(said);
  if (!set_up) return fail(set_up.error(), kBadUsage);
  if (const Status status = look_ahead(options, set_up->set_up); !status)
    return fail(status.error(), kBadUsage);
  // What no estimate can be made of is not worth half a minute.
  if (auto made = pre::estimate_training(knowledge.base, *set_up); !made) {
    return fail(made.error());
  }
  int exit_code = kBadInput;
  const auto end = run_probe(options, said, exit_code);
  if (!end) return fail(end.error(), exit_code);
  const auto run = store::read_record(end->folder);
  if (!run) return fail(run.error());
  auto observed = observation_of(*run);
  if (!observed) return fail(nothing_learnt(observed.error(), *end));
  report::ProbeReport report{.run = run->id,
                             .measured = std::move(observed->observation),
                             .steps = observed->steps,
                             .blocks = observed->used,
                             .warm_up = observed->warm_up,
                             .origins = std::move(observed->origins),
                             .before = {},
                             .after = {},
                             .why_not = {},
                             .saved = {}};
  compare(knowledge, *set_up, options, report);
  const int printed = options.json ? print(report::json_text(report::probe_json(report)))
                                   : print(report::probe_text(report, report::stdout_terminal()));
  return report.after && (options.save.empty() || !report.saved.empty()) ? printed : kBadInput;
}

int advise(const ProbeOptions& options, const Knowledge& knowledge,
           const std::vector<pre::SaidSettings>& planned) {
  const auto advice = probes_advised(knowledge, planned);
  if (!advice) return fail(advice.error());
  if (options.json) {
    return print(report::json_text(report::probe_advice_json(*advice, planned.size())));
  }
  return print(report::probe_advice_text(*advice, planned.size(), report::stdout_terminal()));
}

int probe(ProbeOptions& options) {
  if (options.command.empty() && !options.advise) {
    return fail({"which command? joulecast probe [options] -- python train.py"}, kBadUsage);
  }
  if (const Status status = options.measuring.read(); !status) {
    return fail(status.error(), kBadUsage);
  }
  auto said = options.set_up.read();
  if (!said) return fail(said.error());
  said->try_emplace("gpu", pre::Said{.value = "auto", .origin = "this machine", .assumed = true});
  if (const Status status = check_said(*said); !status) return fail(status.error(), kBadUsage);
  if (const Status status = name_machine(*said); !status) return fail(status.error(), kBadUsage);
  const auto knowledge = knowledge_of(options.knowledge);
  if (!knowledge) return fail(knowledge.error());
  for (const std::string& note : knowledge->notes) {
    fmt::print(stderr, "joulecast: {}\n", printable(note));
  }
  said->try_emplace("host",
                    pre::Said{.value = host_name(), .origin = "this machine", .assumed = true});
  complete(*said, *knowledge);
  const auto planned = pre::alternatives_of(*said);
  if (!planned) return fail(planned.error(), kBadUsage);
  if (options.advise) return advise(options, *knowledge, *planned);
  if (planned->size() > 1) {
    return fail({fmt::format("these are {} set-ups and a probe runs one: --advise says which",
                             planned->size())},
                kBadUsage);
  }
  return probe_one(options, *knowledge, planned->front());
}

void add_probe_options(CLI::App& command, ProbeOptions& options) {
  command
      .add_option("--seconds", options.seconds,
                  "How long it is measured, from the first step or epoch on")
      ->capture_default_str()
      ->check(above_zero())
      ->type_name("S");
  command.add_option("--steps", options.steps, "Measure so many steps instead")
      ->check(above_zero())
      ->type_name("N");
  command
      .add_option("--epoch-pattern", options.epoch_pattern,
                  "Find steps and epochs in the training's output, as 'joulecast run' does")
      ->type_name("PATTERN");
  command.add_option("--epoch-log", options.epoch_log, "Look in this growing file instead")
      ->type_name("FILE");
  command
      .add_option("--save", options.save,
                  "Write the corrected estimator; without it estimates use the store's probes")
      ->type_name("FILE");
  command.add_flag("--advise", options.advise,
                   "Run nothing: say which of the planned set-ups to probe");
  options.knowledge.add_to(command);
  options.measuring.add_to(command, "--measure-gpus");
  command.add_flag("--quiet,-q", options.quiet, "Nothing about the run itself");
  command.add_flag("--json", options.json, "Print JSON (docs/schema/probe-1.json)");
}

}  // namespace

void add_probe(CLI::App& program, Action& action, const std::vector<std::string>& command_line) {
  auto options = std::make_shared<ProbeOptions>();
  CLI::App* command = program.add_subcommand(
      "probe",
      "Run a training for half a minute, measure it, and correct the estimate:\n"
      "joulecast probe [OPTIONS] -- COMMAND...");
  options->set_up.add_to(*command);
  add_probe_options(*command, *options);
  command->footer(
      R"(The training is begun as it is, measured as 'joulecast run' does, and asked to
end (SIGTERM); it is waited for. Its first steps are left out as warm-up. Where
it marks steps (joulecast mark --help, or --epoch-pattern) their pace counts,
else its whole epochs. What it prints goes to standard error. The record is
marked as a probe: it corrects every later 'joulecast estimate' of this store,
and is no outcome of a training.

Which one to run: the smallest planned workload first; a small, a middle and a
large one fix both host and GPU (--advise says which of several values).

Examples:
  joulecast probe model.onnx --train-size 50000 -- python train.py
  joulecast probe --plan plan.toml --steps 200 -- python train.py
  joulecast probe --plan plan.toml --epoch-pattern keras -- python train.py
  joulecast probe resnet50 --batch-size 16,64,256 --train-size 12000 --advise)");
  command->callback([options, &action, &command_line] {
    options->command = command_line;
    action = [options] { return probe(*options); };
  });
}

}  // namespace joulecast::cli
