#include <limits>

#include "analysis/cells.h"
#include "analysis/moments.h"
#include "analysis/ranks.h"
#include "joulecast/analysis/two_way.h"

namespace joulecast::analysis {
namespace {

constexpr std::string_view kTest = "aligned rank transform";

// What each effect adds to the grand mean in every cell, by Wobbrock et al.'s table.
struct Estimates {
  std::vector<double> first, second, interaction;
};

Estimates estimates_of(const Cells& cells) {
  const Margins margins = margins_of(cells);
  Estimates effects;
  for (std::size_t i = 0; i < cells.rows; ++i) {
    for (std::size_t j = 0; j < cells.columns; ++j) {
      const double first = margins.row[i] - margins.grand;
      const double second = margins.column[j] - margins.grand;
      const double mean = cells.mean[i * cells.columns + j];
      effects.first.push_back(first);
      effects.second.push_back(second);
      effects.interaction.push_back(mean - margins.grand - first - second);
    }
  }
  return effects;
}

}  // namespace

Result<TwoWay> aligned_rank_transform(std::span<const double> response, const Factor& first,
                                      const Factor& second) {
  const auto cell = cells_of(kTest, response, first, second);
  if (!cell) return cell.error();
  const auto cells = fill_cells(kTest, response, *cell, first, second);
  if (!cells) return cells.error();
  // A few roundings of the response's size: aligned values this close are equal.
  const double tolerance =
      32.0 * std::numeric_limits<double>::epsilon() * largest_magnitude(response);

  const auto of_ranks = [&](const std::vector<double>& effect) -> Result<TwoWay> {
    std::vector<double> aligned(response.size());
    for (std::size_t i = 0; i < aligned.size(); ++i) {
      aligned[i] = (response[i] - cells->origin) - cells->mean[(*cell)[i]] + effect[(*cell)[i]];
    }
    const Ranks ranks = rank_values(aligned, tolerance);
    const auto ranked = fill_cells(kTest, ranks.ranks, *cell, first, second);
    if (!ranked) return ranked.error();
    return analyse(*ranked);
  };
  const Estimates effects = estimates_of(*cells);
  const auto by_first = of_ranks(effects.first);
  if (!by_first) return by_first.error();
  const auto by_second = of_ranks(effects.second);
  if (!by_second) return by_second.error();
  const auto by_both = of_ranks(effects.interaction);
  if (!by_both) return by_both.error();
  return TwoWay{.first = by_first->first,
                .second = by_second->second,
                .interaction = by_both->interaction,
                .residual_df = cells->residual_df};
}

}  // namespace joulecast::analysis
