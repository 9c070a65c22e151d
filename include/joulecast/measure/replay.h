// A recording played as if its devices were here now.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/measure/clock.h"
#include "joulecast/measure/source.h"
#include "joulecast/run/run.h"

namespace joulecast::measure {

/// Something that goes wrong at a moment of the replay, to see what a program makes of it.
struct InjectedFault {
  enum class Kind {
    kGpuLost,         ///< "gpu-lost": the device cannot be read from then on.
    kCounterReset,    ///< "counter-reset": the energy counter starts from zero again.
    kCounterStuck,    ///< "counter-stuck": it does not move any more.
    kCounterWrap,     ///< "counter-wrap": it wraps at that moment, at its stated range.
    kPermissionLost,  ///< "permission-lost": readings are forbidden from then on.
    kUnreadable,      ///< "unreadable": readings fail, for `duration`.
  } kind = Kind::kGpuLost;
  double at_s = 0.0;        ///< Seconds of the recording.
  double duration_s = 0.0;  ///< kUnreadable, kCounterStuck: for how long; 0: for good.
};

/// Reads "gpu-lost@30s,counter-reset@60s,unreadable@10s+5s". Errors: an unknown kind (with the
/// nearest), a time that is none.
Result<std::vector<InjectedFault>> parse_faults(std::string_view text);

struct ReplayOptions {
  /// Give energy counters that move every 100 ms instead of power.
  bool counters = false;
  std::vector<InjectedFault> faults;
};

/// A recording as a source. Time zero of the recording is the moment of construction on `clock`;
/// before its first sample the first power holds, after its last one channels are kLost.
struct Replay {
  std::unique_ptr<Source> source;
  std::vector<Epoch> epochs;  ///< Of the recording, in its own seconds; without energies.
  Plan plan;
  double duration_s = 0.0;  ///< Last sample or end of the last epoch.
  MonotonicSeconds zero_s = 0.0;
};

/// Errors as load_run(); a recording without samples; counters' faults without `counters`.
Result<Replay> open_replay(const std::filesystem::path& run, const ReplayOptions& options,
                           const Clock& clock);

}  // namespace joulecast::measure
