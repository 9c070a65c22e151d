// A training under way: marks and measured energy in, blocks, projections and a record out. One
// engine under the command and under Python. The entry of this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/carbon/carbon.h"
#include "joulecast/live/budget.h"
#include "joulecast/live/mark.h"
#include "joulecast/live/recorder.h"
#include "joulecast/measure/calibration.h"
#include "joulecast/measure/meter.h"
#include "joulecast/measure/sampler.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/run.h"
#include "joulecast/step/early_stopping.h"

namespace joulecast::live {

/// What the user said beforehand.
struct EngineOptions {
  Plan plan;  ///< A plan mark of the training may change it.
  /// Blocks are cut at steps wherever the training marks them, whatever it plans; what lies
  /// between an epoch's last step and its end counts as its evaluation. For probes.
  bool blocks_of_steps = false;
  std::vector<double> phases;  ///< Declared phases' work, in order; empty: changes are looked for.
  std::optional<double> evaluate_every;  ///< Work between two evaluations.
  std::optional<step::EarlyStoppingRule> early_stopping;
  double coverage = 0.9;      ///< Nominal coverage of the projections' intervals.
  Seconds row_interval{0.1};  ///< Of the sampler's rows.
  carbon::Rates rates;
  std::optional<Budget> budget;
  /// Of this host, where one was made: carbon, money and budgets then count what the wall draws.
  std::optional<measure::WallCalibration> wall;
};

/// What one sees of a run at a moment.
struct Snapshot {
  double time_s = 0.0;  ///< Since the run's start.
  Plan plan;
  double done = 0.0;        ///< Work in blocks that have ended, in the plan's unit.
  std::int64_t blocks = 0;  ///< Blocks that have ended and are measured.
  std::string phase;
  struct DeviceState {
    Device device;
    std::optional<double> utilisation;  ///< 0 to 1, at the last look.
    std::optional<Watts> power;         ///< Now; absent: cannot be read at present.
    Joules energy;                      ///< Since the run's start, as far as known.
    Seconds uncovered;                  ///< Of the run so far.
  };
  std::vector<DeviceState> devices;  ///< Empty until measuring has begun.
  Joules spent;                      ///< Sum over the devices.
  carbon::Footprint footprint;       ///< Of what is spent.
  /// The whole run, start-up included; absent before the first block or without a plan.
  std::optional<Forecast> forecast;
  std::optional<carbon::Footprint> forecast_footprint;
  std::string no_forecast;  ///< Why there is none; one line, with what would help.
  std::optional<BudgetState> budget;
  std::vector<double> recent_power_w;  ///< Of all devices together: the last two minutes or less.
  double recent_interval_s = 0.0;      ///< Between two of them.
};

/// The whole run, at its end.
struct RunSummary {
  double end_s = 0.0;
  std::vector<Device> devices;
  std::vector<MeasuredEnergy> energies;  ///< One per device.
  Joules energy;                         ///< Their sum.
  Joules error;                          ///< Half-width at 95 %: meters' levels and cuts together.
  std::optional<Joules> wall;            ///< By the host's wall calibration, where there is one.
  carbon::Footprint footprint;
  std::int64_t blocks = 0;
  std::optional<Forecast> last_forecast;
  std::vector<std::string> notes;  ///< Everything worth a line at the end, each once.
  std::string record_error;        ///< Why the record is not whole; empty: it is, or none is kept.
  bool over_budget = false;        ///< By what was spent, not by what had been projected.
};

/// One run. Times are seconds of the meter's clock. Not thread-safe: one thread calls it (the meter
/// may be polled by another).
class Engine {
 public:
  /// Errors: options that contradict each other.
  static Status check(const EngineOptions& options);
  /// Precondition: the options pass check(). `recorder` may be null (no record is kept) and
  /// must outlive the engine.
  Engine(const EngineOptions& options, Recorder* recorder, measure::MonotonicSeconds start_s);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Measuring begins, at any time after the start; the meter must outlive the engine. Call once.
  void attach(measure::Meter& meter);
  /// What the training says; `time_s` is when it arrived. The Status is for the sender.
  Status mark(const Mark& mark, measure::MonotonicSeconds time_s);
  /// There is nothing to measure with: blocks are recorded without energies. Instead of attach().
  void attach_nothing();
  /// Blocks are not what they seem (several ends came at once): nothing is projected any more, and
  /// no budget acts on it.
  void distrust_blocks(const std::string& why, measure::MonotonicSeconds now_s);
  /// When the run will end, where that is known beforehand (a replay).
  void ends_at(measure::MonotonicSeconds end_s);
  /// How busy the devices are, every few seconds.
  void telemetry(const std::vector<measure::Telemetry>& all, measure::MonotonicSeconds now_s);
  /// A row of the sampler.
  void row(const measure::SampleRow& row);
  /// Something to be recorded and shown at the end.
  void note(const std::string& text, measure::MonotonicSeconds time_s);

  /// Does what has become possible: finishes blocks whose edges the meter now knows, projects,
  /// compares with the budget. Call a few times a second. `now_s` only for notes.
  void advance(measure::MonotonicSeconds now_s);
  /// Whether the budget's rule asks for the training to be stopped. True once.
  bool take_stop_request();
  /// Messages for the user since the last call (a budget passed, a GPU lost, ...).
  std::vector<std::string> take_messages();

  Snapshot snapshot(measure::MonotonicSeconds now_s);

  /// The run has ended. `meter` is closed beforehand. Finishes what is open and ends the record.
  RunSummary finish(measure::MonotonicSeconds end_s, std::optional<int> exit_code,
                    std::optional<int> signal);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::live
