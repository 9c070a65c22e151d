// What the terminal (or the file that stands in for it) can show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace joulecast::report {

struct Terminal {
  bool colour = false;
  bool unicode = true;
  std::size_t width = 80;  ///< Columns.

  std::string dim(std::string_view text) const { return styled("2", text); }
  std::string bold(std::string_view text) const { return styled("1", text); }
  std::string colour_of(std::string_view code, std::string_view text) const {
    return styled(code, text);
  }

 private:
  std::string styled(std::string_view code, std::string_view text) const;
};

/// That of a file descriptor: colours only on a terminal and without NO_COLOR, its width (80
/// elsewhere, or COLUMNS), and Unicode where the locale's character set is UTF-8 or unknown.
Terminal terminal_of(int fd);
Terminal stdout_terminal();

}  // namespace joulecast::report
