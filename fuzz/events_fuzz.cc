// Lines as a run's events: those with a checksum as they stand, and those that are JSON as if their
// checksum held.
#include "checking_sink.h"
#include "store/events.h"
#include "store/record_builder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  using fuzz::require;
  std::string_view text = fuzz::as_text(data, size);
  store::RecordBuilder builder;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (const auto event = store::parse_line(line)) builder.apply(*event);
    const auto json = store::Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || json.empty()) continue;
    builder.apply(json);
    const std::string stored = store::to_line(json);
    require(stored.find('\n') == stored.size() - 1, "an event is one line");
    require(store::parse_line(std::string_view(stored).substr(0, stored.size() - 1)).has_value(),
            "what is written can be read");
  }
  fuzz::CheckingSink sink;
  for (const auto& device : builder.record.devices) sink.device(device.device);
  for (const auto& epoch : builder.record.epochs) {
    sink.epoch(epoch.epoch);
    static_cast<void>(store::to_line(store::epoch_event(epoch)));
  }
  return 0;
}
