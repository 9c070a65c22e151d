// Energy of a stable epoch over that of a mean one, as recordings have it.
#pragma once

#include <optional>
#include <span>

#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// Trainings whose base is frozen for a part of their epochs get more expensive when it is not;
/// others only lose their warm-up. Medians of the two kinds.
class StableRatio {
 public:
  explicit StableRatio(std::span<const Observation> observations);
  /// As an earlier one had them.
  StableRatio(std::optional<double> phased, std::optional<double> plain)
      : phased_(phased), plain_(plain) {}
  /// Of the set-up's kind, else of the other; absent: no recording had both energies.
  std::optional<double> of(const SetUp& set_up) const;
  std::optional<double> phased() const { return phased_; }
  std::optional<double> plain() const { return plain_; }

 private:
  std::optional<double> phased_, plain_;
};

}  // namespace joulecast::pre
