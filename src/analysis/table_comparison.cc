#include "joulecast/analysis/table_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"

namespace joulecast::analysis {
namespace {

constexpr std::array<std::string_view, 4> kGroupings = {"configuration", "architecture", "gpu",
                                                        "none"};

// Which rows can be compared.
std::vector<std::size_t> usable_rows(const pre::Table& table, std::vector<std::string>& notes) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.observations.size(); ++i) {
    const pre::Observation& row = table.observations[i];
    const auto energy = pre::value_of(row, pre::Target::kEpochEnergy);
    const auto time = pre::value_of(row, pre::Target::kTime);
    if (energy && *energy > 0.0 && time && *time > 0.0) rows.push_back(i);
  }
  if (const std::size_t out = table.observations.size() - rows.size(); out > 0) {
    notes.push_back(fmt::format("{} rows left out: energy or time of an epoch is not known", out));
  }
  return rows;
}

std::string group_of(const pre::Table& table, std::size_t row, const std::string& grouping) {
  const pre::SetUp& set_up = table.observations[row].set_up;
  if (grouping == "architecture") return table.architectures[row];
  if (grouping == "gpu") return pre::gpu_name_of(set_up);
  return pre::configuration_of(set_up);
}

// As scikit-learn's KFold without shuffling: the first folds are one larger.
std::string fold_of(std::size_t place, std::size_t rows) {
  constexpr std::size_t kFolds = 5;
  const std::size_t small = rows / kFolds, larger = rows % kFolds;
  const std::size_t in_larger = larger * (small + 1);
  return fmt::format(
      "fold {}", place < in_larger ? place / (small + 1) : larger + (place - in_larger) / small);
}

// "nvml+ram": what the words say.
MeterScope scope_of_words(const std::string& meter) {
  const std::string words = to_lower(meter);
  const auto says = [&words](const char* word) { return words.find(word) != std::string::npos; };
  if (says("node") || says("wall"))
    return {.gpu = true, .cpu = true, .memory = true, .whole_node = true};
  return {.gpu = true, .cpu = says("cpu"), .memory = says("ram"), .whole_node = false};
}

MeasuredTraining training_of(const pre::Observation& row, std::string group) {
  MeasuredTraining training;
  training.name = pre::place_of(row);
  training.group = std::move(group);
  training.energy = Joules(*pre::value_of(row, pre::Target::kEpochEnergy));
  training.duration = Seconds(*pre::value_of(row, pre::Target::kTime));
  training.scope = scope_of_words(row.meter);
  training.set_up = pre::configuration_of(row.set_up);
  training.facts = facts_of(row.set_up, 1.0);
  return training;
}

}  // namespace

Status check_grouping(const std::string& name) {
  if (std::find(kGroupings.begin(), kGroupings.end(), name) != kGroupings.end()) return {};
  const auto near = nearest(name, kGroupings);
  return Error{fmt::format("--groups {}: choose {}{}", quoted(name), fmt::join(kGroupings, ", "),
                           near ? fmt::format("; did you mean {}?", *near) : "")};
}

void tell_of_epochs(Comparison& comparison) {
  for (const MethodColumn* column : comparison.columns()) {
    // Of a single epoch nobody has to be told how many there are.
    const bool of_time = column->told.starts_with("true duration");
    comparison.say_told(column->name, of_time ? "true time of the epoch" : "");
    if (column->method->when == "before the start") {
      comparison.say_fitted_on(column->name, "the other rows");
    }
  }
}

Result<Comparison> compare_table(const pre::Table& table, const TableOptions& options,
                                 std::vector<std::string>& notes) {
  if (Status status = check_grouping(options.groups); !status) return status.error();
  const std::vector<std::size_t> rows = usable_rows(table, notes);
  if (rows.empty()) return Error{"no row says both energy and time of an epoch"};
  std::map<std::string, std::vector<std::size_t>> members;
  std::vector<std::string> groups(table.observations.size());
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const std::size_t row = rows[place];
    groups[row] = options.groups == "none" ? fold_of(place, rows.size())
                                           : group_of(table, row, options.groups);
    members[groups[row]].push_back(row);
  }
  if (members.size() < 2) {
    return Error{fmt::format("all rows are of one {}, {}: nothing is left to fit on",
                             options.groups, quoted(members.begin()->first))};
  }
  std::vector<std::vector<MethodAnswer>> fitted(table.observations.size());
  std::set<std::string> fit_notes;
  double done = 0.0;
  for (const auto& [group, own] : members) {
    std::vector<pre::Observation> others;
    for (const std::size_t row : rows) {
      if (groups[row] != group) others.push_back(table.observations[row]);
    }
    const auto methods = FittedMethods::fit(others);
    if (!methods) return methods.error();
    fit_notes.insert(methods->notes().begin(), methods->notes().end());
    for (const std::size_t row : own) {
      const pre::Observation& observation = table.observations[row];
      fitted[row] = methods->answers(observation.set_up, 1.0,
                                     Seconds(*pre::value_of(observation, pre::Target::kTime)));
    }
    if (options.progress) options.progress(++done / static_cast<double>(members.size()));
  }
  notes.insert(notes.end(), fit_notes.begin(), fit_notes.end());
  Comparison comparison;
  for (const std::size_t row : rows) {
    const MeasuredTraining training = training_of(table.observations[row], groups[row]);
    std::vector<MethodAnswer> answers = formula_answers(training);
    answers.insert(answers.end(), fitted[row].begin(), fitted[row].end());
    comparison.add(training, answers);
  }
  comparison.fit_flops_only();
  tell_of_epochs(comparison);
  return comparison;
}

}  // namespace joulecast::analysis
