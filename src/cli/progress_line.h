// "reading 45 %" on standard error, from the first second on; erased at the end.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

namespace joulecast::cli {

/// Not thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(std::string doing) : doing_(std::move(doing)) {}
  ~ProgressLine() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(double fraction) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + 200ms;
    shown_ = true;
    fmt::print(stderr, "\r{} {:.0f} %", doing_, 100.0 * fraction);
    std::fflush(stderr);
  }

 private:
  std::string doing_;
  std::chrono::steady_clock::time_point next_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(1);
  bool shown_ = false;
};

}  // namespace joulecast::cli
