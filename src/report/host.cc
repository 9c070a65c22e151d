#include "report/host.h"

#include <fmt/format.h>

#include "base/text.h"

namespace joulecast::report {
namespace {

using hardware::HostSpeed;
using hardware::Measured;

/// "12.3 us (2 %)"
std::string text_of(const Measured& measured, const char* unit) {
  return fmt::format("{:.3g} {} ({:.1f} %)", measured.median, unit, 100.0 * measured.spread);
}

std::string dispatch_text(const HostSpeed& speed) {
  std::string text = "  dispatch  " + text_of(speed.dispatch_us, "us") + " per operator";
  if (speed.python_dispatch_us) {
    text += fmt::format(", {} in Python {}", text_of(*speed.python_dispatch_us, "us"),
                        printable(speed.python_version));
  }
  return text + fmt::format("\n            {:.2f} x the time of the reference\n",
                            dispatch_relative(speed));
}

std::string images_text(const HostSpeed& speed) {
  const double one = images_per_s(speed), all = speed.all_cores_images_per_s.median;
  return fmt::format("  images    decode {} per pixel, augment {}\n",
                     text_of(speed.decode_ns_per_pixel, "ns"),
                     text_of(speed.augment_ns_per_pixel, "ns")) +
         fmt::format("            {:.0f}/s on one core, {:.0f}/s ({:.1f} %) on all: {:.2g} x\n",
                     one, all, 100.0 * speed.all_cores_images_per_s.spread, all / one) +
         fmt::format("            {:.2f} x the time of the reference\n", pipe_relative(speed));
}

std::string memory_text(const HostSpeed& speed) {
  std::string text =
      fmt::format("  memory    one core: copy {}, triad {}\n", text_of(speed.copy_gb_s, "GB/s"),
                  text_of(speed.triad_gb_s, "GB/s")) +
      fmt::format("            all: copy {}, triad {}\n",
                  text_of(speed.all_cores_copy_gb_s, "GB/s"),
                  text_of(speed.all_cores_triad_gb_s, "GB/s"));
  constexpr double kFarBeyond = 3.0;
  if (speed.memory_arrays_mb < kFarBeyond * speed.last_level_cache_mb) {
    text += fmt::format(
        "            in {:.0f} MiB beside a cache of {:.0f} MiB: partly the cache's speed\n",
        speed.memory_arrays_mb, speed.last_level_cache_mb);
  }
  return text;
}

}  // namespace

std::string host_text(const HostSpeed& speed) {
  std::string text = fmt::format(
      "{}: {}, {} core{}, {:.4g} GiB\n  measured  {}{}; in brackets the spread of repeats\n",
      printable(speed.host), speed.cpu.empty() ? "CPU not named" : printable(speed.cpu),
      speed.cores, speed.cores == 1 ? "" : "s", speed.memory_gb, printable(speed.date),
      speed.quick ? " (quick)" : "");
  text += dispatch_text(speed) + images_text(speed) + memory_text(speed);
  if (const Status quiet = check_quiet(speed); !quiet) {
    text += "  taken on a busy machine: measure again when it is idle\n";
  }
  return text;
}

}  // namespace joulecast::report
