#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/estimate_history.h"
#include "cli/estimate_knowledge.h"
#include "cli/estimate_stopping.h"
#include "cli/rate_options.h"
#include "cli/set_up_machine.h"
#include "cli/set_up_options.h"
#include "joulecast/pre/alternatives.h"
#include "joulecast/pre/comparison.h"
#include "joulecast/pre/training_estimate.h"
#include "report/estimate.h"
#include "report/estimate_comparison.h"

namespace joulecast::cli {
namespace {

struct EstimateOptions {
  SetUpOptions set_up;
  KnowledgeOptions knowledge;
  StoppingOptions stopping;
  std::string slower = "10%";
  std::size_t rows = 30;
  RateOptions rates;
  bool history = false;
  bool json = false;
};

std::vector<std::string> varied(const std::vector<pre::SaidSettings>& all) {
  std::vector<std::string> names;
  for (const auto& [name, said] : all.front()) {
    const std::string& setting = name;
    const std::string& value = said.value;
    const bool varies = std::any_of(all.begin(), all.end(), [&](const pre::SaidSettings& one) {
      return one.find(setting)->second.value != value;
    });
    if (varies) names.push_back(setting);
  }
  return names;
}

Result<double> share(const std::string& text) {
  constexpr double kPercent = 100.0;
  std::string_view said = trim(text);
  const bool percent = said.ends_with('%');
  if (percent) said.remove_suffix(1);
  const auto number = parse_number(said);
  if (!number || !(*number >= 0.0) || !std::isfinite(*number)) {
    return Error{fmt::format("--slower {} is no share like 10%", quoted(text))};
  }
  return percent ? *number / kPercent : *number;
}

int estimate_one(const EstimateOptions& options, const Knowledge& knowledge,
                 const pre::SaidSettings& said, const carbon::Rates& rates) {
  const auto set_up = pre::set_up_of(said);
  if (!set_up) return fail(set_up.error(), kBadUsage);
  std::optional<report::EstimatedStopping> stopping;
  if (options.stopping.given()) {
    auto found = stopping_of(options.stopping, options.knowledge.store, said);
    if (!found) return fail(found.error(), kBadUsage);
    stopping = std::move(found).value();
  }
  auto made = pre::estimate_training(knowledge.estimator, *set_up);
  if (!made) return fail(made.error());
  if (stopping) apply(*stopping, *made);
  report::EstimateReport report = {.estimate = std::move(made).value(),
                                   .estimator = knowledge.name,
                                   .provenance = knowledge.estimator.provenance(),
                                   .rates = rates,
                                   .stopping = std::move(stopping),
                                   .probes = {}};
  for (const Probe& probe : knowledge.probes) report.probes.push_back(probe.id);
  if (options.json) return print(report::json_text(report::estimate_json(report)));
  return print(report::estimate_text(report, report::stdout_terminal()));
}

int estimate_many(const EstimateOptions& options, const Knowledge& knowledge,
                  const std::vector<pre::SaidSettings>& all, const carbon::Rates& rates) {
  const auto slower = share(options.slower);
  if (!slower) return fail(slower.error(), kBadUsage);
  if (options.stopping.given()) {
    return fail({"--early-stopping is for one set-up: give each setting one value"}, kBadUsage);
  }
  report::EstimateComparisonReport report;
  report.varied = varied(all);
  for (const std::string& setting : report.varied) {
    if (knowledge.estimator.heeds(setting)) continue;
    return fail(
        {fmt::format("this estimator does not look at the {}: nothing to compare", setting)},
        kBadUsage);
  }
  report.comparison = pre::compare_set_ups(knowledge.estimator, all, *slower);
  if (report.comparison.rows.empty()) return fail({report.comparison.left_out.front()});
  report.slower = *slower;
  report.estimator = knowledge.name;
  report.rates = rates;
  if (options.json) return print(report::json_text(report::estimate_comparison_json(report)));
  return print(report::estimate_comparison_text(report, options.rows, report::stdout_terminal()));
}

int estimate(const EstimateOptions& options) {
  if (options.history) return estimate_history(options.knowledge.store, options.json);
  auto said = options.set_up.read();
  if (!said) return fail(said.error());  // of the plan file
  if (const Status status = check_said(*said); !status) return fail(status.error(), kBadUsage);
  if (const Status status = name_machine(*said); !status) return fail(status.error(), kBadUsage);
  std::vector<std::string> notes;
  const auto rates = options.rates.resolve(notes);
  if (!rates) return fail(rates.error(), kBadUsage);
  auto knowledge = knowledge_of(options.knowledge);
  if (!knowledge) return fail(knowledge.error());
  notes.insert(notes.end(), knowledge->notes.begin(), knowledge->notes.end());
  for (const std::string& note : notes) fmt::print(stderr, "joulecast: {}\n", printable(note));
  complete(*said, *knowledge);
  const auto all = pre::alternatives_of(*said);
  if (!all) return fail(all.error(), kBadUsage);
  if (all->size() == 1) return estimate_one(options, *knowledge, all->front(), *rates);
  return estimate_many(options, *knowledge, *all, *rates);
}

}  // namespace

void add_estimate(CLI::App& program, Action& action) {
  auto* command = program.add_subcommand(
      "estimate",
      "Say what a training will take before it starts: joules, hours, watts, CO2, money");
  auto options = std::make_shared<EstimateOptions>();
  options->set_up.add_to(*command);
  options->knowledge.add_to(*command);
  options->stopping.add_to(*command);
  command
      ->add_option("--slower", options->slower,
                   "With several set-ups: also the one that takes least energy and at most so much "
                   "more time than the fastest (default 10%)")
      ->type_name("P%");
  command->add_option("--rows", options->rows, "With several set-ups: how many to show (0: all)")
      ->type_name("N");
  options->rates.add_to(*command);
  command->add_flag("--history", options->history,
                    "Instead: what was estimated and projected of the store's runs, beside what "
                    "they took");
  command->add_flag("--json", options->json,
                    "Print JSON (docs/schema/estimate-1.json, estimates-1.json, history-1.json)");
  command->footer(
      R"(The answer is modelled, never measured: each figure has an interval, and what
lies outside the estimator's experience is named. Probes of the store
('joulecast probe') correct it.

Examples:
  joulecast estimate resnet50 --gpu "RTX 3090" --train-size 12000 --epochs 100
  joulecast estimate model.onnx --gpu auto --train-size 50000 --country ES
  joulecast estimate model.onnx --gpu cpu --train-size 50000
  joulecast estimate --plan plan.toml --early-stopping patience=10,max=100
  joulecast estimate --history
What should I change? Settings with several values give one sorted table:
  joulecast estimate --plan plan.toml --gpu all --batch-size 16,32,64
  joulecast estimate --plan plan.toml --power-limit 150..350 --slower 5%
  joulecast estimate --plan plan.toml --precision fp32,tf32,bf16)");
  command->callback([options, &action] { action = [options] { return estimate(*options); }; });
}

}  // namespace joulecast::cli
