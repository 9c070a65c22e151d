// Moments whose energies are wanted: what the meter says of them once it knows.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "joulecast/measure/meter.h"
#include "joulecast/run/measured.h"

namespace joulecast::live {

/// One moment. Blocks that touch share the edge between them, so that no joule is lost or counted
/// twice.
struct Edge {
  measure::MonotonicSeconds time_s = 0.0;
  bool known = false;
  /// One per device once known; absent where the meter has forgotten that moment.
  std::vector<std::optional<measure::EnergyPoint>> points;
};
using SharedEdge = std::shared_ptr<Edge>;

SharedEdge make_edge(measure::MonotonicSeconds time_s);

/// Asks the meter, if it knows already; whether the edge is known now. `at_the_end`: it will not
/// know more.
bool resolve(Edge& edge, const measure::Meter& meter, bool at_the_end = false);

/// What each device took between two known edges. Where the meter has forgotten one of them the
/// whole stretch is uncovered.
std::vector<MeasuredEnergy> between(const measure::Meter& meter, const Edge& from, const Edge& to);

/// The devices' energies as one.
struct EnergySum {
  Joules energy;
  Origin origin = Origin::kCounter;  ///< The worst.
  bool whole = true;                 ///< No device lacks more than half of the stretch.
};
EnergySum sum_of(const std::vector<MeasuredEnergy>& energies, Seconds stretch);

}  // namespace joulecast::live
