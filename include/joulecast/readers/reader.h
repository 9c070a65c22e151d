// Others' recordings, turned into a run. The entry of this room.
//
// A RUN is a file or a folder; gzip is read as it is. Its format is recognised by content, never
// by name. Rows are handled by stated rules (docs/formats.md), and whatever was not used as it
// stood is counted in the ReadReport. What cannot be read at all is one Error:
// "file:line:column: what is wrong; how to mend it".
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/run/run.h"
#include "joulecast/run/run_sink.h"

namespace joulecast::readers {

/// A row that was not used, and why. Line and column count from 1; column 0: the whole line.
struct BadRow {
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::string why;
};

/// What a reader found and what it did about what was wrong.
struct ReadReport {
  std::string format;  ///< Name of the format, as in formats().
  Plan plan;           ///< As far as the recording says.
  std::optional<double>
      start_unix_s;  ///< Wall clock of time zero (local time read as UTC where no zone is given).
  std::uint64_t rows = 0;     ///< Data rows seen, good or bad.
  std::uint64_t samples = 0;  ///< Samples handed on.
  std::uint64_t bad_rows =
      0;  ///< Rows that do not parse, or hold NaN, negative or impossible watts.
  std::vector<BadRow> first_bad_rows;  ///< The first few.
  std::uint64_t duplicates = 0;        ///< Rows with a device's time seen just before; dropped.
  std::uint64_t out_of_order = 0;      ///< Single rows from the past; dropped.
  std::uint64_t clock_jumps = 0;       ///< Times at which the clock went back for good; mended.
  std::uint64_t gaps = 0;              ///< Intervals much longer than the sampling interval.
  double gap_s = 0.0;                  ///< Their total length.
  double longest_gap_s = 0.0;
  std::vector<std::string> notes;  ///< Anything else worth a line.
};

struct ReadOptions {
  std::string format;                ///< A name from formats(); empty: recognise by content.
  std::optional<double> interval_s;  ///< For watts without time: the sampling interval, > 0.
  /// Called now and then on the reading thread with the fraction read, 0 to 1. May be empty.
  std::function<void(double)> progress;
};

/// Streams a recording into the sink in bounded memory. After an Error the sink holds a part.
Result<ReadReport> read_run(const std::filesystem::path& path, const ReadOptions& options,
                            RunSink& sink);

struct LoadedRun {
  Run run;
  ReadReport report;
};

/// Reads a whole recording into memory (16 bytes a sample).
Result<LoadedRun> load_run(const std::filesystem::path& path, const ReadOptions& options = {});

/// A format's name and one line about it, for help texts.
struct FormatInfo {
  const char* name;
  const char* description;
};
std::span<const FormatInfo> formats();

}  // namespace joulecast::readers
