// The power trace of a run on its way to the disk: small frames at every flush, which become one
// well packed frame about every minute.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "joulecast/base/result.h"
#include "store/append_file.h"
#include "store/frames.h"

namespace joulecast::store {

inline constexpr const char* kEventsFile = "events.jsonl";
inline constexpr const char* kSamplesFile = "samples.zst";
inline constexpr const char* kTailFile = "samples.tail";
inline constexpr const char* kTagsFile = "tags.jsonl";

/// What was lost because it could not be written for too long.
struct LostRows {
  std::size_t rows = 0;
  double from_s = 0.0, to_s = 0.0;
};

/// Not thread-safe.
class SampleLog {
 public:
  /// Makes the two files in the folder.
  static Result<SampleLog> create(const std::filesystem::path& folder);

  /// Before the first row; sets memory aside.
  void set_devices(std::size_t devices);
  /// A finite time later than the one before, and a value for each device. Where rows can't be
  /// written for longer than a minute, the oldest are dropped.
  void add(double time_s, std::span<const float> power_w);
  /// Writes what is new; a minute's rows also as one frame. `all`: whatever there is.
  Status flush(bool all);
  void sync();

  /// What was dropped since the last call.
  LostRows take_lost();

 private:
  SampleLog(AppendFile frames, AppendFile tail)
      : frames_(std::move(frames)), tail_(std::move(tail)) {}
  bool full() const;
  void drop_oldest();
  Status write_tail();
  Status write_frame();

  AppendFile frames_, tail_;
  FrameEncoder encoder_;
  Rows rows_;                    ///< Since the last frame.
  std::uint64_t first_row_ = 0;  ///< Number of the first of them.
  std::size_t saved_ = 0;        ///< So many of them are in the tail file.
  LostRows lost_;
};

}  // namespace joulecast::store
