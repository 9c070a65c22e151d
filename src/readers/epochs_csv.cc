#include "readers/epochs_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "base/text.h"
#include "readers/epoch_table.h"
#include "readers/head.h"

namespace joulecast::readers {
namespace {

enum class Part { kWhole, kTraining, kEvaluation };

Part part_of(const std::string& phase) {
  const std::string lower = to_lower(phase);
  if (lower == "train" || lower == "training") return Part::kTraining;
  for (const char* word : {"eval", "evaluation", "val", "validation", "test"}) {
    if (lower == word) return Part::kEvaluation;
  }
  return Part::kWhole;
}

// Puts rows together to epochs, and epochs one after the other.
class EpochBuilder {
 public:
  /// `marks_only`: the table has no energies and is there to cut another recording's samples.
  EpochBuilder(std::string file, bool marks_only)
      : file_(std::move(file)), marks_only_(marks_only) {}

  Status add(const EpochRow& row) {
    const Part part = part_of(row.phase);
    if (open_ && row.number == epoch_.number) return add_second_part(row, part);
    if (open_ && row.number < epoch_.number) {
      return error(row, fmt::format("epoch {} comes after epoch {}; sort the rows by epoch, one "
                                    "training in one file",
                                    row.number, epoch_.number));
    }
    if (Status status = close(); !status) return status;
    return begin(row, part);
  }

  /// Ends the epoch under way.
  Status close() {
    if (!open_) return {};
    open_ = false;
    return append_epoch(epochs_, std::move(epoch_), fmt::format("{}:{}", file_, line_));
  }

  std::vector<Epoch>& epochs() { return epochs_; }

 private:
  Error error(const EpochRow& row, std::string_view what) const {
    return Error{fmt::format("{}:{}:{}: {}", file_, row.line, row.number_column, what)};
  }

  Error no_energy(const EpochRow& row) const {
    return error(row,
                 fmt::format("epoch {} has no energy_j; mend or delete this line", row.number));
  }

  // How long the row lasts: its duration, or from its start to its end.
  Result<double> duration_s(const EpochRow& row) const {
    if (row.duration_s) return row.duration_s->value;
    if (row.start_s && row.end_s) {
      const double duration = row.end_s->value - row.start_s->value;
      if (duration > 0.0) return duration;
      return Error{fmt::format(
          "{}:{}:{}: epoch {} ends at {} s, not after its start at {} s; mend "
          "or delete this line",
          file_, row.line, row.end_s->column, row.number, row.end_s->value, row.start_s->value)};
    }
    return error(row,
                 fmt::format("epoch {} has no duration_s; mend or delete this line", row.number));
  }

  Status begin(const EpochRow& row, Part part) {
    const auto duration = duration_s(row);
    if (!duration) return duration.error();
    if (!row.energy_j && !marks_only_) return no_energy(row);
    epoch_ = Epoch{};
    epoch_.number = row.number;
    // "train" and "eval" are parts of an epoch, not phases; an epoch that is nothing but an
    // evaluation is other work than training, so there the word is a phase.
    if (part != Part::kTraining) epoch_.phase = row.phase;
    const double after = epochs_.empty() ? 0.0 : epochs_.back().end_s;
    epoch_.start_s = row.start_s ? row.start_s->value : after;
    epoch_.end_s = epoch_.start_s + *duration;
    if (row.energy_j) epoch_.energy = Joules(row.energy_j->value);
    epoch_.energy_origin = row.origin.value_or(Origin::kReported);
    epoch_.steps = row.steps;
    epoch_.samples = row.samples;
    epoch_.tokens = row.tokens;
    epoch_.loss = row.loss;
    epoch_.validation_loss = row.validation_loss;
    epoch_.accuracy = row.accuracy;
    if (part == Part::kWhole && row.evaluation_start_s && row.evaluation_end_s) {
      Evaluation evaluation{.start_s = std::max(row.evaluation_start_s->value, epoch_.start_s),
                            .end_s = std::min(row.evaluation_end_s->value, epoch_.end_s),
                            .energy = {}};
      if (row.evaluation_energy_j) evaluation.energy = Joules(row.evaluation_energy_j->value);
      if (evaluation.start_s < evaluation.end_s) epoch_.evaluation = evaluation;
    }
    part_ = part;
    line_ = row.line;
    open_ = true;
    return {};
  }

  // The evaluation that follows the training of the same epoch.
  Status add_second_part(const EpochRow& row, Part part) {
    if (part_ != Part::kTraining || part != Part::kEvaluation || epoch_.evaluation) {
      return error(row, fmt::format("epoch {} is there twice; an epoch is one row, or one with "
                                    "phase train and after it one with phase eval",
                                    row.number));
    }
    const auto duration = duration_s(row);
    if (!duration) return duration.error();
    if (!row.energy_j && !marks_only_) return no_energy(row);
    const double start_s = std::max(epoch_.end_s, row.start_s ? row.start_s->value : epoch_.end_s);
    epoch_.evaluation = Evaluation{.start_s = start_s, .end_s = start_s + *duration, .energy = {}};
    if (!(epoch_.evaluation->start_s < epoch_.evaluation->end_s)) {
      return error(row, fmt::format("the evaluation of epoch {} has no length", row.number));
    }
    epoch_.end_s = epoch_.evaluation->end_s;
    if (row.energy_j) {
      epoch_.evaluation->energy = Joules(row.energy_j->value);
      *epoch_.energy += Joules(row.energy_j->value);
    }
    epoch_.energy_origin = std::max(epoch_.energy_origin, row.origin.value_or(Origin::kReported));
    if (row.accuracy) epoch_.accuracy = row.accuracy;
    if (row.validation_loss) {
      epoch_.validation_loss = row.validation_loss;
    } else if (row.loss) {
      epoch_.validation_loss = row.loss;
    }
    return {};
  }

  std::string file_;
  bool marks_only_;
  std::vector<Epoch> epochs_;
  Epoch epoch_;
  Part part_ = Part::kWhole;
  std::uint64_t line_ = 0;
  bool open_ = false;
};

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& w) { return to_lower(w) == word; });
}

}  // namespace

bool recognises_epochs(std::string_view head) {
  const auto header = header_fields(head);
  return (contains(header, "epoch") || contains(header, "block")) &&
         (contains(header, "energy_j") || contains(header, "duration_s") ||
          contains(header, "start_s"));
}

Status read_epochs(Input& input, ReadContext& context) {
  auto csv = CsvReader::open(std::move(input.lines));
  if (!csv) return csv.error();
  const std::string file = csv->lines().name();
  const bool has_times = csv->column("start_s") && csv->column("end_s");
  const bool marks_only = has_times && !csv->column("energy_j");
  if (const auto energy = csv->need_column("energy_j"); !energy && !has_times) {
    return energy.error();
  }
  if (!csv->column("duration_s") && !has_times) return csv->need_column("duration_s").error();
  const auto table = read_epoch_rows(*csv);
  if (!table) return table.error();
  if (table->rows.empty()) {
    return Error{
        fmt::format("{}: there is nothing after the header; at least one epoch is needed", file)};
  }
  EpochBuilder builder(file, marks_only);
  for (const EpochRow& row : table->rows) {
    if (Status status = builder.add(row); !status) return status;
  }
  if (Status status = builder.close(); !status) return status;
  context.report.rows = table->rows.size();
  if (table->last_without_newline) {
    context.note(fmt::format("{}:{}: the last line has no newline; it has all fields and is used",
                             file, table->rows.back().line));
  }
  for (const Epoch& epoch : builder.epochs()) context.sink.epoch(epoch);
  Progress(context.options).done();
  return {};
}

}  // namespace joulecast::readers
