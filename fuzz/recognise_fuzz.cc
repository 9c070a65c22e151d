// Recognising a format, then reading in it.
#include "checking_sink.h"
#include "readers/recognise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  LineReader lines(open_memory(fuzz::as_text(data, size)));
  const auto head = lines.peek();
  if (!head) return 0;
  const readers::Format* format = readers::recognise(*head);
  if (format == nullptr) return 0;
  // A recording's other files are not in memory; without a folder of its own it would look for
  // them where the fuzzer runs.
  if (std::string_view(format->info.name) == "joulecast") return 0;
  readers::Input input{.path = {}, .lines = std::move(lines), .companions = {}};
  fuzz::check_reading([&](readers::ReadContext& context) { return format->read(input, context); });
  return 0;
}
