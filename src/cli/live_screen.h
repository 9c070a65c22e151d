// Keeps a few lines at the bottom of the terminal while the training writes above them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/terminal.h"

namespace joulecast::cli {

/// The training writes to the terminal itself, so nothing may be moved under its hands: the
/// terminal's scroll region keeps it out of the last lines (as apt's progress bar does), and each
/// drawing is one write that leaves the cursor where it was. Nothing is drawn while the process is
/// in the background or the terminal is too small.
class LiveScreen {
 public:
  /// `fd` is a terminal.
  LiveScreen(int fd, std::size_t lines) : fd_(fd), lines_(lines) {}
  ~LiveScreen() { leave(); }
  LiveScreen(const LiveScreen&) = delete;
  LiveScreen& operator=(const LiveScreen&) = delete;

  /// Draws; `lines` are `lines_` many and fit the terminal's width.
  void draw(const std::vector<std::string>& lines);
  /// Prints a line above, where the training prints.
  void print(const std::string& line);
  /// Gives the whole terminal back and clears the lines. draw() takes them again.
  void leave();
  /// The terminal has another size now.
  void resized() { leave(); }

 private:
  bool enter();
  void send(const std::string& text) const;

  int fd_;
  std::size_t lines_;
  std::size_t rows_ = 0;  ///< Of the terminal while the region is set; else 0.
};

}  // namespace joulecast::cli
