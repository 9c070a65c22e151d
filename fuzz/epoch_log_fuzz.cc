#include "readers/epoch_log_lines.h"

#include <cmath>
#include <limits>

#include "checking_sink.h"

// The first line is the pattern, the rest the log.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return 0;
  LineReader lines(open_memory(input.substr(end + 1)));
  const auto log = readers::read_epoch_log_lines(lines, std::string(input.substr(0, end)));
  if (!log) return 0;
  double before = -std::numeric_limits<double>::infinity();
  for (const Epoch& epoch : log->epochs) {
    fuzz::require(std::isfinite(epoch.start_s) && std::isfinite(epoch.end_s), "times are finite");
    fuzz::require(epoch.start_s < epoch.end_s, "an epoch has a length");
    fuzz::require(epoch.start_s >= before, "epochs do not overlap");
    before = epoch.end_s;
  }
  return 0;
}
