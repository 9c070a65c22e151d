// What a format is to the rest of this room: how to recognise it and how to read it.
//
// To add a format, write one file with these two functions and name them in format_table.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/line_reader.h"
#include "joulecast/base/result.h"
#include "joulecast/readers/reader.h"
#include "joulecast/run/run_sink.h"

namespace joulecast::readers {

/// The file to read, open and at its beginning.
struct Input {
  std::filesystem::path path;  ///< Empty where the bytes come from memory: no files beside it.
  LineReader lines;
  /// Found in the same folder and belonging to it: the power logs of a training log.
  std::vector<std::filesystem::path> companions;
};

/// Where a reader puts what it reads, and how it counts devices.
struct ReadContext {
  const ReadOptions& options;
  RunSink& sink;
  ReadReport& report;
  std::size_t devices = 0;

  /// Announces a device; its index in the sink.
  std::size_t announce(const Device& device) {
    sink.device(device);
    return devices++;
  }
  void note(std::string text) { report.notes.push_back(std::move(text)); }
};

/// Tells options.progress now and then how far a file is read. [from, to] is the file's part of
/// the whole reading.
class Progress {
 public:
  explicit Progress(const ReadOptions& options, double from = 0.0, double to = 1.0)
      : options_(options), from_(from), to_(to) {}

  /// Call once for every line.
  void line(const LineReader& lines) {
    if ((++lines_ & 0x3fff) == 0) tell(lines.fraction_read());
  }
  void done() const { tell(1.0); }

 private:
  void tell(double fraction) const {
    if (options_.progress) options_.progress(from_ + (to_ - from_) * fraction);
  }

  const ReadOptions& options_;
  double from_, to_;
  std::uint64_t lines_ = 0;
};

struct Format {
  FormatInfo info;
  /// Whether the beginning of a file (at most 64 KiB, inflated) can only be this format.
  bool (*recognises)(std::string_view head);
  Status (*read)(Input& input, ReadContext& context);
};

/// Every format, in the order in which they are tried.
std::span<const Format> format_table();

}  // namespace joulecast::readers
