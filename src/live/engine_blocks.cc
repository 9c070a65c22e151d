// Blocks and windows: from marks to joules.
#include <utility>

#include "live/engine_state.h"

namespace joulecast::live {
namespace {

// Of very many blocks not every forecast is worth its place on the disk.
constexpr std::int64_t kForecastsStoredAll = 1000;
constexpr std::int64_t kForecastsStoredEvery = 20;
constexpr std::size_t kMostPending = 10000;

}  // namespace

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

}  // namespace joulecast::live
