// What stands between the child's output and ours where it is watched.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "live/descriptor.h"
#include "live/pty.h"

namespace joulecast::live {

/// A pty where ours is a terminal, else a pipe, for standard output and for standard error; one for
/// both where both are the same file, so that their order is kept. Never waits.
class ChildOutput {
 public:
  struct Part {
    std::string_view bytes;
    int stream;
  };

  /// `open`: which of standard output and error are open at all; one that is not is left alone.
  static Result<ChildOutput> create(std::array<bool, 2> open);
  /// What becomes the child's standard output and error; -1: leave it.
  std::array<int, 2> child_ends() const;
  /// The child runs: closes its ends here.
  void started();

  /// Readable when forward() has something to do.
  int fd() const { return epoll_.get(); }
  /// See Child::forward_output().
  std::optional<Part> forward();
  /// Bytes that were read wait for our standard output to take them.
  bool waiting() const;
  /// Our terminal has another size; false where there is no terminal.
  bool resized() const;

 private:
  struct Stream {
    Pty ends;  // or the ends of a pipe
    bool terminal = false;
    int target = -1;
    int number = 0;
    std::vector<char> buffer;
    std::size_t written = 0, size = 0;  // what of the buffer has been passed on, and is there
    bool target_watched = false;

    bool waiting() const { return written < size; }
  };
  Status add(int target, int number);
  void flush(Stream& stream);
  void wait_for_target(Stream& stream, bool wait);
  std::optional<Part> read(Stream& stream);
  void end(Stream& stream);

  Descriptor epoll_;
  std::vector<Stream> streams_;
  std::array<std::size_t, 2> stream_of_{};  // by standard output and error; none: streams_.size()
};

}  // namespace joulecast::live
