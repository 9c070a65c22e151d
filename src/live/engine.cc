#include "joulecast/live/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "live/engine_state.h"

namespace joulecast::live {
namespace {

constexpr std::size_t kMostNotes = 200;

}  // namespace

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

}  // namespace joulecast::live
