// A table of powers over time, one row per moment and one column per device: the body of the
// `samples` format and of a recording's samples.csv. The fast path of the whole program's input.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/line_reader.h"
#include "readers/format.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {

/// What the columns of a table mean.
struct SampleColumns {
  enum Role : int { kTimeOfDay = -3, kTime = -2, kOther = -1 };  // else: the device's number
  /// One role per column; at most one of them a time.
  std::vector<int> roles;
  std::vector<std::string> names;  ///< For messages.
  std::vector<Device> devices;
  std::optional<double> interval_s;  ///< Where there is no column with the time.
};

/// What a header says: "time_s" or "timestamp", "power_w" or "power_<device>_w". Other columns are
/// passed over. No value: there is no column with a power.
std::optional<SampleColumns> sample_columns(const std::vector<std::string>& header);

/// Reads rows from the current line on until the end. See sample_cleaner.h for the rules.
class SampleTable {
 public:
  /// Announces the devices. `lines` stands on the header, or before the first row.
  SampleTable(LineReader& lines, SampleColumns columns, ReadContext& context);

  Status read(Progress& progress);

 private:
  bool read_plain_row(std::string_view line);
  Status read_row();
  Status take_time(const CsvField& field);
  void take_power(const CsvField& field, double power_w, std::size_t device, bool& row_is_bad);
  Error not_a_number(const CsvField& field, std::size_t column) const;
  bool begins_in_unix_time(double time_s);
  void add_row();

  LineReader& lines_;
  SampleColumns columns_;
  ReadContext& context_;
  ReadReport& report_;
  SampleStream stream_;
  bool time_of_day_ = false;
  bool zero_is_set_ = false;
  double time_s_ = 0.0;
  std::vector<double> power_w_;
  std::vector<CsvField> fields_;
  std::vector<std::string> unquoted_;
};

}  // namespace joulecast::readers
