#include "joulecast/step/fluss.h"

#include <fmt/format.h>

#include <algorithm>

#include "step/arc_curve.h"

namespace joulecast::step {
namespace {

std::vector<RegimeChange> extract_changes(std::vector<double> curve, std::size_t how_many,
                                          std::size_t exclusion) {
  std::vector<RegimeChange> changes;
  while (changes.size() < how_many) {
    const auto lowest = std::min_element(curve.begin(), curve.end());
    if (*lowest >= 1) break;
    const auto index = static_cast<std::size_t>(lowest - curve.begin());
    changes.push_back({index, *lowest});
    const std::size_t begin = index - std::min(index, exclusion);
    const std::size_t end = index + std::min(curve.size() - index, exclusion);
    std::fill(curve.begin() + static_cast<std::ptrdiff_t>(begin),
              curve.begin() + static_cast<std::ptrdiff_t>(end), 1.0);
    *lowest = 1;  // also where nothing is excluded
  }
  return changes;
}

}  // namespace

Result<Fluss> fluss(std::span<const std::int64_t> neighbour, const FlussOptions& options) {
  if (neighbour.empty()) return Error{"FLUSS: there are no windows"};
  if (options.length == 0) return Error{"FLUSS: the length L must be at least 1"};
  if (options.regimes == 0) return Error{"FLUSS: the number of regimes must be at least 1"};
  const auto count = static_cast<std::int64_t>(neighbour.size());
  for (std::size_t i = 0; i < neighbour.size(); ++i) {
    if (neighbour[i] >= count) {
      return Error{fmt::format("FLUSS: window {} has the neighbour {}, but there are {} windows", i,
                               neighbour[i], count)};
    }
  }
  const std::vector<double> ideal = options.ideal == IdealArcs::kParabola
                                        ? parabolic_arcs(neighbour.size())
                                        : reference_arcs(neighbour.size(), ArcDirection::kBoth);
  const std::size_t exclusion = options.exclusion_factor * options.length;
  Fluss result;
  result.corrected_arc_curve.resize(neighbour.size());
  correct_arcs(arc_curve(neighbour), ideal, exclusion, result.corrected_arc_curve);
  result.changes = extract_changes(result.corrected_arc_curve, options.regimes - 1, exclusion);
  return result;
}

}  // namespace joulecast::step
