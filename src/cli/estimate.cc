#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/gpu_option.h"
#include "cli/rate_options.h"
#include "cli/set_up_options.h"
#include "joulecast/hardware/machine.h"
#include "joulecast/pre/alternatives.h"
#include "joulecast/pre/comparison.h"
#include "joulecast/pre/estimator_file.h"
#include "joulecast/pre/training_estimate.h"
#include "report/estimate.h"
#include "report/estimate_comparison.h"

namespace joulecast::cli {
namespace {

struct EstimateOptions {
  SetUpOptions set_up;
  std::string estimator;
  std::string slower = "10%";
  std::size_t rows = 30;
  RateOptions rates;
  bool json = false;
};

Status complete(pre::SaidSettings& said) {
  if (!said.contains("gpu")) {
    return Error{"which GPU? --gpu \"RTX 3090\", or --gpu auto for this machine's"};
  }
  if (!said.contains("train_size")) {
    return Error{"how many samples does an epoch train on? --train-size N"};
  }
  auto& gpu = said.find("gpu")->second;
  if (to_lower(trim(gpu.value)) != "auto") return {};
  auto here = gpu_of_option(gpu.value);
  if (!here) return here.error();
  gpu.value = here->name;
  return {};
}

// The published features ask for it, and hardly anybody says it.
void assume_host_memory(pre::SaidSettings& said, const pre::EstimatorFile& estimator) {
  constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
  const auto memory = hardware::memory_of_machine();
  if (!memory || !estimator.heeds("host_memory") || said.contains("host_memory")) return;
  said["host_memory"] = {.value = fmt::format("{:.0f}", memory->value() / kBytesPerGib),
                         .origin = "GB, as here",
                         .assumed = true};
}

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

int estimate_one(const EstimateOptions& options, const pre::EstimatorFile& estimator,
                 const pre::SaidSettings& said, const carbon::Rates& rates) {
  const auto set_up = pre::set_up_of(said);
  if (!set_up) return fail(set_up.error(), kBadUsage);
  auto made = pre::estimate_training(estimator, *set_up);
  if (!made) return fail(made.error());
  const report::EstimateReport report = {.estimate = std::move(made).value(),
                                         .estimator = options.estimator,
                                         .provenance = estimator.provenance(),
                                         .rates = rates};
  if (options.json) return print(report::json_text(report::estimate_json(report)));
  return print(report::estimate_text(report, report::stdout_terminal()));
}

int estimate_many(const EstimateOptions& options, const pre::EstimatorFile& estimator,
                  const std::vector<pre::SaidSettings>& all, const carbon::Rates& rates) {
  const auto slower = share(options.slower);
  if (!slower) return fail(slower.error(), kBadUsage);
  report::EstimateComparisonReport report;
  report.varied = varied(all);
  for (const std::string& setting : report.varied) {
    if (estimator.heeds(setting)) continue;
    return fail(
        {fmt::format("this estimator does not look at the {}: nothing to compare", setting)},
        kBadUsage);
  }
  report.comparison = pre::compare_set_ups(estimator, all, *slower);
  if (report.comparison.rows.empty()) return fail({report.comparison.left_out.front()});
  report.slower = *slower;
  report.estimator = options.estimator;
  report.rates = rates;
  if (options.json) return print(report::json_text(report::estimate_comparison_json(report)));
  return print(report::estimate_comparison_text(report, options.rows, report::stdout_terminal()));
}

int estimate(const EstimateOptions& options) {
  auto said = options.set_up.read();
  if (!said) return fail(said.error());  // of the plan file
  if (const Status status = complete(*said); !status) return fail(status.error(), kBadUsage);
  if (options.estimator.empty()) {
    return fail({"which estimator? fit one with 'joulecast fit' and name it with --estimator FILE"},
                kBadUsage);
  }
  std::vector<std::string> notes;
  const auto rates = options.rates.resolve(notes);
  if (!rates) return fail(rates.error(), kBadUsage);
  for (const std::string& note : notes) fmt::print(stderr, "joulecast: {}\n", printable(note));
  const auto estimator = pre::load_estimator(options.estimator);
  if (!estimator) return fail(estimator.error());
  assume_host_memory(*said, *estimator);
  const auto all = pre::alternatives_of(*said);
  if (!all) return fail(all.error(), kBadUsage);
  if (all->size() == 1) return estimate_one(options, *estimator, all->front(), *rates);
  return estimate_many(options, *estimator, *all, *rates);
}

}  // namespace

void add_estimate(CLI::App& program, Action& action) {
  auto* command = program.add_subcommand(
      "estimate",
      "Say what a training will take before it starts: joules, hours, watts, CO2, money");
  auto options = std::make_shared<EstimateOptions>();
  options->set_up.add_to(*command);
  command->add_option("--estimator", options->estimator, "A file that 'joulecast fit' wrote")
      ->type_name("FILE");
  command
      ->add_option("--slower", options->slower,
                   "With several set-ups: also the one that takes least energy and at most so much "
                   "more time than the fastest (default 10%)")
      ->type_name("P%");
  command->add_option("--rows", options->rows, "With several set-ups: how many to show (0: all)")
      ->type_name("N");
  options->rates.add_to(*command);
  command->add_flag("--json", options->json, "Print joulecast.estimate/1");
  command->footer(
      R"(The answer is modelled, never measured: each figure has an interval, and what lies outside
the estimator's experience is named.

Examples:
  joulecast estimate resnet50 --gpu "RTX 3090" --batch-size 64 --train-size 12000 --epochs 100
  joulecast estimate model.onnx --gpu auto --train-size 50000 --country ES --json
  joulecast estimate --plan plan.toml
What should I change? Settings with several values give one sorted table:
  joulecast estimate resnet50,vgg16 --gpu all --batch-size 16,32,64 --train-size 12000
  joulecast estimate resnet50 --gpu "RTX 3090" --power-limit 150..350 --train-size 12000 --slower 5%)");
  command->callback([options, &action] { action = [options] { return estimate(*options); }; });
}

}  // namespace joulecast::cli
