#include "cli/estimate_stopping.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "joulecast/step/stopping_mixture.h"

namespace joulecast::cli {
namespace {

Result<std::vector<int>> epochs_given(const std::string& text) {
  std::vector<int> epochs;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const auto number = parse_integer(trim(rest.substr(0, comma)));
    if (!number || *number < 1 || *number > step::kMostEpochs) {
      return Error{fmt::format("--past-epochs {}: write the epochs of each run, like 41,57,60",
                               quoted(text))};
    }
    epochs.push_back(static_cast<int>(*number));
    if (comma == std::string_view::npos) return epochs;
    rest.remove_prefix(comma + 1);
  }
}

bool has_word(const store::RunSummary& run, const std::string& text) {
  return run.title.find(text) != std::string::npos || run.command.find(text) != std::string::npos ||
         std::find(run.tags.begin(), run.tags.end(), text) != run.tags.end();
}

// Only trainings that came to their own end say when such trainings end.
Result<std::vector<int>> epochs_of_runs(const std::string& text, const StoreOptions& options) {
  const auto store = options.open();
  if (!store) return store.error();
  std::vector<int> epochs;
  for (const store::RunSummary& run : (*store)->list()) {
    const bool probe = std::find(run.tags.begin(), run.tags.end(), "probe") != run.tags.end();
    if (probe || run.exit_code.value_or(1) != 0 || run.epochs == 0) continue;
    if (has_word(run, text)) epochs.push_back(static_cast<int>(run.epochs));
  }
  if (epochs.empty()) {
    return Error{fmt::format(
        "--past {}: no run of the store that ended well has it in its title, tags or command",
        quoted(text))};
  }
  return epochs;
}

Result<std::vector<int>> past_of(const StoppingOptions& options, const StoreOptions& store) {
  std::vector<int> past;
  if (!options.past_epochs.empty()) {
    auto given = epochs_given(options.past_epochs);
    if (!given) return given;
    past = std::move(given).value();
  }
  if (!options.past.empty()) {
    auto found = epochs_of_runs(options.past, store);
    if (!found) return found;
    past.insert(past.end(), found->begin(), found->end());
  }
  return past;
}

Status add_cap(step::EarlyStoppingRule& rule, const pre::SaidSettings& said) {
  if (rule.max_epochs) return {};
  const auto epochs = said.find("epochs");
  const auto number = epochs == said.end() ? std::nullopt : parse_number(epochs->second.value);
  if (!number || !(*number >= 1.0) || *number > step::kMostEpochs) {
    return Error{"how many epochs at most? --epochs N, or max=N in --early-stopping"};
  }
  rule.max_epochs = static_cast<int>(std::floor(*number));
  return {};
}

// Of an estimate all errors are of the epoch: they do not average out over many.
Forecast times(const Forecast& epoch, double epochs) {
  Forecast total = epoch;
  const auto scale = [epochs](auto& estimate) {
    estimate->value = epochs * estimate->value;
    if (estimate->low) estimate->low = epochs * *estimate->low;
    if (estimate->high) estimate->high = epochs * *estimate->high;
  };
  if (total.energy) scale(total.energy);
  if (total.duration) scale(total.duration);
  return total;
}

}  // namespace

void StoppingOptions::add_to(CLI::App& command) {
  command
      .add_option("--early-stopping", rule,
                  "The stopping rule: patience=20,metric=val_loss,mode=min,max=150; the total is "
                  "then that of the epochs it may take")
      ->type_name("RULE");
  command
      .add_option("--past", past,
                  "With a rule: runs of the store with this in title, tags or command say after "
                  "how many epochs such trainings end")
      ->type_name("TEXT");
  command.add_option("--past-epochs", past_epochs, "Likewise, as numbers: 41,57,60")
      ->type_name("LIST");
}

Result<report::EstimatedStopping> stopping_of(const StoppingOptions& options,
                                              const StoreOptions& store,
                                              const pre::SaidSettings& said) {
  if (options.rule.empty()) {
    return Error{"past runs say when a training ends only with its --early-stopping"};
  }
  auto rule = step::parse_early_stopping(options.rule);
  if (!rule) return rule.error();
  if (Status status = add_cap(*rule, said); !status) return status.error();
  const auto past = past_of(options, store);
  if (!past) return past.error();
  return report::EstimatedStopping{
      .rule = options.rule,
      .past_runs = past->size(),
      .distribution = past->empty() ? step::stopping_by_rule(*rule)
                                    : step::stopping_from_history(*past, *rule->max_epochs)};
}

void apply(const report::EstimatedStopping& stopping, pre::TrainingEstimate& estimate) {
  const Forecast epoch = estimate.epoch;
  estimate.total = step::forecast_stopping([&epoch](int epochs) { return times(epoch, epochs); },
                                           stopping.distribution);
}

}  // namespace joulecast::cli
