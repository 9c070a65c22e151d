// Epochs from a training's own log, by a pattern.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/run/run.h"

namespace joulecast::readers {

/// The epochs that a log tells of.
struct EpochLog {
  /// In order; times as `clock` says. Energies are absent.
  std::vector<Epoch> epochs;
  enum class Clock {
    kUnix,   ///< Dates: seconds since 1970, local times read as UTC, as readers do.
    kRun,    ///< Plain numbers: seconds of the run.
    kStack,  ///< Durations only: epochs laid end to end from zero.
  } clock = Clock::kRun;
  std::uint64_t lines = 0;    ///< Lines read; '\r' ends a line too, as progress bars write it.
  std::uint64_t matches = 0;  ///< Lines that matched.
  std::vector<std::string> notes;
};

/// Reads a text file, gzip too. Each line that matches `pattern` (RE2 syntax) marks the end of an
/// epoch. Named groups say what is where, and all of them may be left out:
///   epoch     its number; without it (and without an unnamed group) matches are counted
///   time      when the line was written: a date, or seconds of the run; without it a date at the
///             line's beginning, in brackets or not, is taken
///   duration  how many seconds the epoch took, for logs without any time
///   loss, val_loss, accuracy, steps, samples, tokens
/// An epoch begins where the one before ended; the first as long before its end as the second
/// lasted, unless `duration` is there. Repeated matches of one number (a progress bar) count once,
/// the last. Errors: a pattern that RE2 refuses (with its reason), one that never matches (with the
/// number of lines read), matches without any time, times that go back.
Result<EpochLog> read_epoch_log(const std::filesystem::path& file, const std::string& pattern);

}  // namespace joulecast::readers
