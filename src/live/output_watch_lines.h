// Bytes of a training's output, cut into lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace joulecast::live {

/// When something was read: the moment, and which read it was (edges in one read are not known).
struct ReadAt {
  double time_s = 0.0;
  std::uint64_t read = 0;
};

/// '\n', '\r' and backspaces end a line; empty ones are passed over; what goes beyond 64 kB is
/// dropped; escape sequences of terminals are taken out.
class OutputLines {
 public:
  /// A line comes with the moment at which its last byte was read: a progress bar is ended only by
  /// the next one, but was true when it was written.
  using Take = std::function<void(std::string_view line, const ReadAt& at)>;
  void feed(std::string_view bytes, const ReadAt& at, const Take& take);
  /// What is left is a line too.
  void finish(const Take& take);

 private:
  std::string line_;
  ReadAt at_;
};

}  // namespace joulecast::live
