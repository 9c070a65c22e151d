// Any bytes as an ONNX file: a network whose numbers are numbers, or one line.
#include <cmath>
#include <set>
#include <string>

#include "checking_sink.h"
#include "joulecast/network/onnx.h"

namespace {

using namespace joulecast;

void check(const Result<network::Network>& read) {
  if (!read) {
    fuzz::require(!read.error().message.empty(), "an error says what it is");
    fuzz::require(read.error().message.find('\n') == std::string::npos, "an error is one line");
    return;
  }
  std::set<std::string> names;
  for (const network::Operator& op : read->operators) {
    fuzz::require(!op.name.empty() && names.insert(op.name).second, "names are unique");
    for (const double number : {op.macs, op.flops, op.input_elements, op.output_elements,
                                op.parameters, op.buffers, op.kernel_size, op.positions}) {
      fuzz::require(std::isfinite(number) && number >= 0.0, "counts are numbers");
    }
    fuzz::require(op.kernels >= 0 && op.stride >= 1, "kernels and strides are counts");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::as_text(data, size);
  check(network::parse_onnx(bytes, "fuzz"));
  network::OnnxOptions options;
  options.batch_size = 3;
  options.image_height = 24;
  check(network::parse_onnx(bytes, "fuzz", options));
  return 0;
}
