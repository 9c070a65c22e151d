// Which runs of a held-out group an estimator is given first, as a short probe would.
#pragma once

#include "pre/folds.h"

namespace joulecast::pre {

/// One fit: the rows that it sees, and those it is judged on, each of which counts `weight`.
struct Trial {
  std::size_t fold = 0;
  Rows train, test;
  double weight = 1.0;
};

/// One trial a fold without probes, else one per choice of probes; the weights of a fold's trials
/// add up to the fold's rows. A fold with no more configurations than probes has none, and a note.
std::vector<Trial> make_trials(const Table& table, const std::vector<Fold>& folds,
                               const ValidateOptions& options, std::vector<std::string>& notes);

/// A pool of which `count` are chosen; the pools of one rule share no member.
struct ProbePool {
  Rows members;
  std::size_t count = 0;
};

/// Every choice of all pools' members together where there are at most `most`, else `most` of them
/// drawn. Each is ascending.
std::vector<Rows> choices(const std::vector<ProbePool>& pools, std::size_t most, unsigned seed);

}  // namespace joulecast::pre
