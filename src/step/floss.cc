#include "joulecast/step/floss.h"

#include <cmath>
#include <utility>
#include <vector>

#include "step/arc_curve.h"
#include "step/matrix_profile_join.h"
#include "step/matrix_profile_stream.h"

namespace joulecast::step {

struct Floss::State {
  NeighbourStream stream;
  std::vector<double> ideal;
  std::size_t edge;
  std::size_t forgotten = 0;
  std::vector<std::int64_t> later_neighbour;
  std::vector<double> curve;

  void update_curve();
};

void Floss::State::update_curve() {
  const Neighbours right = stream.right();
  for (std::size_t i = 0; i < later_neighbour.size(); ++i) {
    const bool none = std::isinf(right.correlation[i]);
    later_neighbour[i] = none ? -1 : static_cast<std::int64_t>(i) + right.gap[i];
  }
  correct_arcs(arc_curve(later_neighbour), ideal, edge, curve);
}

Result<Floss> Floss::create(std::span<const double> initial, const FlossOptions& options) {
  const std::size_t exclusion_zone =
      options.exclusion_zone.value_or(default_exclusion_zone(options.window));
  if (Status status = check_series(initial.size(), options.window, exclusion_zone); !status) {
    return status.error();
  }
  if (options.length == 0) return Error{"FLOSS: the length L must be at least 1"};

  const std::size_t windows = initial.size() - options.window + 1;
  auto state = std::make_unique<State>(
      State{.stream = NeighbourStream(options.window, exclusion_zone, windows),
            .ideal = reference_arcs(windows, ArcDirection::kForward),
            .edge = options.length * options.exclusion_factor,
            .later_neighbour = std::vector<std::int64_t>(windows),
            .curve = std::vector<double>(windows)});
  for (const double sample : initial) state->stream.append(sample);
  state->update_curve();
  return Floss(std::move(state));
}

Floss::Floss(std::unique_ptr<State> state) : state_(std::move(state)) {}
Floss::Floss(Floss&&) noexcept = default;
Floss& Floss::operator=(Floss&&) noexcept = default;
Floss::~Floss() = default;

void Floss::append(double sample) {
  state_->stream.append(sample);
  ++state_->forgotten;
  state_->update_curve();
}

std::span<const double> Floss::corrected_arc_curve() const { return state_->curve; }

std::size_t Floss::forgotten() const { return state_->forgotten; }

}  // namespace joulecast::step
