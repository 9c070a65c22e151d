// The values of a trade-off by the levels of its factors.
#pragma once

#include <cstddef>
#include <vector>

#include "joulecast/analysis/tradeoff.h"

namespace joulecast::analysis {

/// The values of one combination of levels, sorted.
struct TradeoffCell {
  std::size_t first = 0, second = 0;
  Group group;
};

/// Those that have values, by second level, then first. Precondition: the rows were checked.
std::vector<TradeoffCell> cells_of(const TradeoffRows& rows);

/// Of each cell.
std::vector<GroupSummary> summaries_of(const TradeoffRows& rows,
                                       const std::vector<TradeoffCell>& cells);

/// Every level of `factor` against the others. `cells`: those of the rows to compare.
FactorComparison compare_levels(const TradeoffRows& rows, std::size_t factor,
                                const std::vector<const TradeoffCell*>& cells,
                                const ChooseOptions& options);

/// Precondition: two factors.
FactorInteraction interaction_of(const TradeoffRows& rows, const ChooseOptions& options);

}  // namespace joulecast::analysis
