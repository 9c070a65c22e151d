#include "joulecast/live/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include "live/blocks.h"
#include "live/busyness.h"
#include "live/edges.h"
#include "live/live_projection.h"
#include "live/power_periods.h"

namespace joulecast::live {
namespace {

constexpr std::size_t kRecentRows = 1200;
// Where nobody marks epochs the trace is asked for its own, but not before it can have an answer.
constexpr double kLookForPeriodAfterS = 10.0;
// Of very many blocks not every forecast is worth its place on the disk.
constexpr std::int64_t kForecastsStoredAll = 1000;
constexpr std::int64_t kForecastsStoredEvery = 20;
constexpr std::size_t kMostPending = 10000;
constexpr std::size_t kMostNotes = 200;
// The training has ended: its user waits for the prompt.
constexpr Seconds kLongestFinish{3.0};

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
  State(const EngineOptions& wanted, Recorder* record, measure::MonotonicSeconds start_at)
      : options(wanted),
        recorder(record),
        start_s(start_at),
        blocks(wanted.plan),
        projection(wanted),
        start_edge(make_edge(start_at)),
        last_edge(start_edge),
        periods(wanted.row_interval.value()) {}

  SharedEdge edge_at(double run_s) const { return make_edge(start_s + run_s); }
  void take_outcome(BlockBuilder::Outcome& outcome, double time_s);
  bool finish_pending(Pending& pending);
  void write_unmeasured();
  void finish_block(Pending& pending);
  void finish_window(const Pending& pending);
  void add_note(const std::string& text, double run_s);
  StartUp start_up() const;
  std::optional<Forecast> project(const step::RunningEpoch* running);
  std::optional<Forecast> project_from_periods();
  void watch_budget();
  std::optional<double> utilisation_of(const std::string& device_id) const;
  Joules spent() const;
  carbon::Footprint footprint(Joules energy, Seconds duration) const;

  EngineOptions options;
  Recorder* recorder;
  measure::MonotonicSeconds start_s;
  BlockBuilder blocks;
  LiveProjection projection;
  measure::Meter* meter = nullptr;
  bool unmetered = false;  // there will be none
  bool ending = false;     // the meter is closed
  SharedEdge start_edge;
  SharedEdge first_edge;  // where the first block begins
  SharedEdge last_edge;   // where the last block ended
  std::deque<Pending> pending;
  std::optional<Edge> newest;  // the curve's last known moment
  std::int64_t measured_blocks = 0;
  std::optional<Forecast> forecast;
  PowerPeriods periods;
  double last_row_s = 0.0;
  RecentPower recent;
  std::optional<BudgetState> budget;
  bool told_of_budget = false;
  bool stop_requested = false;
  std::vector<std::string> messages, notes;
  std::size_t notes_written = 0;
  SharedEdge end_edge;
  std::map<std::string, Busyness> busyness;  // by device id
};

Status Engine::check(const EngineOptions& options) {
  if (options.budget) {
    if (Status status = check_budget(*options.budget, options.rates); !status) return status;
  }
  return LiveProjection::check(options);
}

Engine::Engine(const EngineOptions& options, Recorder* recorder, measure::MonotonicSeconds start_s)
    : state_(std::make_unique<State>(options, recorder, start_s)) {
  if (recorder == nullptr || !options.plan.total) return;
  recorder->write([plan = options.plan](store::RunWriter& writer) { writer.plan(plan, 0.0); });
}

Engine::~Engine() = default;

void Engine::attach(measure::Meter& meter) {
  State& s = *state_;
  s.meter = &meter;
  s.projection.set_devices(meter.devices());
  if (s.recorder == nullptr) return;
  std::vector<store::RecordedDevice> devices;
  for (std::size_t i = 0; i < meter.devices().size(); ++i) {
    devices.push_back({.device = meter.devices()[i], .gain_error = meter.gain_error(i)});
  }
  s.recorder->write([devices](store::RunWriter& writer) { writer.devices(devices); });
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
  if (outcome.plan_changed && recorder != nullptr) {
    recorder->write(
        [plan = blocks.plan(), time_s](store::RunWriter& writer) { writer.plan(plan, time_s); });
  }
  if (!outcome.note.empty()) add_note(outcome.note, time_s);
  // A meter that takes very long to open is not waited for without end.
  if (outcome.window && pending.size() < kMostPending) {
    Pending window;
    window.from = edge_at(outcome.window->start_s);
    window.to = edge_at(outcome.window->end_s);
    window.window = std::move(outcome.window);
    pending.push_back(std::move(window));
  }
  if (!outcome.block || pending.size() >= 2 * kMostPending) return;
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
  if (s.recorder != nullptr) s.recorder->sample(run_s, row.power_w);
}

void Engine::note(const std::string& text, measure::MonotonicSeconds time_s) {
  state_->add_note(text, time_s - state_->start_s);
}

void Engine::State::add_note(const std::string& text, double run_s) {
  if (notes.size() >= kMostNotes) return;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(text);
  if (recorder == nullptr || ++notes_written > kMostNotes) return;
  recorder->write([text, run_s](store::RunWriter& writer) { writer.note(text, run_s); });
}

void Engine::attach_nothing() { state_->unmetered = true; }

void Engine::distrust_blocks(const std::string& why, measure::MonotonicSeconds now_s) {
  State& s = *state_;
  s.projection.give_up(why);
  s.forecast.reset();
  if (std::find(s.notes.begin(), s.notes.end(), why) == s.notes.end()) s.messages.push_back(why);
  s.add_note(why, now_s - s.start_s);
}

// Epochs, times and losses are worth keeping without energies too.
void Engine::State::write_unmeasured() {
  for (const Pending& item : pending) {
    if (!item.block) continue;
    ++measured_blocks;
    if (recorder == nullptr) continue;
    recorder->write([epoch = item.block->epoch](store::RunWriter& writer) {
      writer.epoch({.epoch = epoch, .devices = {}});
    });
  }
  pending.clear();
}

void Engine::advance(measure::MonotonicSeconds now_s) {
  State& s = *state_;
  if (s.unmetered) return s.write_unmeasured();
  if (s.meter == nullptr) return;
  for (const measure::MeterNote& note : s.meter->take_notes()) {
    // A replay's devices are gone when it is over.
    constexpr double kAboutTheEndS = 1.0;
    if (s.end_edge && note.time_s > s.end_edge->time_s - kAboutTheEndS) continue;
    const std::string text =
        note.device_id.empty() ? note.text : fmt::format("{}: {}", note.device_id, note.text);
    s.add_note(text, note.time_s - s.start_s);
    s.messages.push_back(text);
  }
  // Edges are asked for as they come, since the meter forgets what is older than a minute.
  resolve(*s.start_edge, *s.meter, s.ending);
  if (s.first_edge) resolve(*s.first_edge, *s.meter, s.ending);
  resolve(*s.last_edge, *s.meter, s.ending);
  if (s.end_edge) resolve(*s.end_edge, *s.meter, s.ending);
  while (!s.pending.empty() && s.finish_pending(s.pending.front())) s.pending.pop_front();
  Edge newest;
  newest.time_s = std::min(now_s, s.meter->settled_until());
  if (newest.time_s >= s.start_s && resolve(newest, *s.meter)) s.newest = std::move(newest);
  if (s.options.budget) s.watch_budget();
}

bool Engine::State::finish_pending(Pending& item) {
  bool known = resolve(*item.from, *meter, ending);
  known = resolve(*item.to, *meter, ending) && known;
  if (item.evaluation_from) {
    known = resolve(*item.evaluation_from, *meter, ending) && known;
    known = resolve(*item.evaluation_to, *meter, ending) && known;
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
  if (recorder != nullptr) {
    recorder->write([record](store::RunWriter& writer) { writer.epoch(record); });
  }
  if (!meter->devices().empty()) {
    projection.add(epoch, item.block->begins_phase, blocks.plan_from_here());
  }
  ++measured_blocks;
  forecast = projection.forecast(blocks.plan_from_here(), start_up());
  const bool store_it =
      measured_blocks <= kForecastsStoredAll || measured_blocks % kForecastsStoredEvery == 0;
  if (forecast && recorder != nullptr && store_it) {
    recorder->write([made = *forecast, at_s = epoch.end_s](store::RunWriter& writer) {
      writer.forecast(made, at_s);
    });
  }
}

void Engine::State::finish_window(const Pending& item) {
  if (recorder == nullptr) return;
  recorder->write([window = store::WindowRecord{.name = item.window->name,
                                                .start_s = item.window->start_s,
                                                .end_s = item.window->end_s,
                                                .devices = between(*meter, *item.from, *item.to)}](
                      store::RunWriter& writer) { writer.window(window); });
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

void Engine::ends_at(measure::MonotonicSeconds end_s) { state_->end_edge = make_edge(end_s); }

void Engine::telemetry(const std::vector<measure::Telemetry>& all,
                       measure::MonotonicSeconds now_s) {
  for (const measure::Telemetry& one : all) {
    for (const std::string& note : state_->busyness[one.device_id].add(one)) {
      const std::string text = fmt::format("{}: {}", one.device_id, note);
      state_->add_note(text, now_s - state_->start_s);
      state_->messages.push_back(text);
    }
  }
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
