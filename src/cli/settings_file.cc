#include "cli/settings_file.h"

#include <sys/utsname.h>

#include <cstdlib>

namespace joulecast::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread writes it
  return value == nullptr ? "" : value;
}

}  // namespace

std::string host_name() {
  utsname system{};
  uname(&system);
  return system.nodename;
}

Result<std::filesystem::path> settings_file(std::string_view name) {
  std::filesystem::path folder = variable("XDG_CONFIG_HOME");
  if (folder.empty()) {
    const std::string home = variable("HOME");
    if (home.empty()) {
      return Error{"where settings are kept is not known: set HOME or XDG_CONFIG_HOME"};
    }
    folder = std::filesystem::path(home) / ".config";
  }
  return folder / "joulecast" / name;
}

}  // namespace joulecast::cli
