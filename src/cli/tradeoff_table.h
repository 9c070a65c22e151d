// The rows that `joulecast tradeoff` compares, read from tables.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "joulecast/analysis/tradeoff.h"

namespace joulecast::cli {

struct TradeoffRequest {
  std::vector<std::string> groups;  ///< Columns; one or two.
  std::vector<std::string> where;   ///< "column=value"
  std::string response;             ///< One of tradeoff_responses() or a column.
  std::string correctness;          ///< A column; empty: a usual name, if there is one.
};

/// A quantity that is known by its meaning, in every table that says it.
struct TradeoffResponse {
  std::string_view name;  ///< "energy-per-image"
  std::string_view what;  ///< "energy per image"
  std::string_view unit;  ///< "J"
};
const std::vector<TradeoffResponse>& tradeoff_responses();

struct TradeoffTable {
  analysis::TradeoffRows rows;
  std::string what;         ///< The response in words: "energy per image", or the column's name.
  std::string unit;         ///< "J", "s", "W"; empty: that of the column.
  std::string correctness;  ///< The column's name; empty: there is none.
  std::vector<std::string> notes;
};

/// Opens the same bytes each time.
using OpenTable = std::function<Result<std::unique_ptr<ByteSource>>()>;

/// Collects rows of tables. Not thread-safe.
class TradeoffReader {
 public:
  explicit TradeoffReader(TradeoffRequest request);
  ~TradeoffReader();
  TradeoffReader(const TradeoffReader&) = delete;
  TradeoffReader& operator=(const TradeoffReader&) = delete;

  /// `mapping` as in pre::read_table(); a table that no built-in one fits is read by its header
  /// alone. Errors: file:line:column.
  Status add(const OpenTable& open, const std::string& mapping);
  /// Everything that was added. Error: no row is left, and why.
  Result<TradeoffTable> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::cli
