#include "live/pty.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace joulecast::live {

Result<Pty> Pty::like(int terminal) {
  const auto failed = [](const char* what) {
    return Error{fmt::format("{}: {}", what, std::generic_category().message(errno))};
  };
  Pty pty;
  pty.ours = Descriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.ours || ::unlockpt(pty.ours.get()) != 0) return failed("no pseudo terminal can be had");
  // Without its name: /dev/pts may be another container's.
  pty.childs = Descriptor(::ioctl(pty.ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pty.childs) return failed("no pseudo terminal can be had");
  termios settings{};
  if (::tcgetattr(terminal, &settings) == 0) {
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    ::tcsetattr(pty.childs.get(), TCSANOW, &settings);
  }
  pty.resize(terminal);
  return pty;
}

void Pty::resize(int terminal) const {
  winsize size{};
  if (::ioctl(terminal, TIOCGWINSZ, &size) == 0) ::ioctl(ours.get(), TIOCSWINSZ, &size);
}

}  // namespace joulecast::live
