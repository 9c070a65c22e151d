// Marks found in a training's own output, for those who do not want to change their program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/live/mark.h"

namespace joulecast::live {

/// A built-in pattern's name and what it recognises.
struct BuiltInPattern {
  const char* name;  ///< "keras", "lightning", "huggingface", "ultralytics", "fastai", "tqdm"
  const char* description;
};
std::span<const BuiltInPattern> built_in_patterns();

/// Cuts streams of bytes into lines ('\r' and backspaces end a line too, as progress bars write
/// them; lines are cut at 64 kB; ANSI colour codes are taken out) and turns those that match into
/// marks. Not thread-safe.
class OutputWatch {
 public:
  /// `pattern`: a built-in's name, "auto" (the first built-in that matches twice; "tqdm", the least
  /// specific, gives way to a later one), or a regular expression (RE2) with the named groups of
  /// read_epoch_log() and also: step, steps_total, epochs_total. A match with `step` is a step, any
  /// other the end of an epoch. Errors: RE2's reason; an unknown group.
  static Result<std::unique_ptr<OutputWatch>> create(const std::string& pattern);
  ~OutputWatch();

  /// The next bytes of a stream (0: standard output or a file, 1: standard error), read in one go
  /// at `time_s`. Each mark says when its line was read (Mark::time_s, not after `time_s`): where a
  /// progress bar repeats itself only what follows tells that it was the epoch's last line. The
  /// same epoch's end may come twice where a pattern of the user's matches every line of a bar; the
  /// later one counts. Steps come at most once a second.
  void feed(std::string_view bytes, double time_s, const std::function<void(const Mark&)>& take,
            int stream = 0);
  /// The output has ended: what was held back.
  void finish(const std::function<void(const Mark&)>& take);
  /// Ends of epochs that came in one read with others: the training's output is buffered
  /// (PYTHONUNBUFFERED=1 mends that).
  std::size_t unedged() const;
  /// The pattern in use; for "auto" before it has decided: empty.
  const std::string& in_use() const;

 private:
  struct State;
  explicit OutputWatch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Follows a file that grows (`tail -F`): also one that does not exist yet, is truncated or
/// replaced.
class FileFollower {
 public:
  explicit FileFollower(std::string path);
  ~FileFollower();
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;
  /// Hands on what has been added since the last call (up to 1 MB), in one piece.
  void poll(const std::function<void(std::string_view)>& take);

 private:
  std::string path_;
  int fd_ = -1;
  std::uint64_t offset_ = 0;
  std::uint64_t inode_ = 0;
};

}  // namespace joulecast::live
