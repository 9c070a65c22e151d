// One kind of work (training, evaluation, or both as one): the present phase's level, with changes
// of phase found, taken back, or told, and single long units kept apart as events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "joulecast/base/units.h"
#include "step/level_series.h"
#include "step/periodic_events.h"

namespace joulecast::step {

/// How the units of a kind were measured, and what may be believed of them.
struct KindOptions {
  bool evaluation = false;
  bool detect = true;                ///< Whether changes of phase are looked for.
  std::optional<Watts> power_limit;  ///< Of what was measured.
  double sampling_interval_s = 0.0;  ///< 0 for an energy counter.
  std::optional<double> events_every;
};

class WorkKind {
 public:
  explicit WorkKind(const KindOptions& options) : options_(options) {}

  void add(const ProjectionUnit& unit);
  /// A new phase begins with the next unit, declared or signalled.
  void begin_phase();

  /// A unit off the level of which the next one decides.
  struct Pending {
    ProjectionUnit unit;
    std::array<double, 2> off{};  ///< Energy and time, log units.
    std::int64_t ordinal = 0;
  };

  const LevelSeries& series() const { return phase_.series; }
  const LevelPriors& priors() const { return phase_.priors; }
  const PeriodicEvents& events() const { return phase_.events; }
  const std::optional<Pending>& pending() const { return pending_; }
  std::int64_t units() const { return units_; }  ///< Ever.
  /// How much of the start's transient was left in the last unit.
  double last_transient() const { return last_transient_; }
  int phase() const { return number_; }  ///< From 1.
  /// The ordinal, from 1, of the present phase's first unit.
  std::int64_t phase_began() const { return phase_.began; }
  /// Whether no unit is known that the present series does not hold, events apart.
  bool only_this_series() const;
  /// Events to come within so many units; declared ones where a period was declared.
  PeriodicEvents::Expected events_to_come(double units) const;

 private:
  // What a change of phase sets aside, and taking it back restores.
  struct Phase {
    LevelSeries series;
    PeriodicEvents events;
    LevelPriors priors{};
    double first_joules = 0.0, first_seconds = 0.0;  // of its first few units
    int first_units = 0;
    std::int64_t began = 1;
  };

  void put(const ProjectionUnit& unit);
  void settle_pending();
  bool take_back(const ProjectionUnit& unit);
  bool is_change(double off, double threshold) const;
  void change_phase(const ProjectionUnit& unit);

  KindOptions options_;
  Phase phase_;
  int number_ = 1;
  std::int64_t units_ = 0;
  double last_transient_ = 1.0;
  std::optional<Pending> pending_;
  std::optional<Phase> former_;  // While a detected change may be taken back.
  std::array<ProjectionUnit, ProjectionConstants::kRemembered> since_change_{};
  std::size_t since_change_count_ = 0;
};

}  // namespace joulecast::step
