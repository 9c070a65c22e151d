#include "hardware/gpu_table.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace joulecast {
// Embedded: see joulecast_embed in CMakeLists.txt.
extern const std::string_view gpus_toml;  // NOLINT(readability-identifier-naming)
}  // namespace joulecast

namespace joulecast::hardware {
namespace {

using View = toml::node_view<const toml::node>;

std::string text(const View& view) { return view.value<std::string>().value_or(std::string()); }
double number(const View& view) { return view.value<double>().value_or(0.0); }
int whole(const View& view) { return view.value<int>().value_or(0); }

std::optional<Watts> watts(const View& view) {
  const auto value = view.value<double>();
  return value ? std::optional(Watts(*value)) : std::nullopt;
}

std::vector<std::string> texts(const View& view) {
  std::vector<std::string> all;
  const toml::array* array = view.as_array();
  if (array == nullptr) return all;
  for (const toml::node& node : *array) all.push_back(text(View(node)));
  return all;
}

Gpu read_gpu(const View& entry) {
  const View memory = entry["memory"], clocks = entry["clocks_mhz"], tflops = entry["tflops"];
  const View limits = entry["power_limits_w"];
  return {.name = text(entry["name"]),
          .vendor = text(entry["vendor"]),
          .architecture = text(entry["architecture"]),
          .chip = text(entry["chip"]),
          .year = whole(entry["year"]),
          .memory_gb = number(memory["gb"]),
          .memory_type = text(memory["type"]),
          .memory_bus_bits = whole(memory["bus_bits"]),
          .memory_rate_gbps = number(memory["rate_gbps"]),
          .memory_bandwidth_gb_s = number(memory["bandwidth_gb_s"]),
          .l2_mb = number(entry["l2_mb"]),
          .units = whole(entry["units"]),
          .cores = whole(entry["cores"]),
          .base_clock_mhz = number(clocks[0]),
          .boost_clock_mhz = number(clocks[1]),
          .fp32_tflops = number(tflops["fp32"]),
          .tf32_tflops = tflops["tensor_tf32"].value<double>(),
          .fp16_tflops = tflops["tensor_fp16"].value<double>(),
          .bf16_tflops = tflops["tensor_bf16"].value<double>(),
          .fp8_tflops = tflops["tensor_fp8"].value<double>(),
          .fp16_plain_tflops = number(tflops["fp16"]),
          .tdp = Watts(number(entry["tdp_w"])),
          .power_limit_min = watts(limits[0]),
          .power_limit_max = watts(limits[1]),
          .link_gb_s = number(entry["link_gb_s"]),
          .aliases = texts(entry["aliases"])};
}

}  // namespace

std::vector<Gpu> read_gpu_table() {
  std::vector<Gpu> table;
  const toml::parse_result parsed = toml::parse(gpus_toml);
  if (!parsed) return table;
  const toml::array* rows = parsed.table()["gpus"].as_array();
  if (rows == nullptr) return table;
  table.reserve(rows->size());
  for (const toml::node& row : *rows) {
    Gpu gpu = read_gpu(View(row));
    if (!gpu.name.empty()) table.push_back(std::move(gpu));
  }
  return table;
}

}  // namespace joulecast::hardware
