#include "cli/live_screen.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace joulecast::cli {
namespace {

constexpr const char* kSaveCursor =
    "\x1b"
    "7";
constexpr const char* kRestoreCursor =
    "\x1b"
    "8";
// Fewer rows than this above the lines leave the training no room.
constexpr std::size_t kLeastRoom = 6;

}  // namespace

void LiveScreen::send(const std::string& text) const {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t written = ::write(fd_, text.data() + sent, text.size() - sent);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // a terminal that has gone is no reason to complain to it
    sent += static_cast<std::size_t>(written);
  }
}

bool LiveScreen::enter() {
  if (::tcgetpgrp(fd_) != ::getpgrp()) {
    leave();
    return false;
  }
  if (rows_ > 0) return true;
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_row < lines_ + kLeastRoom) return false;
  rows_ = size.ws_row;
  // Make room below the cursor, then keep the training out of it. Setting the region moves the
  // cursor, hence saving it.
  send(fmt::format("{}\x1b[{}A{}\x1b[1;{}r{}", std::string(lines_, '\n'), lines_, kSaveCursor,
                   rows_ - lines_, kRestoreCursor));
  return true;
}

void LiveScreen::draw(const std::vector<std::string>& lines) {
  if (!enter()) return;
  std::string text = kSaveCursor;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += fmt::format("\x1b[{};1H\x1b[2K{}", rows_ - lines_ + 1 + i, lines[i]);
  }
  send(text + kRestoreCursor);
}

void LiveScreen::print(const std::string& line) { send(line + "\r\n"); }

void LiveScreen::leave() {
  if (rows_ == 0) return;
  send(fmt::format("{}\x1b[r\x1b[{};1H\x1b[J{}", kSaveCursor, rows_ - lines_ + 1, kRestoreCursor));
  rows_ = 0;
}

}  // namespace joulecast::cli
