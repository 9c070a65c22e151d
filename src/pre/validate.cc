#include "joulecast/pre/validate.h"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <mutex>

#include "base/text.h"
#include "pre/folds.h"
#include "pre/probes.h"
#include "pre/scores.h"
#include "pre/share_out.h"

namespace joulecast::pre {
namespace {

class Judge {
 public:
  Judge(const Table& table, const Estimator& estimator, const ValidateOptions& options,
        const std::vector<Fold>& folds, const std::vector<Trial>& trials)
      : table_(table),
        estimator_(estimator),
        options_(options),
        folds_(folds),
        trials_(trials),
        results_(trials.size()) {}

  Result<std::vector<Judged>> run();

 private:
  void work(std::size_t i);
  Result<std::vector<Judged>> judge(const Trial& trial) const;
  void report_progress();

  const Table& table_;
  const Estimator& estimator_;
  const ValidateOptions& options_;
  const std::vector<Fold>& folds_;
  const std::vector<Trial>& trials_;
  /// Each thread writes those of its own trials.
  std::vector<std::optional<Result<std::vector<Judged>>>> results_;
  std::atomic<bool> failed_ = false;
  std::mutex progress_mutex_;
  std::size_t done_ = 0;
};

Result<std::vector<Judged>> Judge::judge(const Trial& trial) const {
  std::vector<Observation> train;
  train.reserve(trial.train.size());
  for (const std::size_t row : trial.train) train.push_back(table_.observations[row]);
  const std::string& group = folds_[trial.fold].group;
  const auto fitted = estimator_.fit(train, options_.target);
  if (!fitted) {
    return Error{fmt::format("{}, without {}: {}", estimator_.name(), quoted(group),
                             fitted.error().message)};
  }
  std::vector<Judged> judged;
  judged.reserve(trial.test.size());
  for (const std::size_t row : trial.test) {
    const Observation& truth = table_.observations[row];
    SetUp asked = truth.set_up;
    if (options_.time_given) {
      if (const auto time_s = value_of(truth, Target::kTime)) asked.epoch_time = Seconds(*time_s);
    }
    const auto answer = (*fitted)->answer(asked, options_.target);
    if (!answer) {
      return Error{
          fmt::format("{}: {}: {}", place_of(truth), estimator_.name(), answer.error().message)};
    }
    if (!std::isfinite(answer->value)) {
      return Error{
          fmt::format("{}: {}: the estimate is no number", place_of(truth), estimator_.name())};
    }
    judged.push_back({.row = row,
                      .fold = trial.fold,
                      .truth = *value_of(truth, options_.target),
                      .weight = trial.weight,
                      .answer = *answer});
  }
  return judged;
}

void Judge::report_progress() {
  if (!options_.progress) return;
  const std::lock_guard lock(progress_mutex_);
  options_.progress(static_cast<double>(++done_) / static_cast<double>(trials_.size()));
}

void Judge::work(std::size_t i) {
  if (failed_) return;
  results_[i] = judge(trials_[i]);
  if (!results_[i]->ok()) failed_ = true;
  report_progress();
}

Result<std::vector<Judged>> Judge::run() {
  share_out(trials_.size(), options_.threads, [this](std::size_t i) { work(i); });
  std::vector<Judged> all;
  for (auto& result : results_) {
    // After a failure some trials are passed over.
    if (!result) continue;
    if (!result->ok()) return result->error();
    all.insert(all.end(), (*result)->begin(), (*result)->end());
  }
  return all;
}

}  // namespace

Result<Scores> validate(const Table& table, const Estimator& estimator,
                        const ValidateOptions& options) {
  const auto folds = make_folds(table, options);
  if (!folds) return folds.error();
  std::vector<std::string> notes = table.notes;
  const std::vector<Trial> trials = make_trials(table, *folds, options, notes);
  if (trials.empty()) {
    return Error{fmt::format("no group has more than {} configurations: fewer probes, perhaps",
                             options.probes)};
  }
  const auto judged = Judge(table, estimator, options, *folds, trials).run();
  if (!judged) return judged.error();
  std::vector<std::string> groups;
  for (const Fold& fold : *folds) groups.push_back(fold.group);
  Scores scores = score(*judged, groups);
  scores.estimator = std::string(estimator.name());
  scores.folds = static_cast<std::int64_t>(trials.size());
  scores.notes = std::move(notes);
  return scores;
}

}  // namespace joulecast::pre
