#include "cli/host_speed_file.h"

#include "cli/settings_file.h"

namespace joulecast::cli {

Result<std::filesystem::path> host_speed_file(const std::string& folder) {
  const std::string name = "host-" + host_name() + ".json";
  return folder.empty() ? settings_file(name)
                        : Result<std::filesystem::path>(std::filesystem::path(folder) / name);
}

}  // namespace joulecast::cli
