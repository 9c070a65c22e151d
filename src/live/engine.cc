#include "joulecast/live/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "live/blocks.h"
#include "live/edges.h"
#include "live/live_projection.h"
#include "live/power_periods.h"

namespace joulecast::live {
namespace {

constexpr double kRowIntervalS = 0.1;
constexpr std::size_t kRecentRows = 1200;
// Where nobody marks epochs the trace is asked for its own, but not before it can have an answer.
constexpr double kLookForPeriodAfterS = 10.0;
// Of very many blocks not every forecast is worth its place on the disk.
constexpr std::int64_t kForecastsStoredAll = 1000;
constexpr std::int64_t kForecastsStoredEvery = 20;
constexpr std::size_t kMostNotes = 200;

/// A block or a window whose edges are not all known yet.
struct Pending {
  std::optional<Block> block;
  std::optional<NamedWindow> window;
  SharedEdge from, to, evaluation_from, evaluation_to;
};

/// The last rows' total power, for the picture.
class RecentPower {
 public:
  void add(double power_w) {
    if (values_.size() == kRecentRows) values_.pop_front();
    values_.push_back(power_w);
  }
  std::vector<double> all() const { return {values_.begin(), values_.end()}; }

 private:
  std::deque<double> values_;
};

}  // namespace

struct Engine::State {
  State(const EngineOptions& wanted, store::RunWriter* record, measure::MonotonicSeconds start_at)
      : options(wanted),
        writer(record),
        start_s(start_at),
        blocks(wanted.plan),
        projection(wanted),
        start_edge(make_edge(start_at)),
        last_edge(start_edge) {}

  SharedEdge edge_at(double run_s) const { return make_edge(start_s + run_s); }
  void take_outcome(BlockBuilder::Outcome& outcome, double time_s);
  bool finish_pending(Pending& pending);
  void finish_block(Pending& pending);
  void finish_window(const Pending& pending);
  void add_note(const std::string& text, double run_s);
  StartUp start_up() const;
  std::optional<Forecast> project(const step::RunningEpoch* running);
  std::optional<Forecast> project_from_periods();
  void watch_budget();
  Joules spent() const;
  carbon::Footprint footprint(Joules energy, Seconds duration) const;

  EngineOptions options;
  store::RunWriter* writer;
  measure::MonotonicSeconds start_s;
  BlockBuilder blocks;
  LiveProjection projection;
  measure::Meter* meter = nullptr;
  SharedEdge start_edge;
  SharedEdge first_edge;  // where the first block begins
  SharedEdge last_edge;   // where the last block ended
  std::deque<Pending> pending;
  std::optional<Edge> newest;  // the curve's last known moment
  std::int64_t measured_blocks = 0;
  std::optional<Forecast> forecast;
  PowerPeriods periods{kRowIntervalS};
  double last_row_s = 0.0;
  RecentPower recent;
  std::optional<BudgetState> budget;
  bool told_of_budget = false;
  bool stop_requested = false;
  std::vector<std::string> messages, notes;
};

Status Engine::check(const EngineOptions& options) {
  if (options.budget) {
    if (Status status = check_budget(*options.budget, options.rates); !status) return status;
  }
  return LiveProjection::check(options);
}

Engine::Engine(const EngineOptions& options, store::RunWriter* writer,
               measure::MonotonicSeconds start_s)
    : state_(std::make_unique<State>(options, writer, start_s)) {
  if (writer != nullptr && options.plan.total) writer->plan(options.plan, 0.0);
}

Engine::~Engine() = default;

void Engine::attach(measure::Meter& meter) {
  State& s = *state_;
  s.meter = &meter;
  s.projection.set_devices(meter.devices());
  if (s.writer == nullptr) return;
  std::vector<store::RecordedDevice> devices;
  for (std::size_t i = 0; i < meter.devices().size(); ++i) {
    devices.push_back({.device = meter.devices()[i], .gain_error = meter.gain_error(i)});
  }
  s.writer->devices(devices);
}

Status Engine::mark(const Mark& mark, measure::MonotonicSeconds time_s) {
  State& s = *state_;
  double run_s = time_s - s.start_s;
  if (mark.time_s) {
    const double said_s = *mark.time_s - s.start_s;
    if (said_s < 0.0 || said_s > run_s + 1.0) {
      return Error{
          fmt::format("t={} lies outside this run; t is CLOCK_MONOTONIC in seconds, now {:.3f}",
                      *mark.time_s, time_s)};
    }
    run_s = std::min(said_s, run_s);
  }
  auto outcome = s.blocks.take(mark, run_s);
  s.take_outcome(outcome, run_s);
  if (!outcome.complaint.empty()) return Error{outcome.complaint};
  return {};
}

void Engine::State::take_outcome(BlockBuilder::Outcome& outcome, double time_s) {
  const std::optional<double> first_s = blocks.first_start_s();
  if (first_s && (!first_edge || first_edge->time_s != start_s + *first_s)) {
    first_edge = *first_s > 0.0 ? edge_at(*first_s) : start_edge;
    last_edge = first_edge;
  }
  if (outcome.plan_changed && writer != nullptr) writer->plan(blocks.plan(), time_s);
  if (!outcome.note.empty()) add_note(outcome.note, time_s);
  if (outcome.window) {
    Pending window;
    window.from = edge_at(outcome.window->start_s);
    window.to = edge_at(outcome.window->end_s);
    window.window = std::move(outcome.window);
    pending.push_back(std::move(window));
  }
  if (!outcome.block) return;
  Pending block;
  block.from = last_edge;
  block.to = edge_at(outcome.block->epoch.end_s);
  if (const auto& evaluation = outcome.block->epoch.evaluation) {
    block.evaluation_from = edge_at(evaluation->start_s);
    block.evaluation_to = edge_at(evaluation->end_s);
  }
  last_edge = block.to;
  block.block = std::move(outcome.block);
  pending.push_back(std::move(block));
}

void Engine::row(const measure::SampleRow& row) {
  State& s = *state_;
  const double run_s = row.time_s - s.start_s;
  double sum_w = 0.0;
  for (const float power_w : row.power_w) sum_w += static_cast<double>(power_w);
  if (std::isfinite(sum_w)) {
    s.periods.add(run_s, sum_w);
    s.recent.add(sum_w);
  }
  s.last_row_s = run_s;
  if (s.writer != nullptr) s.writer->sample(run_s, row.power_w);
}

void Engine::note(const std::string& text, measure::MonotonicSeconds time_s) {
  state_->add_note(text, time_s - state_->start_s);
}

void Engine::State::add_note(const std::string& text, double run_s) {
  if (writer != nullptr) writer->note(text, run_s);
  if (notes.size() < kMostNotes && std::find(notes.begin(), notes.end(), text) == notes.end()) {
    notes.push_back(text);
  }
}

void Engine::advance(measure::MonotonicSeconds now_s) {
  State& s = *state_;
  if (s.meter == nullptr) return;
  for (const measure::MeterNote& note : s.meter->take_notes()) {
    const std::string text =
        note.device_id.empty() ? note.text : fmt::format("{}: {}", note.device_id, note.text);
    s.add_note(text, note.time_s - s.start_s);
    s.messages.push_back(text);
  }
  // Edges are asked for as they come, since the meter forgets what is older than a minute.
  resolve(*s.start_edge, *s.meter);
  if (s.first_edge) resolve(*s.first_edge, *s.meter);
  resolve(*s.last_edge, *s.meter);
  while (!s.pending.empty() && s.finish_pending(s.pending.front())) s.pending.pop_front();
  Edge newest;
  newest.time_s = std::min(now_s, s.meter->settled_until());
  if (newest.time_s >= s.start_s && resolve(newest, *s.meter)) s.newest = std::move(newest);
  if (s.options.budget) s.watch_budget();
}

bool Engine::State::finish_pending(Pending& item) {
  bool known = resolve(*item.from, *meter);
  known = resolve(*item.to, *meter) && known;
  if (item.evaluation_from) {
    known = resolve(*item.evaluation_from, *meter) && known;
    known = resolve(*item.evaluation_to, *meter) && known;
  }
  if (!known) return false;
  if (item.block) finish_block(item);
  if (item.window) finish_window(item);
  return true;
}

void Engine::State::finish_block(Pending& item) {
  Epoch& epoch = item.block->epoch;
  store::EpochRecord record;
  record.devices = between(*meter, *item.from, *item.to);
  const EnergySum sum = sum_of(record.devices, epoch.duration());
  epoch.energy_origin = sum.origin;
  if (sum.whole) epoch.energy = sum.energy;
  if (epoch.evaluation && sum.whole) {
    const auto& evaluation = *epoch.evaluation;
    const EnergySum part = sum_of(between(*meter, *item.evaluation_from, *item.evaluation_to),
                                  Seconds(evaluation.end_s - evaluation.start_s));
    if (part.whole && part.energy <= sum.energy) epoch.evaluation->energy = part.energy;
  }
  record.epoch = epoch;
  if (writer != nullptr) writer->epoch(record);
  if (!meter->devices().empty()) {
    projection.add(epoch, item.block->begins_phase, blocks.plan());
  }
  ++measured_blocks;
  forecast = projection.forecast(blocks.plan(), start_up());
  const bool store_it =
      measured_blocks <= kForecastsStoredAll || measured_blocks % kForecastsStoredEvery == 0;
  if (forecast && writer != nullptr && store_it) writer->forecast(*forecast, epoch.end_s);
}

void Engine::State::finish_window(const Pending& item) {
  if (writer == nullptr) return;
  writer->window({.name = item.window->name,
                  .start_s = item.window->start_s,
                  .end_s = item.window->end_s,
                  .devices = between(*meter, *item.from, *item.to)});
}

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

std::optional<Forecast> Engine::State::project(const step::RunningEpoch* running) {
  if (measured_blocks > 0) return projection.forecast(blocks.plan(), start_up(), running);
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
    if (total->low) total->low = options.wall->apply(*total->low, duration);
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

bool Engine::take_stop_request() { return std::exchange(state_->stop_requested, false); }

std::vector<std::string> Engine::take_messages() {
  return std::exchange(state_->messages, std::vector<std::string>());
}

Snapshot Engine::snapshot(measure::MonotonicSeconds now_s) {
  State& s = *state_;
  Snapshot shot;
  shot.time_s = now_s - s.start_s;
  shot.plan = s.blocks.plan();
  shot.done = s.blocks.done();
  shot.blocks = s.measured_blocks;
  shot.phase = s.blocks.phase();
  shot.recent_power_w = s.recent.all();
  shot.recent_interval_s = kRowIntervalS;
  shot.budget = s.budget;
  if (s.meter == nullptr) {
    shot.no_forecast = "measuring has not begun yet";
    return shot;
  }
  if (s.newest && s.start_edge->known) {
    const auto energies = between(*s.meter, *s.start_edge, *s.newest);
    for (std::size_t i = 0; i < energies.size(); ++i) {
      shot.devices.push_back({.device = s.meter->devices()[i],
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

RunSummary Engine::finish(measure::MonotonicSeconds end_s, std::optional<int> exit_code,
                          std::optional<int> signal) {
  State& s = *state_;
  advance(end_s);
  RunSummary summary;
  summary.end_s = end_s - s.start_s;
  summary.blocks = s.measured_blocks;
  summary.last_forecast = s.forecast;
  Edge end;
  end.time_s = end_s;
  if (s.meter == nullptr) {
    s.add_note("the run ended before measuring could begin", summary.end_s);
  } else if (resolve(end, *s.meter) && s.start_edge->known) {
    summary.devices = s.meter->devices();
    summary.energies = between(*s.meter, *s.start_edge, end);
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
  if (s.options.wall) summary.wall = s.options.wall->apply(summary.energy, Seconds(summary.end_s));
  summary.footprint = s.footprint(summary.energy, Seconds(summary.end_s));
  if (summary.wall) {
    s.add_note(fmt::format("at the wall {:.6g} J: {:.4g} W x duration + {:.4g} x measured ({})",
                           summary.wall->value(), s.options.wall->c0.value(), s.options.wall->c1,
                           s.options.wall->text),
               summary.end_s);
  }
  summary.over_budget = s.told_of_budget;
  summary.notes = s.notes;
  if (s.writer == nullptr) return summary;
  store::RunEnd record;
  record.end_s = summary.end_s;
  record.exit_code = exit_code;
  record.signal = signal;
  record.devices = summary.energies;
  const carbon::Rates& rates = s.options.rates;
  record.footprint = store::FootprintRecord{
      .pue = rates.pue,
      .pue_source = rates.pue_source,
      .intensity_g_per_kwh = rates.intensity.g_per_kwh,
      .intensity_source = fmt::format("{}, {}", rates.intensity.place, rates.intensity.source),
      .grams_co2e = summary.footprint.g_co2e,
      .price_per_kwh = rates.price ? std::optional(rates.price->per_kwh) : std::nullopt,
      .cost = summary.footprint.cost,
      .currency = rates.price ? rates.price->currency : ""};
  if (const Status status = s.writer->finish(record); !status) {
    summary.notes.push_back(status.error().message);
  }
  return summary;
}

}  // namespace joulecast::live
