// From readings to joules.
//
// Every device has a curve of cumulative energy: knots (time, joules), linear between them. An
// energy counter gives knots at the moments when it moved (which are found more finely than it is
// polled); power gives them by the trapezoidal rule, after shifting each value back by its delay
// and half its averaging window. The energy of a stretch is the difference of the curve at its two
// edges. Wraps, restarts, stuck counters and lost devices are dealt with here, once, for all
// sources.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/measure/source.h"
#include "joulecast/run/measured.h"
#include "joulecast/run/run.h"

namespace joulecast::measure {

/// A point on a device's curve of cumulative energy. Differences of two points are what counts:
/// see energy_between().
struct EnergyPoint {
  MonotonicSeconds time_s = 0.0;
  Joules energy;       ///< Since the meter's first reading.
  Joules cut_error;    ///< Half-width at 95 % of the curve at this moment.
  Seconds uncovered;   ///< Since the first reading: time for which nothing vouches.
  Seconds integrated;  ///< Since the first reading: time for which a counter's device had to be
                       ///< integrated from power.
  double variance_j2 = 0.0;  ///< Since the first reading, in J^2: what power did between samples
                             ///< is not known; unlike a cut's error this adds up.
};

/// Something that happened to the measuring itself, for the record and for people.
struct MeterNote {
  MonotonicSeconds time_s = 0.0;
  std::string device_id;
  std::string text;  ///< One line: what, since when, what is done about it.
};

/// Combines sources into devices. poll() belongs to one thread; everything else may be called from
/// any thread at any time. poll() does not allocate, except to write a note.
class Meter {
 public:
  /// At least one source with at least one kTotal channel for the meter to have devices; with none
  /// it measures nothing and says so in a note.
  explicit Meter(std::vector<std::unique_ptr<Source>> sources);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// The devices whose energies add up to the run's (one per kTotal channel), then nothing else.
  const std::vector<Device>& devices() const;
  /// Relative error of a device's level at 95 %.
  double gain_error(std::size_t device) const;

  /// Reads every source once.
  void poll(MonotonicSeconds now_s);
  /// How long until it should be polled again so that no sensor's update is missed: at most
  /// `at_most_s`, at least 0.02 s.
  Seconds next_poll_in(Seconds at_most) const;

  /// Up to here every device's curve is known for good (a device that cannot be read any more does
  /// not hold it up). Averaging sensors lag by about a second.
  MonotonicSeconds settled_until() const;
  /// The curve of a device at a moment. Absent after settled_until(), and for moments more than a
  /// minute before it; moments before the first reading count as uncovered.
  std::optional<EnergyPoint> at(std::size_t device, MonotonicSeconds time_s) const;
  /// The end of a run: nothing more will be polled. The last power is held for as long as the
  /// sensor had not shown yet (an update period or two; half the window and the delay of an
  /// average), with a cut error to match, and settled_until() becomes `end_s`; what lies beyond is
  /// uncovered.
  void close(MonotonicSeconds end_s);

  /// The newest power of a device, for people: mean over its last update. Absent if it cannot be
  /// read at present.
  std::optional<Watts> power_now(std::size_t device) const;
  /// How often a device's sensor moves, as learnt; absent before that.
  std::optional<Seconds> update_period(std::size_t device) const;
  /// Counter against integrated power of the same device since the start, as power / counter;
  /// absent where there is only one of them or less than a few seconds are known. A note is written
  /// when they differ by more than 5 % over at least 5 s.
  std::optional<double> cross_check(std::size_t device) const;

  /// What happened since the last call, oldest first.
  std::vector<MeterNote> take_notes();
  /// As Source::telemetry, of all sources. Neither waits for a poll under way nor holds one up.
  std::vector<Telemetry> telemetry(int root_pid);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The stretch between two points of the same device's curve. `origin` is the device's own, or
/// kIntegrated where a counter had to be replaced in between.
MeasuredEnergy energy_between(const Device& device, const EnergyPoint& from, const EnergyPoint& to);

}  // namespace joulecast::measure
