// Any text as a config.json: a network whose numbers are numbers, or one line.
#include "joulecast/network/transformer.h"

#include "checking_network.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const auto text = fuzz::as_text(data, size);
  fuzz::check(network::transformer(text, "fuzz"));
  fuzz::check(network::transformer(text, "fuzz", {.batch_size = 3, .sequence_length = 7}));
  return 0;
}
