// Energy against correctness: which choices are worth considering, and what correctness costs.
//
// Safe to call from several threads.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// One way to train, such as a network on a GPU.
struct Alternative {
  std::string name;          ///< For messages.
  double energy_j = 0.0;     ///< > 0; of whatever all alternatives are compared by.
  double correctness = 0.0;  ///< F1, accuracy, ...: more is better. In the caller's unit.
};

/// A member of the Pareto front.
struct FrontPoint {
  std::size_t alternative = 0;  ///< Its index.
  /// Joules for one more unit of correctness than the front's point before gives; absent at the
  /// first point and at one that equals the point before.
  std::optional<double> marginal_j;
};

/// The alternatives that no other beats: none takes less energy and is at least as correct, or is
/// more correct for at most the energy. By rising energy; equal ones are all kept, in their order.
/// O(n log n). Fails on an energy that is not finite and above 0, and a correctness not finite.
Result<std::vector<FrontPoint>> pareto_front(std::span<const Alternative> alternatives);

/// What changing from one alternative to another brings.
struct Saving {
  std::size_t from = 0;
  std::size_t to = 0;
  double energy = 0.0;  ///< Share of `from`'s energy that is saved, above 0, below 1.
  double loss = 0.0;    ///< Share of `from`'s correctness that is lost; below 0: a gain.
};

/// The change away from `from` that saves most energy and loses at most `most_loss` (0.02: 2 %) of
/// its correctness; of equal savings the more correct. Absent: nothing saves energy within that
/// loss. Fails as pareto_front(), on an index out of range, a `most_loss` not finite or below 0,
/// and where `from`'s correctness is not above 0.
Result<std::optional<Saving>> largest_saving(std::span<const Alternative> alternatives,
                                             std::size_t from, double most_loss);

}  // namespace joulecast::analysis
