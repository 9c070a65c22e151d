#include "cli/wall_file.h"

#include <system_error>

#include "cli/settings_file.h"

namespace joulecast::cli {

Result<std::filesystem::path> wall_file() { return settings_file("wall-" + host_name()); }

Result<std::optional<measure::WallCalibration>> host_calibration() {
  const auto file = wall_file();
  std::error_code error;
  if (!file || !std::filesystem::exists(*file, error))
    return std::optional<measure::WallCalibration>();
  auto calibration = measure::load_wall_calibration(*file);
  if (!calibration) return calibration.error();
  return std::optional(std::move(calibration).value());
}

}  // namespace joulecast::cli
