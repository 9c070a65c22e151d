#include "joulecast/live/mark.h"

#include <cmath>
#include <string>

#include "checking_sink.h"

// One line as a sender may send it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto mark = live::parse_mark(input);
  if (!mark) {
    fuzz::require(!mark.error().message.empty(), "an error says why");
    fuzz::require(mark.error().message.find('\n') == std::string::npos, "in one line");
    return 0;
  }
  const std::string line = live::mark_line(*mark);
  const auto again = live::parse_mark(line);
  fuzz::require(again.ok(), "what is written is read again");
  fuzz::require(live::mark_line(*again) == line, "as the same");
  return 0;
}
