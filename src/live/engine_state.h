// What an engine knows while a training runs; its verbs stand in engine*.cc.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/live/engine.h"
#include "live/blocks.h"
#include "live/busyness.h"
#include "live/edges.h"
#include "live/live_projection.h"
#include "live/power_periods.h"

namespace joulecast::live {

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
    if (values_.size() == kMost) values_.pop_front();
    values_.push_back(power_w);
  }
  std::vector<double> all() const { return {values_.begin(), values_.end()}; }

 private:
  static constexpr std::size_t kMost = 1200;
  std::deque<double> values_;
};

struct Engine::State {
  State(const EngineOptions& wanted, Recorder* record, measure::MonotonicSeconds start_at)
      : options(wanted),
        recorder(record),
        start_s(start_at),
        blocks(wanted.plan, wanted.blocks_of_steps),
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

}  // namespace joulecast::live
