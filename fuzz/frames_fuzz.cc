// Bytes as a file of frames.
#include <cmath>

#include "checking_sink.h"
#include "store/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  using fuzz::require;
  store::FrameScanner scanner(fuzz::as_text(data, size));
  std::size_t end = 0;
  while (const auto frame = scanner.next()) {
    require(frame->offset >= end, "frames come one after the other");
    end = scanner.position();
    require(end <= size, "a frame is inside the file");
    require(scanner.skipped() <= end, "what is passed over is part of the file");
    const auto rows = store::decode(*frame);
    if (!rows) continue;
    require(rows->size() == frame->rows && rows->devices == frame->devices, "as the head says");
    require(rows->power_w.size() == rows->size() * rows->devices, "a value for each device");
    for (const double time_s : rows->time_s) require(std::isfinite(time_s), "times are finite");
    for (const float power_w : rows->power_w) require(!std::isinf(power_w), "watts are finite");
  }
  return 0;
}
