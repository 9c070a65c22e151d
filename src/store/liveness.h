// Whether the process that writes a run folder is still there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace joulecast::store {

/// A process, told apart from any other that had or will have its number.
struct Writer {
  int pid = 0;
  std::string boot_id;        ///< Of the machine's start; tells hosts apart too.
  std::string pid_namespace;  ///< A container's numbers mean nothing outside it.
  /// Tells machines apart across their boots: a hash. Empty in a container and where it is unknown.
  std::string machine;
  std::uint64_t start_ticks = 0;  ///< Since the machine's start, as /proc/PID/stat has it.
};

/// This process.
Writer this_process();

enum class Liveness {
  kAlive,
  kGone,       ///< Also: the machine has booted since.
  kElsewhere,  ///< On another machine or in another container: it cannot be asked.
};
/// As a process can tell that looks at it from `here`.
Liveness liveness_of(const Writer& writer, const Writer& here = this_process());

/// After so long without a sign (writers give one at least every minute) a run elsewhere is taken
/// for interrupted, though not marked so.
inline constexpr double kSilentAfterS = 300.0;

}  // namespace joulecast::store
