// A table of epochs, one row per epoch: the `epochs` format and a recording's epochs.csv.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/csv.h"
#include "joulecast/base/result.h"
#include "joulecast/run/run.h"

namespace joulecast::readers {

/// A number with the place where it stands, so that what is found wrong later can still say where.
struct PlacedNumber {
  double value = 0.0;
  std::size_t column = 0;
};

/// A row as it stands.
struct EpochRow {
  std::uint64_t line = 0;
  std::int64_t number = 0;
  std::size_t number_column = 0;
  std::string phase;
  std::optional<PlacedNumber> duration_s, energy_j, start_s, end_s;
  std::optional<PlacedNumber> evaluation_start_s, evaluation_end_s, evaluation_energy_j;
  std::optional<double> steps, samples, tokens, loss, validation_loss, accuracy;
  std::optional<Origin> origin;
};

/// Rows of the whole table and whether the last one lacked its newline.
struct EpochRows {
  std::vector<EpochRow> rows;
  bool last_without_newline = false;
};

/// Reads a table with a column `epoch` or `block`; of the others, what is there. Fields may be
/// empty. Errors: a number that is none, negative or infinite where it cannot be, a row with
/// missing fields.
Result<EpochRows> read_epoch_rows(CsvReader& csv);

/// Adds an epoch that lasts from start to end, or says what is wrong with it: not after the one
/// before, or without length. `place` is "file:line".
Status append_epoch(std::vector<Epoch>& epochs, Epoch epoch, const std::string& place);

}  // namespace joulecast::readers
