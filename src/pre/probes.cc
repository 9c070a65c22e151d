#include "pre/probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

namespace joulecast::pre {
namespace {

// A configuration of the held-out group.
struct Candidate {
  std::pair<std::int64_t, std::int64_t> size;  ///< Of a sample, then of the batch.
  Rows rows;
};

std::pair<std::int64_t, std::int64_t> size_of(const SetUp& set_up) {
  const std::int64_t sample =
      set_up.image_height > 0 ? set_up.image_height * set_up.image_width : set_up.sequence_length;
  return {sample, set_up.batch_size};
}

// By size, and among equals by name.
std::vector<Candidate> candidates(const Table& table, const Rows& test) {
  std::map<std::string, Candidate> by_name;
  for (const std::size_t row : test) {
    const SetUp& set_up = table.observations[row].set_up;
    Candidate& candidate = by_name[configuration_of(set_up)];
    candidate.size = size_of(set_up);
    candidate.rows.push_back(row);
  }
  std::vector<Candidate> all;
  for (auto& [name, candidate] : by_name) all.push_back(std::move(candidate));
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.size < b.size; });
  return all;
}

// The candidates at these positions of the order, where any other of the same size would do as
// well.
std::vector<ProbePool> pools_at(const std::vector<Candidate>& all, const Rows& positions) {
  std::map<std::pair<std::int64_t, std::int64_t>, ProbePool> by_size;
  for (std::size_t i = 0; i < all.size(); ++i) by_size[all[i].size].members.push_back(i);
  for (const std::size_t position : positions) ++by_size[all[position].size].count;
  std::vector<ProbePool> pools;
  for (auto& [size, pool] : by_size) {
    if (pool.count > 0) pools.push_back(std::move(pool));
  }
  return pools;
}

std::vector<ProbePool> pools_of(const std::vector<Candidate>& all, std::size_t count,
                                ProbeRule rule) {
  Rows positions;
  for (std::size_t i = 0; i < count; ++i) {
    const bool spread = rule == ProbeRule::kSpread && count > 1;
    positions.push_back(spread ? i * (all.size() - 1) / (count - 1) : i);
  }
  if (rule != ProbeRule::kRandom) return pools_at(all, positions);
  ProbePool everything{.members = {}, .count = count};
  for (std::size_t i = 0; i < all.size(); ++i) everything.members.push_back(i);
  return {everything};
}

// At most `most` + 1, so that a caller sees when there are more.
std::size_t count_choices(const std::vector<ProbePool>& pools, std::size_t most) {
  double product = 1.0;
  for (const ProbePool& pool : pools) {
    for (std::size_t i = 0; i < pool.count; ++i) {
      product *= static_cast<double>(pool.members.size() - i) / static_cast<double>(i + 1);
    }
  }
  constexpr double kRounding = 0.5;
  return product > static_cast<double>(most) + kRounding
             ? most + 1
             : static_cast<std::size_t>(product + kRounding);
}

// Every way to take pool.count members, in order.
std::vector<Rows> combinations(const ProbePool& pool) {
  std::vector<bool> taken(pool.members.size(), false);
  std::fill_n(taken.begin(), pool.count, true);
  std::vector<Rows> all;
  do {
    Rows& one = all.emplace_back();
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (taken[i]) one.push_back(pool.members[i]);
    }
  } while (std::prev_permutation(taken.begin(), taken.end()));
  return all;
}

std::vector<Rows> every_choice(const std::vector<ProbePool>& pools) {
  std::vector<Rows> all(1);
  for (const ProbePool& pool : pools) {
    std::vector<Rows> longer;
    for (const Rows& begun : all) {
      for (const Rows& more : combinations(pool)) {
        Rows& one = longer.emplace_back(begun);
        one.insert(one.end(), more.begin(), more.end());
      }
    }
    all = std::move(longer);
  }
  return all;
}

// The library's distributions differ between implementations; a remainder does not.
Rows draw(const std::vector<ProbePool>& pools, std::mt19937_64& random) {
  Rows drawn;
  for (ProbePool pool : pools) {
    for (std::size_t i = 0; i < pool.count; ++i) {
      const std::size_t other = i + random() % (pool.members.size() - i);
      std::swap(pool.members[i], pool.members[other]);
      drawn.push_back(pool.members[i]);
    }
  }
  return drawn;
}

Trial trial_with(const std::vector<Candidate>& all, const Rows& probes, const Fold& fold) {
  Trial trial{.fold = 0, .train = fold.train, .test = {}, .weight = 1.0};
  const std::set<std::size_t> chosen(probes.begin(), probes.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Rows& rows = all[i].rows;
    if (chosen.contains(i)) {
      trial.train.push_back(rows.front());
    } else {
      trial.test.insert(trial.test.end(), rows.begin(), rows.end());
    }
  }
  std::sort(trial.train.begin(), trial.train.end());
  std::sort(trial.test.begin(), trial.test.end());
  return trial;
}

}  // namespace

std::vector<Rows> choices(const std::vector<ProbePool>& pools, std::size_t most, unsigned seed) {
  std::vector<Rows> all;
  if (count_choices(pools, most) <= most) {
    all = every_choice(pools);
  } else {
    std::mt19937_64 random(seed);
    while (all.size() < most) all.push_back(draw(pools, random));
  }
  for (Rows& one : all) std::sort(one.begin(), one.end());
  return all;
}

std::vector<Trial> make_trials(const Table& table, const std::vector<Fold>& folds,
                               const ValidateOptions& options, std::vector<std::string>& notes) {
  const auto count = static_cast<std::size_t>(std::max(options.probes, 0));
  const auto most = static_cast<std::size_t>(std::max(options.probe_draws, 1));
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    const Fold& fold = folds[i];
    if (count == 0) {
      trials.push_back({.fold = i, .train = fold.train, .test = fold.test, .weight = 1.0});
      continue;
    }
    const std::vector<Candidate> all = candidates(table, fold.test);
    if (all.size() <= count) {
      notes.push_back(
          fmt::format("{} is not judged: it has {} configurations, which {} probes use up",
                      fold.group, all.size(), count));
      continue;
    }
    const auto drawn = choices(pools_of(all, count, options.probe_rule), most,
                               options.seed + static_cast<unsigned>(i));
    for (const Rows& probes : drawn) {
      Trial trial = trial_with(all, probes, fold);
      trial.fold = i;
      trial.weight = static_cast<double>(fold.test.size()) /
                     static_cast<double>(drawn.size() * trial.test.size());
      trials.push_back(std::move(trial));
    }
  }
  return trials;
}

}  // namespace joulecast::pre
