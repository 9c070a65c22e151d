#include "readers/mlperf_epochs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "readers/epoch_table.h"

namespace joulecast::readers {
namespace {

// Counts below it are epochs or fractions of them, not samples.
constexpr double kFewestSamples = 1000.0;

std::optional<double> samples_so_far(const MlEvent& event) {
  const auto count = event.samples_count ? event.samples_count
                     : event.epoch_num   ? event.epoch_num
                                         : event.value;
  return count && *count >= kFewestSamples ? count : std::nullopt;
}

}  // namespace

Error MlTrainingBuilder::error(std::uint64_t line, std::string_view what) const {
  return Error{fmt::format("{}:{}: {}", file_, line, what)};
}

Status MlTrainingBuilder::add(const MlEvent& event) {
  if (run_start_ && event.rank && rank_ && *event.rank != *rank_) return {};
  const Mark mark{event.time_ms, event.line};
  if (event.key == "run_start") {
    if (run_stop_) {
      return error(event.line, "a second run starts here; keep one run in a log");
    }
    if (!run_start_) {
      run_start_ = mark;
      rank_ = event.rank;
    }
  } else if (event.key == "run_stop") {
    if (!run_stop_) run_stop_ = mark;
  } else if (event.key == "epoch_start") {
    add_epoch_start(event);
  } else if (event.key == "epoch_stop") {
    if (!epoch_starts_.empty()) last_epoch_stop_ = mark;
  } else if (event.key == "train_samples") {
    if (event.value && *event.value > 0.0) train_samples_ = event.value;
  } else if (event.key == "epoch_count") {
    if (event.value && *event.value > 0.0) epoch_count_ = event.value;
  } else if (event.key.starts_with("eval_")) {
    add_to_evaluation(event);
  }
  return {};
}

void MlTrainingBuilder::add_epoch_start(const MlEvent& event) {
  // Several processes may write the same start.
  const bool again =
      !epoch_starts_.empty() && event.epoch_num && event.epoch_num == last_epoch_num_;
  last_epoch_num_ = event.epoch_num;
  if (again) return;
  epoch_starts_.push_back({event.time_ms, event.line});
  last_epoch_stop_.reset();
}

void MlTrainingBuilder::add_to_evaluation(const MlEvent& event) {
  if (event.key == "eval_start") {
    const bool again = !passes_.empty() && !passes_.back().stop_ms && event.epoch_num &&
                       samples_so_far(event) == passes_.back().samples_so_far &&
                       std::fabs(event.time_ms - passes_.back().start.ms) < 1.0;
    if (again) return;
    passes_.push_back({.start = {event.time_ms, event.line},
                       .stop_ms = {},
                       .accuracy = {},
                       .samples_so_far = samples_so_far(event)});
  } else if (passes_.empty()) {
    return;
  } else if (event.key == "eval_stop") {
    passes_.back().stop_ms = event.time_ms;
  } else if (event.key == "eval_accuracy") {
    passes_.back().accuracy = event.value;
  }
}

// The latest of the marks that can end the last epoch, but not after the run's own end.
double MlTrainingBuilder::last_end_ms() const {
  double end = epoch_starts_.back().ms;
  if (last_epoch_stop_) end = std::max(end, last_epoch_stop_->ms);
  if (!passes_.empty() && passes_.back().stop_ms) end = std::max(end, *passes_.back().stop_ms);
  if (run_stop_) end = run_stop_->ms;
  return end;
}

std::vector<MlTrainingBuilder::Block> MlTrainingBuilder::blocks_of_epochs(
    MlTraining& training) const {
  std::vector<Block> blocks;
  const bool ended = run_stop_ || last_epoch_stop_;
  for (std::size_t i = 0; i < epoch_starts_.size(); ++i) {
    const bool last = i + 1 == epoch_starts_.size();
    if (last && !ended) {
      training.notes.push_back(fmt::format(
          "epoch {} was under way when the log ends; it is left out", epoch_starts_.size()));
      break;
    }
    blocks.push_back({.start = epoch_starts_[i],
                      .end_ms = last ? last_end_ms() : epoch_starts_[i + 1].ms,
                      .samples = train_samples_});
  }
  drop_stub(blocks, training);
  training.plan.unit = WorkUnit::kEpochs;
  training.plan.total = epoch_count_;
  return blocks;
}

// An epoch that the end of the run cut off (its target was reached while it began) is no epoch of
// work: like all that follows an epoch, it belongs to the one before.
void MlTrainingBuilder::drop_stub(std::vector<Block>& blocks, MlTraining& training) const {
  if (blocks.size() < 2 || !run_stop_) return;
  const bool cut_off = !last_epoch_stop_ || last_epoch_stop_->line > run_stop_->line;
  const Block& before = blocks[blocks.size() - 2];
  const Block& last = blocks.back();
  const double length_ms = last.end_ms - last.start.ms;
  if (!cut_off || length_ms > 0.5 * (before.end_ms - before.start.ms)) return;
  training.notes.push_back(fmt::format(
      "epoch {} was cut off by the end of the run after {:.1f} s; its time counts to epoch {}",
      blocks.size(), 1e-3 * length_ms, blocks.size() - 1));
  blocks[blocks.size() - 2].end_ms = last.end_ms;
  blocks.pop_back();
}

std::vector<MlTrainingBuilder::Block> MlTrainingBuilder::blocks_between_evaluations(
    MlTraining& training) const {
  std::vector<Block> blocks;
  Mark start = epoch_starts_.empty() ? *run_start_ : epoch_starts_.front();
  const Mark begin = start;
  std::optional<double> before = 0.0;
  bool counted = true;
  for (const Pass& pass : passes_) {
    if (!pass.stop_ms || *pass.stop_ms <= begin.ms) continue;
    Block block{.start = start, .end_ms = *pass.stop_ms, .samples = {}};
    if (before && pass.samples_so_far && *pass.samples_so_far > *before) {
      block.samples = *pass.samples_so_far - *before;
    }
    counted = counted && block.samples.has_value();
    before = pass.samples_so_far;
    blocks.push_back(block);
    start = {*pass.stop_ms, pass.start.line};
  }
  if (!blocks.empty() && run_stop_) {
    blocks.back().end_ms = std::max(blocks.back().end_ms, run_stop_->ms);
  }
  if (!blocks.empty() && counted) training.plan.unit = WorkUnit::kSamples;
  training.notes.push_back(fmt::format(
      "the run is one epoch; its {} blocks of work end with the evaluations", blocks.size()));
  return blocks;
}

// Evaluations that begin in the block count to it, also where they reach into the next one.
void MlTrainingBuilder::add_evaluations(const Block& block, double from_ms, double to_ms,
                                        Epoch& epoch) const {
  for (const Pass& pass : passes_) {
    if (pass.start.ms < from_ms || pass.start.ms >= to_ms) continue;
    if (pass.accuracy) epoch.accuracy = pass.accuracy;
    if (!pass.stop_ms) continue;
    const double end_ms = std::min(*pass.stop_ms, block.end_ms);
    if (end_ms <= pass.start.ms) continue;
    epoch.evaluation = Evaluation{.start_s = 1e-3 * (pass.start.ms - run_start_->ms),
                                  .end_s = 1e-3 * (end_ms - run_start_->ms),
                                  .energy = {}};
  }
}

Result<MlTraining> MlTrainingBuilder::finish() {
  if (!run_start_ && epoch_starts_.empty()) {
    return Error{
        fmt::format("{}: there is neither run_start nor epoch_start in this log; is it "
                    "cut off, or a power log?",
                    file_)};
  }
  if (!run_start_) run_start_ = epoch_starts_.front();
  MlTraining training;
  training.run_start_ms = run_start_->ms;
  const auto finished_passes =
      std::count_if(passes_.begin(), passes_.end(), [](const Pass& p) { return p.stop_ms; });
  const bool by_evaluation =
      epoch_starts_.empty() || (epoch_starts_.size() == 1 && finished_passes > 1);
  const std::vector<Block> blocks =
      by_evaluation ? blocks_between_evaluations(training) : blocks_of_epochs(training);
  if (blocks.empty()) {
    return Error{
        fmt::format("{}: no epoch and no evaluation ends in this log; is it cut off?", file_)};
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    Epoch epoch;
    epoch.number = static_cast<std::int64_t>(i) + 1;
    epoch.start_s = 1e-3 * (block.start.ms - training.run_start_ms);
    epoch.end_s = 1e-3 * (block.end_ms - training.run_start_ms);
    epoch.samples = block.samples;
    const double to_ms = i + 1 < blocks.size() ? block.end_ms : HUGE_VAL;
    add_evaluations(block, block.start.ms, to_ms, epoch);
    if (Status status = append_epoch(training.epochs, std::move(epoch),
                                     fmt::format("{}:{}", file_, block.start.line));
        !status) {
      return status.error();
    }
  }
  return training;
}

}  // namespace joulecast::readers
