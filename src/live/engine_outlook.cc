// What an engine says while the training runs: projection, budget, snapshot.
#include <fmt/format.h>

#include "live/engine_state.h"

namespace joulecast::live {
namespace {

// Where nobody marks epochs the trace is asked for its own, but not before it can have an answer.
constexpr double kLookForPeriodAfterS = 10.0;

}  // namespace

StartUp Engine::State::start_up() const {
  StartUp start_up;
  if (!first_edge || first_edge == start_edge || !start_edge->known || !first_edge->known) {
    return start_up;
  }
  start_up.duration = Seconds(first_edge->time_s - start_edge->time_s);
  start_up.energy = sum_of(between(*meter, *start_edge, *first_edge), start_up.duration).energy;
  return start_up;
}

Joules Engine::State::spent() const {
  if (!newest || !start_edge->known) return Joules(0.0);
  return sum_of(between(*meter, *start_edge, *newest), Seconds(0.0)).energy;
}

carbon::Footprint Engine::State::footprint(Joules energy, Seconds duration) const {
  return carbon::footprint(options.wall ? options.wall->apply(energy, duration) : energy,
                           options.rates);
}

std::optional<double> Engine::State::utilisation_of(const std::string& device_id) const {
  const auto found = busyness.find(device_id);
  return found == busyness.end() ? std::nullopt : found->second.utilisation();
}

std::optional<Forecast> Engine::State::project(const step::RunningEpoch* running) {
  if (measured_blocks > 0) return projection.forecast(blocks.plan_from_here(), start_up(), running);
  return project_from_periods();
}

// Nobody marks epochs: those that the power itself shows, for what they are worth.
std::optional<Forecast> Engine::State::project_from_periods() {
  const Plan& plan = blocks.plan();
  if (blocks.blocks() > 0 || last_row_s < kLookForPeriodAfterS) return std::nullopt;
  if (plan.unit != WorkUnit::kEpochs || !plan.total) return std::nullopt;
  const auto period = periods.period();
  if (!period) return std::nullopt;
  const std::vector<Epoch> found = periods.epochs();
  if (found.empty()) return std::nullopt;
  LiveProjection from_power(options);
  from_power.set_devices(meter->devices());
  for (const Epoch& epoch : found) from_power.add(epoch, false, plan);
  auto answer =
      from_power.forecast(plan, {.energy = {}, .duration = Seconds(found.front().start_s)});
  if (answer) {
    answer->notes.push_back(
        fmt::format("no epochs were marked: taken from the power, which repeats every {:.3g} s",
                    period->seconds));
  }
  return answer;
}

void Engine::State::watch_budget() {
  const Budget& limit = *options.budget;
  const double run_s = newest ? newest->time_s - start_s : 0.0;
  std::optional<Estimate<Joules>> total;
  if (forecast && forecast->duration) total = forecast->energy;
  if (total && options.wall) {
    const Seconds duration = forecast->duration->value;
    total->value = options.wall->apply(total->value, duration);
    const Seconds shortest = forecast->duration->low.value_or(duration);
    if (total->low) total->low = options.wall->apply(*total->low, shortest);
  }
  const Joules drawn = options.wall ? options.wall->apply(spent(), Seconds(run_s)) : spent();
  budget = compare_to_budget(limit, options.rates, drawn, total);
  if (!budget->exceeded || told_of_budget) return;
  told_of_budget = true;
  const bool projected = budget->spent <= limit.limit;
  const std::string text =
      projected ? fmt::format("over budget: at least {} are projected, {} are allowed",
                              budget_amount(limit, *budget->projected_low), limit.text)
                : fmt::format("over budget: {} are spent, {} were allowed",
                              budget_amount(limit, budget->spent), limit.text);
  messages.push_back(text);
  add_note(text, run_s);
  stop_requested = true;
}

Snapshot Engine::snapshot(measure::MonotonicSeconds now_s) {
  State& s = *state_;
  Snapshot shot;
  shot.time_s = now_s - s.start_s;
  shot.plan = s.blocks.plan();
  shot.done = s.blocks.done() + s.blocks.resumed_at();
  shot.blocks = s.measured_blocks;
  shot.phase = s.blocks.phase();
  shot.recent_power_w = s.recent.all();
  shot.recent_interval_s = s.options.row_interval.value();
  shot.budget = s.budget;
  if (s.meter == nullptr) {
    shot.no_forecast = s.unmetered ? "nothing can be measured here" : "measuring has not begun yet";
    return shot;
  }
  if (s.newest && s.start_edge->known) {
    const auto energies = between(*s.meter, *s.start_edge, *s.newest);
    for (std::size_t i = 0; i < energies.size(); ++i) {
      shot.devices.push_back({.device = s.meter->devices()[i],
                              .utilisation = s.utilisation_of(s.meter->devices()[i].id),
                              .power = s.meter->power_now(i),
                              .energy = energies[i].energy,
                              .uncovered = energies[i].uncovered});
      shot.spent += energies[i].energy;
    }
  }
  step::RunningEpoch running;
  const step::RunningEpoch* open = nullptr;
  if (s.pending.empty() && s.last_edge->known && s.newest &&
      s.newest->time_s > s.last_edge->time_s) {
    running.duration = Seconds(s.newest->time_s - s.last_edge->time_s);
    running.energy = sum_of(between(*s.meter, *s.last_edge, *s.newest), running.duration).energy;
    running.work = s.blocks.open_work();
    open = &running;
  }
  shot.footprint = s.footprint(shot.spent, Seconds(shot.time_s));
  shot.forecast = s.project(open);
  if (shot.forecast && shot.forecast->energy && shot.forecast->duration) {
    shot.forecast_footprint =
        s.footprint(shot.forecast->energy->value, shot.forecast->duration->value);
  }
  if (!shot.forecast) shot.no_forecast = s.projection.why_not(shot.plan, shot.blocks);
  return shot;
}

}  // namespace joulecast::live
