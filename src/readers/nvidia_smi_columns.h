// Which column of an nvidia-smi table is which.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "joulecast/base/result.h"

namespace joulecast::readers {

/// A column's name as in a query: "power.draw" of " power.draw [W]".
std::string query_name(std::string_view header);
/// The unit in the header, e.g. "W"; empty where there is none.
std::string_view header_unit(std::string_view header);

/// The query's names for the GPU's power, the best first.
inline constexpr std::array<std::string_view, 7> kPowerNames = {
    "power.draw.instant", "power.draw.average", "power.draw",      "gpu_power_draw",
    "power_draw",         "gpu_power",          "gpu_power_draw_w"};

struct NvidiaColumns {
  std::size_t time = 0;
  std::size_t power = 0;
  std::optional<std::size_t> limit;
  std::optional<std::size_t> name;
  /// What tells GPUs apart: uuid, index or bus id; absent where only the name can.
  std::optional<std::size_t> id;
  bool id_is_index = false;
  std::string power_name;  ///< "power.draw", ...
  std::vector<std::string> other_powers;
};

/// Finds the columns in the header. `csv` stands on its header line. Errors: no time, no power,
/// or a power in another unit than watts.
Result<NvidiaColumns> nvidia_columns(const CsvReader& csv);

}  // namespace joulecast::readers
