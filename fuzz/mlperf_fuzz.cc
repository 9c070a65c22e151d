// A training log, then power logs.
#include "checking_sink.h"
#include "readers/mlperf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const auto logs = fuzz::parts(fuzz::as_text(data, size));
  if (logs.size() == 1) return fuzz::fuzz_format(readers::read_mlperf, data, size);
  std::vector<readers::PowerLog> powers;
  for (std::size_t i = 1; i < logs.size() && i < 4; ++i) {
    Device device;
    device.id = "node" + std::to_string(i);
    device.kind = DeviceKind::kNode;
    powers.push_back({LineReader(open_memory(logs[i])), device});
  }
  fuzz::check_reading([&](readers::ReadContext& context) {
    return readers::read_mlperf_logs(LineReader(open_memory(logs[0])), std::move(powers), context);
  });
  return 0;
}
