#include "cli/compare_runs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "cli/compare_estimators.h"
#include "cli/compare_facts.h"
#include "cli/estimate_knowledge.h"
#include "cli/marked_recording.h"
#include "cli/progress_line.h"
#include "joulecast/analysis/run_comparison.h"
#include "joulecast/store/run_folder.h"

namespace joulecast::cli {
namespace {

// The epochs of a run that has not been read: any number of frozen ones fits, and nothing that is
// asked before reading depends on it.
constexpr double kEpochsNotRead = 1e6;

// A run before its recording is read.
struct Source {
  std::string name;  ///< As the user called it.
  std::filesystem::path path;
  Facts facts;
  std::optional<Forecast> estimate;  ///< Made before its start.
};

// What a stored run says of itself; its user's words count more.
Status add_record(const std::filesystem::path& folder, Source& source) {
  const auto run = store::read_record(folder);
  if (!run) return run.error();
  if (run->state == store::RunState::kRunning) {
    return Error{fmt::format("{}: still running", source.name)};
  }
  if (run->start.probe) {
    return Error{fmt::format("{}: a probe, which is no whole training", source.name)};
  }
  int gpus = 0;
  for (const store::RecordedDevice& device : run->devices) {
    if (device.device.kind != DeviceKind::kGpu) continue;
    if (++gpus == 1) source.facts["gpu"] = {device.device.name, kOwnDevices};
  }
  if (gpus > 1) source.facts["gpus"] = {std::to_string(gpus), kOwnDevices};
  constexpr double kBytesOfGb = 1024.0 * 1024.0 * 1024.0;
  if (run->start.ram.value() > 0.0) {
    source.facts["host_memory"] = {fmt::format("{:.0f}", run->start.ram.value() / kBytesOfGb),
                                   "its host"};
  }
  add_known_words(run->start.title, "its title", source.facts);
  for (const std::string& tag : run->start.tags) add_known_words(tag, "its tags", source.facts);
  source.estimate = run->estimate;
  return {};
}

// Finds runs by path or by name, and what is known of them.
class Sources {
 public:
  explicit Sources(const CompareRunsRequest& request) : request_(request) {}

  Status read_facts() {
    for (const std::string& word : request_.facts) {
      if (Status status = add_fact(word, "--fact", of_all_); !status) return status;
    }
    if (request_.facts_file.empty()) return {};
    auto table = FactsTable::read(request_.facts_file);
    if (!table) return table.error();
    table_ = std::move(table).value();
    return {};
  }

  Result<std::vector<std::string>> names() {
    if (!request_.runs.empty()) return request_.runs;
    if (Status status = open_store(); !status) return status.error();
    std::vector<std::string> names;
    for (const store::RunSummary& summary : store_->list()) {
      const auto& tags = summary.tags;
      const bool probe = std::find(tags.begin(), tags.end(), kProbeTag) != tags.end();
      if (!probe) names.push_back(summary.folder.string());
    }
    if (names.empty()) return Error{"there is no run in the store; see 'joulecast list'"};
    return names;
  }

  Result<Source> find(const std::string& name) {
    Source source{.name = name, .path = name, .facts = {}, .estimate = {}};
    std::error_code ignored;
    if (!std::filesystem::exists(name, ignored)) {
      if (name.find('/') != std::string::npos || name.ends_with(".csv")) {
        return Error{fmt::format("{}: no such file or folder", name)};
      }
      if (Status status = open_store(); !status) return status.error();
      const auto folder = store_->find(name);
      if (!folder) return folder.error();
      source.path = *folder;
    }
    if (store::is_run_folder(source.path)) {
      if (Status status = add_record(source.path, source); !status) return status.error();
    }
    add_said(source);
    return source;
  }

  std::vector<std::string> notes() const {
    if (!table_ || without_row_ == 0) return {};
    return {fmt::format("{} of the runs have no row in {}", without_row_, request_.facts_file)};
  }

 private:
  Status open_store() {
    if (store_) return {};
    auto store = request_.store.open();
    if (!store) return store.error();
    store_ = std::move(store).value();
    print_notes(*store_);
    return {};
  }

  void add_said(Source& source) {
    for (const auto& [name, said] : of_all_) source.facts.insert_or_assign(name, said);
    if (!table_) return;
    const Facts* row = table_->find(source.name);
    if (row == nullptr) row = table_->find(source.path.string());
    if (row == nullptr) {
      ++without_row_;
      return;
    }
    for (const auto& [name, said] : *row) source.facts.insert_or_assign(name, said);
    const auto marks = source.facts.find("epoch_marks");
    if (marks != source.facts.end()) {
      marks->second.value = (table_->folder() / marks->second.value).string();
    }
  }

  const CompareRunsRequest& request_;
  Facts of_all_;
  std::optional<FactsTable> table_;
  std::unique_ptr<store::Store> store_;
  std::size_t without_row_ = 0;
};

Result<MarkedRecording> read_one(const CompareRunsRequest& request, const Source& source,
                                 const KnownOfRun& known) {
  RunOptions run;
  run.path = source.path.string();
  run.format = request.format;
  MarkOptions marks;
  marks.marks_file = known.epoch_marks;
  marks.detect = request.detect_epochs && known.epoch_marks.empty();
  return read_marked(run, marks);
}

// The power limit that the recording itself knows, of one GPU.
std::optional<Watts> recorded_limit(const EpochRun& run) {
  for (const EpochRun::DeviceEnergy& device : run.devices) {
    if (device.device.kind == DeviceKind::kGpu && device.device.power_limit) {
      return device.device.power_limit;
    }
  }
  return std::nullopt;
}

// Collects runs, and how many of them were planned at the length that they had.
class Collector {
 public:
  Collector(const CompareRunsRequest& request, const CompareEstimators& estimators)
      : request_(request), estimators_(estimators) {}

  Status add(const Source& source) {
    auto known = known_of(source.name, source.facts, kEpochsNotRead);
    if (!known) return known.error();
    const auto recording = read_one(request_, source, *known);
    if (!recording) return recording.error();
    analysis::RunMoments moments;
    moments.epochs = request_.moments;
    moments.phases = known->phases;
    moments.open_phases = known->open_phases;
    auto answers =
        analysis::run_answers(source.name, recording->run, recording->report.plan, moments);
    if (!answers) return answers.error();
    const auto epochs = static_cast<double>(recording->run.epochs.size());
    known = known_of(source.name, source.facts, epochs);
    if (!known) return known.error();
    add_training(source, *known, *recording, std::move(answers).value());
    return {};
  }

  ComparedRuns finish() {
    std::vector<std::string> notes;
    if (comparison_.fit_flops_only() > 0) {
      notes.emplace_back(
          "flops-only has no answer: it is fitted on runs of another group, and there are none");
    }
    for (const analysis::MethodColumn* column : comparison_.columns()) {
      say_told(*column);
      const bool fitted = column->name.starts_with("pre-") || column->name == "joulecast-estimate";
      if (column->name == "flops-only") {
        comparison_.say_fitted_on(column->name, "the other runs, without their own group");
      } else if (fitted && recorded_estimates_ == 0) {
        comparison_.say_fitted_on(column->name, estimators_.fitted_on(column->name));
      }
    }
    return {.comparison = std::move(comparison_), .notes = std::move(notes)};
  }

 private:
  void add_training(const Source& source, const KnownOfRun& known, const MarkedRecording& recording,
                    analysis::RunAnswers answers) {
    const auto epochs = static_cast<double>(recording.run.epochs.size());
    analysis::MeasuredTraining training;
    training.name = source.name;
    training.group = known.group.empty() ? source.name : known.group;
    training.energy = answers.energy;
    training.duration = answers.duration;
    training.scope = known.scope.value_or(analysis::scope_of(recording.run));
    training.facts = known.facts;
    if (!training.facts.gpu_power_limit) {
      training.facts.gpu_power_limit = recorded_limit(recording.run);
    }
    const auto append = [&](std::vector<analysis::MethodAnswer> more) {
      answers.answers.insert(answers.answers.end(), more.begin(), more.end());
    };
    append(analysis::formula_answers(training));
    if (known.set_up) append(estimators_.answers(*known.set_up, epochs, answers.duration));
    add_recorded_estimate(source, answers.answers);
    comparison_.add(training, answers.answers, std::move(answers.track));
    const auto planned = known.planned_epochs ? known.planned_epochs : recording.report.plan.total;
    if (planned && *planned == epochs) ++planned_;
  }

  void add_recorded_estimate(const Source& source, std::vector<analysis::MethodAnswer>& answers) {
    if (!source.estimate || !source.estimate->energy) return;
    const bool asked = std::any_of(answers.begin(), answers.end(), [](const auto& one) {
      return one.method == "joulecast-estimate";
    });
    if (asked) return;
    const Estimate<Joules>& energy = *source.estimate->energy;
    answers.push_back({.method = "joulecast-estimate",
                       .energy = energy.value,
                       .low = energy.low,
                       .high = energy.high,
                       .spent = 0.0});
    ++recorded_estimates_;
  }

  void say_told(const analysis::MethodColumn& column) {
    const std::size_t at = column.told.find("epoch count");
    if (at == std::string::npos) return;
    std::string count = "true epoch count";
    if (planned_ == comparison_.size()) {
      count = "planned epoch count";
    } else if (planned_ > 0) {
      count += fmt::format(" (planned in {} of {})", planned_, comparison_.size());
    }
    std::string told = column.told;
    comparison_.say_told(column.name, told.replace(at, std::string("epoch count").size(), count));
  }

  const CompareRunsRequest& request_;
  const CompareEstimators& estimators_;
  analysis::Comparison comparison_;
  std::size_t planned_ = 0, recorded_estimates_ = 0;
};

std::set<std::string> configurations_of(const std::vector<Source>& sources) {
  std::set<std::string> all;
  for (const Source& source : sources) {
    const auto known = known_of(source.name, source.facts, kEpochsNotRead);
    if (known && known->set_up) all.insert(pre::configuration_of(*known->set_up));
  }
  return all;
}

}  // namespace

Result<ComparedRuns> compare_runs(const CompareRunsRequest& request) {
  Sources finder(request);
  if (Status status = finder.read_facts(); !status) return status.error();
  const auto names = finder.names();
  if (!names) return names.error();
  const bool skip_bad = request.runs.empty();
  std::map<std::string, int> left_out;
  std::vector<Source> sources;
  for (const std::string& name : *names) {
    auto source = finder.find(name);
    if (source) {
      sources.push_back(std::move(source).value());
    } else if (skip_bad) {
      ++left_out[source.error().message];
    } else {
      return source.error();
    }
  }
  const CompareFitRequest fit{.tables = request.fit_on,
                              .columns = request.columns,
                              .without = request.fit_without,
                              .file = request.estimator};
  const auto estimators = CompareEstimators::make(fit, configurations_of(sources));
  if (!estimators) return estimators.error();
  Collector collector(request, *estimators);
  ProgressLine progress("comparing");
  const bool show = ::isatty(STDERR_FILENO) == 1;
  double done = 0.0;
  for (const Source& source : sources) {
    if (const Status status = collector.add(source); !status) {
      if (!skip_bad) return status.error();
      ++left_out[status.error().message];
    }
    if (show) progress.update(++done / static_cast<double>(sources.size()));
  }
  ComparedRuns runs = collector.finish();
  const auto found = finder.notes();
  runs.notes.insert(runs.notes.end(), found.begin(), found.end());
  runs.notes.insert(runs.notes.end(), estimators->notes().begin(), estimators->notes().end());
  for (const auto& [reason, count] : left_out) {
    runs.notes.push_back(
        fmt::format("{} {} left out: {}", count, count == 1 ? "run" : "runs", reason));
  }
  if (runs.comparison.size() == 0) {
    return Error{left_out.empty() ? "there is no run to compare"
                                  : "no run can be compared: " + left_out.begin()->first};
  }
  return runs;
}

}  // namespace joulecast::cli
