#include "joulecast/analysis/pareto.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"

namespace joulecast::analysis {
namespace {

Status check(std::span<const Alternative> alternatives) {
  for (const Alternative& one : alternatives) {
    if (!(std::isfinite(one.energy_j) && one.energy_j > 0.0)) {
      return Error{fmt::format("trade-off: {} has an energy of {} J; it must be above 0",
                               quoted(one.name), one.energy_j)};
    }
    if (!std::isfinite(one.correctness)) {
      return Error{fmt::format("trade-off: {} has a correctness that is not finite; leave it out",
                               quoted(one.name))};
    }
  }
  return {};
}

}  // namespace

Result<std::vector<FrontPoint>> pareto_front(std::span<const Alternative> alternatives) {
  if (Status status = check(alternatives); !status) return status.error();
  std::vector<std::size_t> order(alternatives.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Alternative &x = alternatives[a], &y = alternatives[b];
    return x.energy_j < y.energy_j || (x.energy_j == y.energy_j && x.correctness > y.correctness);
  });
  std::vector<FrontPoint> front;
  for (const std::size_t i : order) {
    const Alternative& here = alternatives[i];
    if (front.empty()) {
      front.push_back({.alternative = i, .marginal_j = std::nullopt});
      continue;
    }
    const Alternative& before = alternatives[front.back().alternative];
    if (here.correctness > before.correctness) {
      front.push_back({.alternative = i,
                       .marginal_j = (here.energy_j - before.energy_j) /
                                     (here.correctness - before.correctness)});
    } else if (here.correctness == before.correctness && here.energy_j == before.energy_j) {
      front.push_back({.alternative = i, .marginal_j = std::nullopt});
    }
  }
  return front;
}

Result<std::optional<Saving>> largest_saving(std::span<const Alternative> alternatives,
                                             std::size_t from, double most_loss) {
  if (Status status = check(alternatives); !status) return status.error();
  if (from >= alternatives.size()) {
    return Error{fmt::format("trade-off: no alternative {}, only {}", from, alternatives.size())};
  }
  if (!(std::isfinite(most_loss) && most_loss >= 0.0)) {
    return Error{
        fmt::format("trade-off: a tolerated loss of {} is not a share from 0 up", most_loss)};
  }
  const Alternative& start = alternatives[from];
  if (start.correctness <= 0.0) {
    return Error{
        fmt::format("trade-off: {} has a correctness of {}; a loss is a share of one "
                    "above 0",
                    quoted(start.name), start.correctness)};
  }
  std::optional<Saving> best;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const Saving here{.from = from,
                      .to = i,
                      .energy = 1.0 - alternatives[i].energy_j / start.energy_j,
                      .loss = 1.0 - alternatives[i].correctness / start.correctness};
    // A loss of exactly what is tolerated must not be lost to rounding.
    constexpr double kRounding = 1e-12;
    if (here.energy <= 0.0 || here.loss > most_loss + kRounding) continue;
    if (!best || here.energy > best->energy ||
        (here.energy == best->energy && here.loss < best->loss)) {
      best = here;
    }
  }
  return best;
}

}  // namespace joulecast::analysis
