#include "joulecast/pre/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>

#include "base/text.h"
#include "cli/command.h"
#include "cli/progress_line.h"
#include "joulecast/pre/estimator.h"
#include "joulecast/pre/observations.h"
#include "report/validate.h"

namespace joulecast::cli {
namespace {

constexpr std::array<std::string_view, 4> kTargets = {"power", "epoch-energy",
                                                      "stable-epoch-energy", "time"};
constexpr std::array<std::string_view, 3> kProbeRules = {"random", "smallest", "spread"};

struct ValidateCommand {
  std::vector<std::string> data;
  std::string columns;
  std::string target = "power";
  std::vector<std::string> groups = {"none"};
  bool groups_said = false;
  std::vector<std::string> estimators = {"krr"};
  std::string probe_rule = "random";
  pre::ValidateOptions judge;
  pre::EstimatorOptions fit;
  bool all = false, list = false, json = false;

  bool split() const { return !judge.train.empty() || !judge.test.empty(); }
};

// One column of METHODS' table.
struct Protocol {
  pre::Target target;
  std::vector<std::string> groups;
};

template <typename Enum>
Result<Enum> choice(const char* option, std::string_view word,
                    std::span<const std::string_view> words) {
  const auto found = std::find(words.begin(), words.end(), to_lower(word));
  if (found != words.end()) return static_cast<Enum>(found - words.begin());
  const auto near = nearest(word, words);
  return Error{fmt::format("{} {}: choose {}{}", option, quoted(word), fmt::join(words, ", "),
                           near ? fmt::format("; did you mean {}?", *near) : "")};
}

Result<std::vector<Protocol>> protocols(const ValidateCommand& command) {
  if (!command.all) {
    const auto target = choice<pre::Target>("--target", command.target, kTargets);
    if (!target) return target.error();
    return std::vector<Protocol>{{*target, command.groups}};
  }
  std::vector<Protocol> all;
  for (const auto target : {pre::Target::kPower, pre::Target::kEpochEnergy}) {
    for (const char* groups : {"none", "configuration", "architecture", "gpu"}) {
      all.push_back({target, {groups}});
    }
  }
  return all;
}

Status check(const ValidateCommand& command) {
  if (command.data.empty()) return Error{"which trainings? name a table with --data runs.csv"};
  if (command.split() && (command.groups_said || command.all)) {
    return Error{"--train and --test stand in place of folds: leave out --groups and --all"};
  }
  if (command.all && command.groups_said) return Error{"--all has groups of its own"};
  const bool none = command.groups == std::vector<std::string>{"none"};
  if (!none &&
      std::find(command.groups.begin(), command.groups.end(), "none") != command.groups.end()) {
    return Error{"--groups none goes with no other"};
  }
  if (command.judge.probes > 0 && none && !command.split()) {
    return Error{"--probes are of a held-out group: say which with --groups, such as gpu"};
  }
  return {};
}

Result<pre::Table> read_tables(const ValidateCommand& command) {
  std::optional<pre::Table> all;
  // All estimators are judged by the same rows.
  const bool graphs = std::any_of(
      command.estimators.begin(), command.estimators.end(),
      [](const std::string& name) { return pre::needs_of(name) == pre::RowNeeds::kGraph; });
  const pre::RowNeeds needs = graphs ? pre::RowNeeds::kGraph : pre::RowNeeds::kFlops;
  for (const std::string& file : command.data) {
    auto table = pre::read_table(file, command.columns, needs);
    if (!table) return table.error();
    if (all) {
      pre::append(*all, std::move(table).value());
    } else {
      all = std::move(table).value();
    }
  }
  for (const std::string& warning : all->warnings) {
    fmt::print(stderr, "joulecast: {}\n", printable(warning));
  }
  return std::move(*all);
}

std::string protocol_text(const ValidateCommand& command, const Protocol& protocol) {
  if (!command.split()) return fmt::format("{}", fmt::join(protocol.groups, ","));
  std::vector<std::string> parts;
  if (!command.judge.train.empty()) {
    parts.push_back(fmt::format("train {}", fmt::join(command.judge.train, ", ")));
  }
  if (!command.judge.test.empty()) {
    parts.push_back(fmt::format("test {}", fmt::join(command.judge.test, ", ")));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

Result<report::Validation> judge_one(const ValidateCommand& command, const pre::Table& table,
                                     const Protocol& protocol, const std::string& name) {
  pre::EstimatorOptions fit = command.fit;
  fit.seed = command.judge.seed;
  // Of many fits each has a thread; a single one has all of them.
  fit.threads = command.split() && command.judge.probes == 0 ? command.judge.threads : 1;
  const auto estimator = pre::make_estimator(name, fit);
  if (!estimator) return estimator.error();
  pre::ValidateOptions options = command.judge;
  options.target = protocol.target;
  options.groups = protocol.groups;
  // Random folds have no group to probe; METHODS' table shows them beside those that have.
  if (protocol.groups.front() == "none" && !command.split()) options.probes = 0;
  ProgressLine line(fmt::format("judging {}", name));
  if (::isatty(STDERR_FILENO) == 1) {
    options.progress = [&line](double fraction) { line.update(fraction); };
  }
  auto scores = pre::validate(table, **estimator, options);
  if (!scores) return scores.error();
  return report::Validation{.target = protocol.target,
                            .protocol = protocol_text(command, protocol),
                            .probes = options.probes,
                            .probe_rule = to_lower(command.probe_rule),
                            .seed = options.seed,
                            .scores = std::move(scores).value()};
}

int list_sources() {
  std::string text;
  for (const pre::SourceName& source : pre::source_names()) {
    text += fmt::format("{:<12}  {}\n", source.name, source.about);
  }
  return print(text);
}

int validate(ValidateCommand command) {
  if (command.list) return list_sources();
  if (const Status status = check(command); !status) return fail(status.error(), kBadUsage);
  const auto rule = choice<pre::ProbeRule>("--probe-rule", command.probe_rule, kProbeRules);
  if (!rule) return fail(rule.error(), kBadUsage);
  command.judge.probe_rule = *rule;
  const auto asked = protocols(command);
  if (!asked) return fail(asked.error(), kBadUsage);
  for (const std::string& name : command.estimators) {
    const auto known = pre::make_estimator(name, command.fit);
    if (!known) return fail(known.error(), kBadUsage);
  }
  const auto table = read_tables(command);
  if (!table) return fail(table.error());
  std::vector<report::Validation> validations;
  for (const Protocol& protocol : *asked) {
    for (const std::string& name : command.estimators) {
      auto one = judge_one(command, *table, protocol, name);
      if (!one) return fail(one.error());
      validations.push_back(std::move(one).value());
    }
  }
  if (command.json) return print(report::json_text(report::validations_json(validations)));
  return print(report::validations_text(validations, report::stdout_terminal()));
}

void add_protocol_options(CLI::App& command, ValidateCommand& options) {
  command
      .add_option("--target", options.target,
                  "What is estimated: power, epoch-energy, stable-epoch-energy or time")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--groups", options.groups,
                  "What is held out: none (5 folds in row order), configuration, architecture, "
                  "gpu, or columns of the table: each distinct combination once")
      ->delimiter(',')
      ->capture_default_str()
      ->type_name("NAME[,NAME]");
  command
      .add_option("--train", options.judge.train,
                  "Fit on the rows with this value, in place of folds; may be repeated")
      ->type_name("COLUMN=VALUE");
  command.add_option("--test", options.judge.test, "Judge on the rows with this value; likewise")
      ->type_name("COLUMN=VALUE");
  command.add_flag("--all", options.all,
                   "Power and epoch energy, with each of none, configuration, architecture and gpu "
                   "held out");
  command
      .add_option("--probes", options.judge.probes,
                  "Configurations of the held-out group whose first row the estimator is given; "
                  "they are not judged")
      ->type_name("K")
      ->check(whole_number(0));
  command
      .add_option("--probe-rule", options.probe_rule,
                  "Which ones: random (the mean over 50 draws), smallest (image, then batch), or "
                  "spread (from the smallest to the largest)")
      ->capture_default_str()
      ->type_name("NAME");
}

}  // namespace

void add_validate(CLI::App& program, Action& action) {
  auto options = std::make_shared<ValidateCommand>();
  CLI::App* command = program.add_subcommand(
      "validate", "How good is an estimator on trainings that it has not seen?");
  command
      ->add_option("--data", options->data,
                   "A table of measured trainings (CSV, also gzip); may be repeated")
      ->type_name("FILE");
  command
      ->add_option("--columns", options->columns,
                   "What its columns are: a mapping (docs/estimator-data.md) or the name of a "
                   "built-in one; left out, recognised by the header")
      ->type_name("MAPPING.toml|NAME");
  command->add_flag("--list-columns", options->list, "List the built-in mappings");
  add_protocol_options(*command, *options);
  command
      ->add_option(
          "--estimator", options->estimators,
          fmt::format("Which ones: {}", fmt::join(
                                            [] {
                                              std::vector<std::string_view> names;
                                              for (const auto& each : pre::estimator_names()) {
                                                names.push_back(each.name);
                                              }
                                              return names;
                                            }(),
                                            ", ")))
      ->delimiter(',')
      ->capture_default_str()
      ->type_name("NAME[,NAME]");
  command->add_flag("--search", options->fit.search,
                    "Search the hyper-parameters in each fold's training rows instead of taking "
                    "the published ones");
  command->add_option("--draws", options->fit.draws, "Draws of that search")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(1));
  command->add_flag("--time-given", options->judge.time_given,
                    "Tell the estimator each epoch's seconds: what remains is the error of its "
                    "watts (joulecast's own estimator)");
  command->add_flag("--mixed-meters", options->judge.mixed_meters,
                    "Take rows of several meters together");
  command->add_option("--seed", options->judge.seed, "Of the search and of drawn probes")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(0));
  command
      ->add_option("--threads", options->judge.threads,
                   "0: as many as there are cores; the result "
                   "is the same")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(0));
  command->add_flag("--json", options->json, "Print JSON (docs/schema/validate-1.json)");
  command->footer(
      R"(Random folds put repeats of one configuration on both sides: they say how well
an estimator repeats what it has seen. What it makes of a set-up that nobody has
run, grouped folds say. A configuration is GPU, network, data set, batch size,
image size and host memory; what else a table varies is a group by its column,
as power_limit of Zeus.

Examples:
  joulecast validate --data runs.csv --all
  joulecast validate --data runs.csv --target epoch-energy --groups gpu --probes 1
  joulecast validate --data zeus.csv --target time --groups power_limit
  joulecast validate --data power_v100.csv --data power_rtx6000.csv --target time \
      --train 'gpu=V100' --test 'gpu=RTX 6000' --estimator krr,svr,linear)");
  command->callback([command, options, &action] {
    options->groups_said = command->count("--groups") > 0;
    action = [options] { return validate(*options); };
  });
}

}  // namespace joulecast::cli
