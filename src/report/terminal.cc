#include "report/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace joulecast::report {
namespace {

// Called before any thread is started.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

}  // namespace

std::string Terminal::styled(std::string_view code, std::string_view text) const {
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

Terminal stdout_terminal() { return terminal_of(STDOUT_FILENO); }

Terminal terminal_of(int fd) {
  Terminal terminal;
  const bool is_terminal = ::isatty(fd) == 1;
  terminal.colour = is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";

  winsize size{};
  if (is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  } else if (const auto columns = parse_integer(environment("COLUMNS")); columns && *columns > 0) {
    terminal.width = static_cast<std::size_t>(*columns);
  }
  terminal.width = std::clamp<std::size_t>(terminal.width, 40, 240);

  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = to_lower(environment(name));
    if (locale.empty()) continue;
    // "C" says nothing about the terminal, which is UTF-8 nearly everywhere; a named other set
    // does.
    terminal.unicode = locale == "c" || locale == "posix" || locale.find("utf") != locale.npos;
    break;
  }
  return terminal;
}

}  // namespace joulecast::report
