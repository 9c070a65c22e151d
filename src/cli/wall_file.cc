#include "cli/wall_file.h"

#include <sys/utsname.h>

#include <cstdlib>
#include <string>
#include <system_error>

namespace joulecast::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread writes it
  return value == nullptr ? "" : value;
}

}  // namespace

Result<std::filesystem::path> wall_file() {
  std::filesystem::path folder = variable("XDG_CONFIG_HOME");
  if (folder.empty()) {
    const std::string home = variable("HOME");
    if (home.empty()) {
      return Error{"where settings are kept is not known: set HOME or XDG_CONFIG_HOME"};
    }
    folder = std::filesystem::path(home) / ".config";
  }
  utsname system{};
  uname(&system);
  return folder / "joulecast" / (std::string("wall-") + system.nodename);
}

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
