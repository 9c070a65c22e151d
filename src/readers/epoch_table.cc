#include "readers/epoch_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {
namespace {

// No training takes more, and sums of such numbers stay finite.
constexpr double kGreatestNumber = 1e18;

enum class Sign { kAny, kNotNegative, kPositive };

// Where a table's columns are.
struct Columns {
  std::size_t epoch = 0;
  std::optional<std::size_t> phase, duration, energy, start, end, steps, samples, tokens, accuracy,
      loss, validation_loss, evaluation_start, evaluation_end, evaluation_energy, origin;
};

class RowReader {
 public:
  explicit RowReader(const CsvReader& csv) : csv_(csv) {}

  // An empty field is no number and no error.
  std::optional<PlacedNumber> number(std::optional<std::size_t> column, Sign sign,
                                     double greatest) {
    if (!column || error_ || csv_.row()[*column].text.empty()) return std::nullopt;
    const CsvField& field = csv_.row()[*column];
    const auto value = csv_.number(*column);
    if (!value) {
      error_ = value.error();
      error_->message += "; mend or delete this line";
      return std::nullopt;
    }
    const bool wrong = std::fabs(*value) > greatest || (sign != Sign::kAny && *value < 0.0) ||
                       (sign == Sign::kPositive && *value == 0.0);
    if (wrong) {
      const char* what = std::fabs(*value) > greatest ? "small enough to be true"
                         : sign == Sign::kPositive    ? "above zero"
                                                      : "zero or more";
      error_ = csv_.error_at(field, fmt::format("{} {} must be {}; mend or delete this line",
                                                csv_.header()[*column], quoted(field.text), what));
      return std::nullopt;
    }
    return PlacedNumber{*value, field.column};
  }

  std::optional<double> plain(std::optional<std::size_t> column, Sign sign = Sign::kAny) {
    const auto placed = number(column, sign, kGreatestNumber);
    return placed ? std::optional(placed->value) : std::nullopt;
  }

  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const CsvReader& csv_;
  std::optional<Error> error_;
};

Result<EpochRow> read_row(const CsvReader& csv, const Columns& columns) {
  RowReader reader(csv);
  EpochRow row;
  row.line = csv.lines().line_number();
  const CsvField& number = csv.row()[columns.epoch];
  row.number_column = number.column;
  if (const auto value = parse_integer(number.text)) {
    row.number = *value;
  } else {
    reader.fail(csv.error_at(
        number,
        fmt::format("{} is not an epoch's number; mend or delete this line", quoted(number.text))));
  }
  if (columns.phase) row.phase = csv.row()[*columns.phase].text;
  row.duration_s = reader.number(columns.duration, Sign::kPositive, kLatestTimeS);
  row.energy_j = reader.number(columns.energy, Sign::kNotNegative, kGreatestNumber);
  row.start_s = reader.number(columns.start, Sign::kAny, kLatestTimeS);
  row.end_s = reader.number(columns.end, Sign::kAny, kLatestTimeS);
  row.evaluation_start_s = reader.number(columns.evaluation_start, Sign::kAny, kLatestTimeS);
  row.evaluation_end_s = reader.number(columns.evaluation_end, Sign::kAny, kLatestTimeS);
  row.evaluation_energy_j =
      reader.number(columns.evaluation_energy, Sign::kNotNegative, kGreatestNumber);
  row.steps = reader.plain(columns.steps, Sign::kNotNegative);
  row.samples = reader.plain(columns.samples, Sign::kNotNegative);
  row.tokens = reader.plain(columns.tokens, Sign::kNotNegative);
  row.accuracy = reader.plain(columns.accuracy);
  row.loss = reader.plain(columns.loss);
  row.validation_loss = reader.plain(columns.validation_loss);
  if (columns.origin && !csv.row()[*columns.origin].text.empty()) {
    const CsvField& field = csv.row()[*columns.origin];
    const auto found = std::find(kOriginNames.begin(), kOriginNames.end(), field.text);
    if (found == kOriginNames.end()) {
      reader.fail(
          csv.error_at(field, fmt::format("{} is no origin; use one of {}, {}, {}, {}, {}",
                                          quoted(field.text), kOriginNames[0], kOriginNames[1],
                                          kOriginNames[2], kOriginNames[3], kOriginNames[4])));
    } else {
      row.origin = static_cast<Origin>(found - kOriginNames.begin());
    }
  }
  if (reader.error()) return *reader.error();
  return row;
}

}  // namespace

Result<EpochRows> read_epoch_rows(CsvReader& csv) {
  // A training of one epoch is recorded in blocks of its steps.
  const auto block = csv.column("block");
  const auto epoch = block ? Result<std::size_t>(*block) : csv.need_column("epoch");
  if (!epoch) return epoch.error();
  Columns columns;
  columns.epoch = *epoch;
  columns.phase = csv.column("phase");
  columns.duration = csv.column("duration_s");
  columns.energy = csv.column("energy_j");
  columns.start = csv.column("start_s");
  columns.end = csv.column("end_s");
  columns.steps = csv.column("steps");
  columns.samples = csv.column("samples");
  columns.tokens = csv.column("tokens");
  columns.accuracy = csv.column("accuracy");
  columns.loss = csv.column("loss");
  columns.validation_loss = csv.column("val_loss");
  columns.evaluation_start = csv.column("evaluation_start_s");
  columns.evaluation_end = csv.column("evaluation_end_s");
  columns.evaluation_energy = csv.column("evaluation_energy_j");
  columns.origin = csv.column("energy_origin");

  EpochRows table;
  for (;;) {
    const auto step = csv.next();
    if (step == LineReader::Step::kError) return csv.error();
    if (step == LineReader::Step::kEnd) return table;
    table.last_without_newline = !csv.lines().complete();
    if (csv.row().size() != csv.header().size()) {
      return csv.lines().error_at(
          0, fmt::format("{} fields where the header has {}; mend or delete this line",
                         csv.row().size(), csv.header().size()));
    }
    auto row = read_row(csv, columns);
    if (!row) return row.error();
    table.rows.push_back(std::move(*row));
  }
}

Status append_epoch(std::vector<Epoch>& epochs, Epoch epoch, const std::string& place) {
  if (!(epoch.start_s < epoch.end_s)) {
    return Error{fmt::format("{}: epoch {} has no length: it lasts from {} s to {} s", place,
                             epoch.number, epoch.start_s, epoch.end_s)};
  }
  if (!epochs.empty()) {
    const Epoch& before = epochs.back();
    if (epoch.number <= before.number) {
      return Error{
          fmt::format("{}: epoch {} comes after epoch {}; epochs are numbered upwards, "
                      "each once",
                      place, epoch.number, before.number)};
    }
    if (epoch.start_s < before.end_s) {
      return Error{fmt::format("{}: epoch {} starts at {} s, before epoch {} ends at {} s", place,
                               epoch.number, epoch.start_s, before.number, before.end_s)};
    }
  }
  epochs.push_back(std::move(epoch));
  return {};
}

}  // namespace joulecast::readers
