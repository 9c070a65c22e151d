// What an engine says when the training has ended.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "live/engine_state.h"

namespace joulecast::live {
namespace {

// The training has ended: its user waits for the prompt.
constexpr Seconds kLongestFinish{3.0};

}  // namespace

RunSummary Engine::finish(measure::MonotonicSeconds end_s, std::optional<int> exit_code,
                          std::optional<int> signal) {
  State& s = *state_;
  s.ending = true;
  advance(end_s);
  RunSummary summary;
  summary.end_s = end_s - s.start_s;
  summary.blocks = s.measured_blocks;
  summary.last_forecast = s.forecast;
  if (!s.end_edge || s.end_edge->time_s != end_s) s.end_edge = make_edge(end_s);
  Edge& end = *s.end_edge;
  if (s.measured_blocks == 0 && s.pending.empty() && s.options.plan.total) {
    const auto period = s.periods.period();
    s.add_note(
        fmt::format(
            "no epochs were marked or found, so the plan of {:.10g} {} was not used{}",
            *s.options.plan.total, to_string(s.options.plan.unit),
            period ? fmt::format("; the power repeats every {:.3g} s", period->seconds) : ""),
        summary.end_s);
  }
  if (s.meter == nullptr) {
    if (!s.unmetered) s.add_note("the run ended before measuring could begin", summary.end_s);
    s.write_unmeasured();
  } else if (s.start_edge->known) {
    // The newest known moment stands in for an end that the meter does not know.
    const bool known = resolve(end, *s.meter, true) || !s.newest;
    if (known ? end.known : s.newest.has_value()) {
      summary.devices = s.meter->devices();
      summary.energies = between(*s.meter, *s.start_edge, known ? end : *s.newest);
    }
  }
  std::vector<Joules> gains, cuts;
  for (std::size_t i = 0; i < summary.energies.size(); ++i) {
    const MeasuredEnergy& energy = summary.energies[i];
    summary.energy += energy.energy;
    gains.push_back(s.meter->gain_error(i) * energy.energy);
    cuts.push_back(energy.cut_error);
  }
  const double gain_j = error_of_sum(summary.devices, gains).value();
  const double cut_j = error_of_sum(summary.devices, cuts).value();
  summary.error = Joules(std::sqrt(gain_j * gain_j + cut_j * cut_j));
  for (const auto& [device_id, busy] : s.busyness) {
    if (const std::string text = busy.text(); !text.empty()) {
      s.add_note(fmt::format("{}: {}", device_id, text), summary.end_s);
    }
  }
  if (s.options.wall) summary.wall = s.options.wall->apply(summary.energy, Seconds(summary.end_s));
  if (s.options.budget) {
    const BudgetState at_end = compare_to_budget(
        *s.options.budget, s.options.rates, summary.wall.value_or(summary.energy), std::nullopt);
    summary.over_budget = at_end.exceeded;
  }
  summary.footprint = s.footprint(summary.energy, Seconds(summary.end_s));
  if (summary.wall) {
    s.add_note(fmt::format("at the wall {:.6g} J: {:.4g} W x duration + {:.4g} x measured ({})",
                           summary.wall->value(), s.options.wall->c0.value(), s.options.wall->c1,
                           s.options.wall->text),
               summary.end_s);
  }
  summary.notes = s.notes;
  if (s.recorder == nullptr) return summary;
  store::RunEnd record;
  record.end_s = summary.end_s;
  record.exit_code = exit_code;
  record.signal = signal;
  record.devices = summary.energies;
  const carbon::Rates& rates = s.options.rates;
  if (!summary.energies.empty())
    record.footprint = store::FootprintRecord{
        .pue = rates.pue,
        .pue_source = rates.pue_source,
        .intensity_g_per_kwh = rates.intensity.g_per_kwh,
        .intensity_source = fmt::format("{}, {}", rates.intensity.place, rates.intensity.source),
        .grams_co2e = summary.footprint.g_co2e,
        .price_per_kwh = rates.price ? std::optional(rates.price->per_kwh) : std::nullopt,
        .cost = summary.footprint.cost,
        .currency = rates.price ? rates.price->currency : ""};
  if (const Status status = s.recorder->finish(record, kLongestFinish); !status) {
    summary.record_error = status.error().message;
  }
  return summary;
}

}  // namespace joulecast::live
