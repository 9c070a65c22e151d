// The trade-off between energy and correctness, as people and as programs read it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/analysis/tradeoff.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct TradeoffReport {
  std::string what;         ///< The response in words: "energy of an epoch".
  std::string unit;         ///< "J", "s", "W"; empty: that of the column `what`.
  std::string correctness;  ///< The column's name; empty: none.
  std::vector<std::string> factors;
  std::vector<std::vector<std::string>> levels;  ///< [factor]
  std::size_t rows = 0;
  double alpha = 0.0;
  double most_loss = 0.0;
  analysis::Tradeoff result;
  std::vector<std::string> notes;
};

/// joulecast.tradeoff/1
Json tradeoff_json(const TradeoffReport& report);

std::string tradeoff_text(const TradeoffReport& report, const Terminal& terminal);

/// A self-contained page: the findings in words, the charts and the tables.
std::string tradeoff_page(const TradeoffReport& report);

}  // namespace joulecast::report
