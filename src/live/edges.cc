#include "live/edges.h"

#include <algorithm>
#include <utility>

namespace joulecast::live {
namespace {

// The meter remembers a minute.
constexpr double kLongestWaitS = 40.0;

}  // namespace

SharedEdge make_edge(measure::MonotonicSeconds time_s) {
  auto edge = std::make_shared<Edge>();
  edge->time_s = time_s;
  return edge;
}

bool resolve(Edge& edge, const measure::Meter& meter, bool at_the_end) {
  if (edge.known) return true;
  const std::size_t devices = meter.devices().size();
  const double settled_s = meter.settled_until();
  if (devices > 0 && edge.time_s > settled_s) return false;
  std::vector<std::optional<measure::EnergyPoint>> points;
  bool all = true;
  for (std::size_t device = 0; device < devices; ++device) {
    points.push_back(meter.at(device, edge.time_s));
    all = all && points.back();
  }
  // A sensor that has only begun may still tell, unless the meter is about to forget.
  if (!all && !at_the_end && settled_s - edge.time_s < kLongestWaitS) return false;
  edge.points = std::move(points);
  edge.known = true;
  return true;
}

std::vector<MeasuredEnergy> between(const measure::Meter& meter, const Edge& from, const Edge& to) {
  std::vector<MeasuredEnergy> energies;
  const std::vector<Device>& devices = meter.devices();
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (from.points[i] && to.points[i]) {
      energies.push_back(measure::energy_between(devices[i], *from.points[i], *to.points[i]));
    } else {
      energies.push_back({.energy = {},
                          .cut_error = {},
                          .origin = devices[i].origin,
                          .uncovered = Seconds(to.time_s - from.time_s)});
    }
  }
  return energies;
}

EnergySum sum_of(const std::vector<MeasuredEnergy>& energies, Seconds stretch) {
  EnergySum sum;
  if (energies.empty()) sum.whole = false;
  for (const MeasuredEnergy& energy : energies) {
    sum.energy += energy.energy;
    sum.origin = std::max(sum.origin, energy.origin);
    if (energy.uncovered > 0.5 * stretch) sum.whole = false;
  }
  return sum;
}

}  // namespace joulecast::live
