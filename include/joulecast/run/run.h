// The vocabulary of the whole program: what a training is once it is data.
//
// Read this header first. A Run is a set of power traces, one per device, cut into epochs. Times
// are seconds since the run's own zero (its first sample or mark), never wall-clock time; the
// wall-clock time of that zero is start_unix_s where it is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/run/provenance.h"

namespace joulecast {

enum class DeviceKind { kGpu, kCpu, kRam, kNode, kUnknown };

/// A thing that draws power.
struct Device {
  std::string id;  ///< Unique within the run: "gpu0", a UUID, "node", "cpu".
  DeviceKind kind = DeviceKind::kUnknown;
  std::string name;  ///< As its maker calls it, e.g. "NVIDIA GeForce RTX 3090"; may be empty.
  /// How the joules of this device come to be known.
  Origin origin = Origin::kIntegrated;
  std::string source;  ///< One line for a person: the meter, or the model's formula.
  std::optional<Watts> power_limit;
};

/// A device's power over time: two arrays of equal length, time strictly increasing.
struct Trace {
  Device device;
  std::vector<double> time_s;
  std::vector<double> power_w;
};

/// What a run's work is counted in.
enum class WorkUnit { kEpochs, kSteps, kSamples, kTokens };

/// One evaluation (validation) pass inside an epoch.
struct Evaluation {
  double start_s = 0.0;
  double end_s = 0.0;
  std::optional<Joules> energy;
};

/// One block of a run's work: an epoch, or where a training has few epochs a block of steps,
/// samples or tokens. Blocks follow each other without a gap: what lies between two marks
/// (evaluation, checkpoints, the last sampling interval) belongs to the block before it, so that no
/// interval is lost (del Rey et al., section "Data collection").
struct Epoch {
  std::int64_t number = 0;  ///< As the recording counts; strictly increasing, not always from 1.
  std::string phase;        ///< "frozen", "fine-tune", ...; empty where nobody said.
  double start_s = 0.0;
  double end_s = 0.0;            ///< After start_s.
  std::optional<Joules> energy;  ///< Everything between start and end, evaluation included.
  Origin energy_origin = Origin::kReported;  ///< The worst among the origins of its parts.
  std::optional<Evaluation> evaluation;
  std::optional<double> steps, samples, tokens;  ///< Training work done in the block, where known.
  std::optional<double> loss, validation_loss, accuracy;

  Seconds duration() const { return Seconds(end_s - start_s); }
};

/// What is planned before a training starts; what is absent is not known.
struct Plan {
  WorkUnit unit = WorkUnit::kEpochs;
  std::optional<double> total;  ///< Planned work in `unit`.
  std::optional<Seconds> duration;
};

/// A training, recorded or under way.
struct Run {
  Plan plan;
  std::optional<double> start_unix_s;  ///< Wall clock of time zero, if known.
  std::vector<Trace> traces;           ///< In order of first appearance.
  std::vector<Epoch> epochs;           ///< In order of time.
};

/// The training work of a block in a unit: 1 for epochs, else what the recording says of it.
std::optional<double> work_of(const Epoch& epoch, WorkUnit unit);

/// The metric of an epoch by the name that an early-stopping rule gives: loss, val_loss, accuracy
/// or val_accuracy (the recording has one accuracy).
std::optional<double> metric_of(const Epoch& epoch, std::string_view metric);

const char* to_string(DeviceKind kind);
const char* to_string(WorkUnit unit);

}  // namespace joulecast
