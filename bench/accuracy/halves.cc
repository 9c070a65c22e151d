#include "halves.h"

#include <utility>

#include "statistics.h"

namespace joulecast::accuracy {

std::optional<Half> parse_half(std::string_view text) {
  if (text == "chosen") return Half::kChosen;
  if (text == "judged") return Half::kJudged;
  if (text == "all") return Half::kAll;
  return std::nullopt;
}

DataSet half_of(DataSet set, Half half, std::uint64_t seed) {
  if (half == Half::kAll) return set;
  const std::vector<std::size_t> order = permutation(set.runs.size(), seed);
  const std::size_t chosen = (order.size() + 1) / 2;
  std::vector<bool> keep(order.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    keep[order[i]] = (i < chosen) == (half == Half::kChosen);
  }
  std::vector<NamedRun> kept;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i]) kept.push_back(std::move(set.runs[i]));
  }
  set.runs = std::move(kept);
  return set;
}

}  // namespace joulecast::accuracy
