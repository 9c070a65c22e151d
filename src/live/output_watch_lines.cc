#include "live/output_watch_lines.h"

#include <algorithm>
#include <cstddef>

namespace joulecast::live {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 10;
constexpr char kEscape = '\x1b';

// The index after the escape sequence that begins at `at` (ECMA-48: CSI ends with a byte from '@'
// to '~', OSC with BEL or ESC \).
std::size_t after_escape(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return text.size();
  std::size_t i = at + 2;
  if (text[at + 1] == '[') {
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
    return std::min(i + 1, text.size());
  }
  if (text[at + 1] == ']') {
    while (i < text.size() && text[i] != '\a' && text[i] != kEscape) ++i;
    if (i < text.size() && text[i] == kEscape) ++i;
    return std::min(i + 1, text.size());
  }
  return i;
}

void take_escapes_out(std::string& line) {
  if (line.find(kEscape) == std::string::npos) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == kEscape) {
      i = after_escape(line, i);
    } else {
      line[kept++] = line[i++];
    }
  }
  line.resize(kept);
}

}  // namespace

void OutputLines::feed(std::string_view bytes, const ReadAt& at, const Take& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("\n\r\b");
    const std::string_view part = bytes.substr(0, end);
    if (!part.empty()) {
      at_ = at;
      line_ += part.substr(0, kLongestLine - std::min(kLongestLine, line_.size()));
    }
    if (end == std::string_view::npos) return;
    finish(take);
    bytes.remove_prefix(end + 1);
  }
}

void OutputLines::finish(const Take& take) {
  take_escapes_out(line_);
  if (!line_.empty()) take(line_, at_);
  line_.clear();
}

}  // namespace joulecast::live
