#include "pre/choose_cases.h"

#include <algorithm>
#include <map>

namespace joulecast::pre {
namespace {

using Rows = std::vector<std::size_t>;

/// The middle of the widest gap next, after first and last.
Rows spread_out(const Rows& rows) {
  Rows order;
  std::vector<bool> taken(rows.size(), false);
  const auto take = [&](std::size_t i) {
    if (!taken[i]) order.push_back(rows[i]);
    taken[i] = true;
  };
  if (rows.empty()) return order;
  const std::size_t last = rows.size() - 1;
  take(0);
  take(last);
  for (std::size_t parts = 2; order.size() < rows.size(); parts *= 2) {
    for (std::size_t i = 1; i < parts; i += 2) take(i * last / parts);
    if (parts > 2 * rows.size()) {
      for (std::size_t i = 0; i <= last; ++i) take(i);
    }
  }
  return order;
}

/// All rows of a stack in the order in which they are wanted.
Rows in_turn(const std::map<std::string, Rows>& kinds) {
  std::vector<Rows> orders;
  for (const auto& [kind, rows] : kinds) orders.push_back(spread_out(rows));
  // Kinds too are taken from everywhere, where not all can have a turn.
  Rows kind_numbers(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i) kind_numbers[i] = i;
  kind_numbers = spread_out(kind_numbers);
  Rows all;
  bool more = true;
  for (std::size_t turn = 0; more; ++turn) {
    more = false;
    for (const std::size_t kind : kind_numbers) {
      if (turn >= orders[kind].size()) continue;
      all.push_back(orders[kind][turn]);
      more = true;
    }
  }
  return all;
}

}  // namespace

std::vector<std::size_t> choose_cases(const std::vector<CaseKey>& keys, std::size_t most) {
  std::map<std::string, std::map<std::string, Rows>> stacks;
  for (std::size_t i = 0; i < keys.size(); ++i) stacks[keys[i].stack][keys[i].kind].push_back(i);
  std::vector<Rows> wanted;
  for (const auto& [stack, kinds] : stacks) wanted.push_back(in_turn(kinds));
  Rows chosen;
  for (std::size_t turn = 0; chosen.size() < std::min(most, keys.size()); ++turn) {
    for (const Rows& rows : wanted) {
      if (turn < rows.size() && chosen.size() < most) chosen.push_back(rows[turn]);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace joulecast::pre
