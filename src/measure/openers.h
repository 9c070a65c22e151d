// What open_sources() is made of: one function per kind of source, each in its own file.
//
// Each looks for its hardware, adds what it can open to `opened.sources` and says what it found in
// `opened.findings` (always at least one line: also that there is nothing). They are called in
// this order, so that a later one sees what the earlier ones measure already.
#pragma once

#include "joulecast/base/result.h"
#include "joulecast/measure/sources.h"

namespace joulecast::measure {

Status open_nvml(const SourceOptions& options, OpenedSources& opened);
Status open_rocm_smi(const SourceOptions& options, OpenedSources& opened);
Status open_hwmon_gpus(const SourceOptions& options, OpenedSources& opened);
Status open_rapl(const SourceOptions& options, OpenedSources& opened);
Status open_perf_energy(const SourceOptions& options, OpenedSources& opened);
Status open_cpu_model(const SourceOptions& options, OpenedSources& opened);
Status open_ram_model(const SourceOptions& options, OpenedSources& opened);

/// Whether a kTotal channel of this kind is being measured already.
bool measures(const OpenedSources& opened, DeviceKind kind);

}  // namespace joulecast::measure
