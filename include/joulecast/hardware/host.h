// How fast this machine does what the host of a training does beside the GPU: dispatch operators,
// decode and augment images, move memory. `joulecast calibrate host` measures and keeps it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "joulecast/base/result.h"

namespace joulecast::hardware {

/// A figure that was measured several times.
struct Measured {
  double median = 0.0;  ///< > 0
  double spread = 0.0;  ///< Interquartile range as a part of the median.
};

struct HostSpeed {
  /// Who was measured and when ("2026-11-23T22:30:00Z"); measure_host leaves them empty.
  std::string host, cpu, date;
  double memory_gb = 0.0;  ///< GiB, of the machine; 0: not known. Left so by measure_host.
  int cores = 0;           ///< Logical processors that this process may use.
  bool quick = false;
  /// Of the processor time that the measurement asked for, the part that it got: the least of all
  /// figures' medians.
  double cpu_share = 0.0;

  /// One operator of our own interpreter, on one core; about 20 us on a desktop core of 2020.
  Measured dispatch_us;
  /// The same amount of a framework's front end in Python, where there is a python3.
  std::optional<Measured> python_dispatch_us;
  std::string python_version;  ///< "3.11.2"; empty where there is none.

  Measured decode_ns_per_pixel;     ///< Of a JPEG of 500 x 375, on one core.
  Measured augment_ns_per_pixel;    ///< Of the 224 x 224 that come out, on one core.
  Measured all_cores_images_per_s;  ///< Decoded and augmented, on all cores.

  /// 1e9 bytes a second, read plus written, over arrays beyond the last cache.
  Measured copy_gb_s, triad_gb_s, all_cores_copy_gb_s, all_cores_triad_gb_s;
  double memory_arrays_mb = 0.0;     ///< MiB, the three arrays together.
  double last_level_cache_mb = 0.0;  ///< MiB; 0: not known.
};

struct MeasureHostOptions {
  bool quick = false;                    ///< About 2 s instead of 7: fewer and shorter repeats.
  bool python = true;                    ///< Look for python3 on PATH and time it too.
  std::function<void(double)> progress;  ///< Told the part that is done, 0 to 1; may be empty.
};

/// Takes at most 10 s, all cores for a part of it, and at most 1 GiB of memory. A busy machine is
/// no error here: see check_quiet. Errors: no memory, no threads. Not while another thread of this
/// process works: its processor time would count.
Result<HostSpeed> measure_host(const MeasureHostOptions& options);

/// An error where the machine was too busy for the figures to mean much: a spread above
/// kMostSpread, or less of the processors' time than kLeastCpuShare.
Status check_quiet(const HostSpeed& speed);
inline constexpr double kMostSpread = 0.15;
inline constexpr double kLeastCpuShare = 0.85;

/// One core, decode and augment together.
double images_per_s(const HostSpeed& speed);

/// Time per operator over that of the reference, a desktop core of 2020 (docs/host.md says what is
/// a prior here): in Python where that was measured, else of our own interpreter. Above 1: slower.
double dispatch_relative(const HostSpeed& speed);
/// Likewise the time of decoding and augmenting one image on one core.
double pipe_relative(const HostSpeed& speed);

/// A JSON file (docs/schema/host-1.json). Errors name the file.
Status save_host_speed(const HostSpeed& speed, const std::filesystem::path& path);
/// Absent where there is no such file. Errors: it cannot be read, or is not of this kind.
Result<std::optional<HostSpeed>> stored_host_speed(const std::filesystem::path& path);

}  // namespace joulecast::hardware
