// Any bytes as an ONNX file: a network whose numbers are numbers, or one line.
#include "checking_network.h"
#include "joulecast/network/onnx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const auto bytes = fuzz::as_text(data, size);
  fuzz::check(network::parse_onnx(bytes, "fuzz"));
  network::OnnxOptions options;
  options.batch_size = 3;
  options.image_height = 24;
  fuzz::check(network::parse_onnx(bytes, "fuzz", options));
  return 0;
}
