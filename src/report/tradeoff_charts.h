// The charts of a trade-off as SVG: self-contained, in colours that colour-blind readers can tell
// apart (Okabe and Ito), after the reader's light or dark scheme.
#pragma once

#include <string>
#include <vector>

#include "report/tradeoff.h"

namespace joulecast::report {

struct TradeoffChart {
  std::string name;  ///< Of a file: "groups", "interaction", "pareto".
  std::string title;
  std::string svg;
};

/// A box plot always, an interaction plot of two factors, a Pareto chart where correctness is
/// known.
std::vector<TradeoffChart> tradeoff_charts(const TradeoffReport& report);

}  // namespace joulecast::report
