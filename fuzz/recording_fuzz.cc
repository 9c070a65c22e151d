// run.json, then epochs.csv and samples.csv.
#include <optional>

#include "checking_sink.h"
#include "readers/recording.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const auto files = fuzz::parts(fuzz::as_text(data, size));
  const auto part = [&](std::size_t i) {
    return i < files.size() ? std::optional<LineReader>(LineReader(open_memory(files[i])))
                            : std::nullopt;
  };
  fuzz::check_reading([&](readers::ReadContext& context) {
    LineReader run_json(open_memory(files[0]));
    return readers::read_recording_parts(run_json, part(1), part(2), context);
  });
  return 0;
}
