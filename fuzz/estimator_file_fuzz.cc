// An estimator file as it is, and with its checksum mended, so that what lies behind is reached.
#include "joulecast/pre/estimator_file.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "pre/estimator_file_format.h"

namespace {

using joulecast::pre::EstimatorFile;

// Whatever was accepted must answer without a crash and without a NaN.
void ask(const joulecast::Result<EstimatorFile>& file) {
  if (!file) return;
  joulecast::pre::SetUp set_up;
  set_up.image_height = set_up.image_width = 128;
  set_up.train_size = 20000.0;
  set_up.host_memory_gb = 32.0;
  set_up.recorded_gflops = 4.0;
  set_up.recorded_gpu_cores = 5888.0;
  set_up.recorded_gpu_memory_gb = 8.0;
  set_up.recorded_gpu_tdp = joulecast::Watts(220.0);
  if (file->targets().empty()) std::abort();
  for (const auto target : file->targets()) {
    const auto answer = file->answer(set_up, target);
    if (!answer) continue;
    if (!std::isfinite(answer->value)) std::abort();
    if (answer->low && !(*answer->low <= *answer->high)) std::abort();
  }
  (void)file->out_of_range(set_up);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ask(joulecast::pre::parse_estimator(text, "fuzz"));
  auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("content")) return 0;
  json["checksum"] = joulecast::pre::checksum_of(json["content"]);
  ask(joulecast::pre::parse_estimator(json.dump(), "fuzz"));
  return 0;
}
