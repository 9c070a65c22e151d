// Any bytes behind a gzip header, through inflating and splitting into lines.
#include <string>

#include "base/line_reader.h"
#include "checking_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  std::string bytes(fuzz::as_text(data, size));
  if (!bytes.starts_with("\x1f\x8b")) bytes.insert(0, "\x1f\x8b\x08");
  LineReader lines(open_memory(bytes));
  static_cast<void>(lines.peek());
  std::uint64_t count = 0, inflated = 0;
  for (;;) {
    const auto step = lines.next();
    if (step != LineReader::Step::kLine) {
      fuzz::require(step == LineReader::Step::kEnd || !lines.error().message.empty(),
                    "an error says what it is");
      break;
    }
    fuzz::require(lines.line_number() == ++count, "lines are counted");
    fuzz::require(lines.line().find('\n') == std::string_view::npos, "a line is one line");
    inflated += lines.line().size();
    if (inflated > 64u * 1024 * 1024) break;  // a bomb: what matters is that memory is bounded
  }
  return 0;
}
