// What can be measured on this machine: finds and opens every source. The entry of this room.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// How the RAM's energy is modelled where no meter has it (METHODS "Measurement as published";
/// existing-tools, Green Algorithms).
enum class RamModel {
  kNone,
  kPerProcess,   ///< 3.75e-4 W per MB of resident memory of the training's process tree.
  kPerGigabyte,  ///< 0.3725 W per GB of memory installed.
};

/// Where things are looked for. Defaults are the machine's own; tests and replays redirect them.
struct SourceOptions {
  std::string root;  ///< Prefix to /sys and /proc; empty: the machine's own.
  std::string nvml_library = "libnvidia-ml.so.1";
  std::string rocm_smi_library = "librocm_smi64.so";
  /// Devices to leave out or to measure only; names as in Source::name. Empty: all that there are.
  std::vector<std::string> only;
  /// GPUs to measure, as a user writes them: indices, UUIDs or MIG ids, comma-separated. Absent:
  /// CUDA_VISIBLE_DEVICES, NVIDIA_VISIBLE_DEVICES, SLURM_JOB_GPUS / SLURM_STEP_GPUS (for AMD
  /// ROCR_VISIBLE_DEVICES, HIP_VISIBLE_DEVICES) of the environment, else all.
  std::optional<std::string> gpus;
  RamModel ram = RamModel::kPerProcess;
  /// Draw of all CPUs of this machine at full load; absent: from the catalogue of CPUs.
  std::optional<Watts> cpu_tdp;
  /// The training's first process, for models that follow its tree; 0: this process.
  int root_pid = 0;
};

/// One thing that was looked for, for `doctor` and for the record.
struct Finding {
  std::string source;  ///< As Source::name.
  std::string what;    ///< "NVIDIA GPU energy counters", "CPU package energy (RAPL)".
  enum class State {
    kWorks,
    kForbidden,  ///< It is there but this user may not read it: see remedy.
    kAbsent,     ///< Not on this machine.
    kBroken,     ///< It is there but does not answer as it should.
  } state = State::kAbsent;
  std::string detail;       ///< One line: what was found, or why not.
  std::string remedy;       ///< The exact command that would allow it; empty: none needed or known.
  std::string consequence;  ///< What that command means for security; empty without a remedy.
  std::vector<std::string> devices;  ///< Ids of the devices that it gives.
};

struct OpenedSources {
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<Finding> findings;  ///< One or more per kind of source, in order of trust.
};

/// Opens all that can be opened; that nothing can be is not an error. A better source keeps a worse
/// one of the same device out (RAPL keeps the CPU model out, DRAM energy the RAM model). Errors:
/// options that name no GPU there is (with those there are), or an unknown source.
Result<OpenedSources> open_sources(const SourceOptions& options);

}  // namespace joulecast::measure
