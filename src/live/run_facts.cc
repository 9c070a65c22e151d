#include "live/run_facts.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "joulecast/store/redact.h"
#include "live/git_checkout.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace joulecast::live {
namespace {

namespace fs = std::filesystem;

std::string read_line(const char* path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return std::string(trim(line));
}

// "model name : Intel..." of /proc/cpuinfo, "PRETTY_NAME=..." of /etc/os-release.
std::string value_of(const char* path, std::string_view key, char separator) {
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t at = line.find(separator);
    if (at == std::string::npos || trim(std::string_view(line).substr(0, at)) != key) continue;
    std::string value(trim(std::string_view(line).substr(at + 1)));
    if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

std::optional<int> number_of(const std::map<std::string, std::string>& environment,
                             std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = environment.find(name);
    if (found == environment.end()) continue;
    if (const auto number = parse_integer(found->second)) return static_cast<int>(*number);
  }
  return std::nullopt;
}

std::map<std::string, std::string> stored_environment() {
  std::map<std::string, std::string> stored;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, equals);
    if (store::may_store_variable(name)) stored.emplace(name, text.substr(equals + 1));
  }
  return stored;
}

// "torch-2.1.0+cu121.dist-info" in the packages' folder tells the version.
std::string version_in(const fs::path& packages, const std::string& name) {
  std::error_code error;
  for (fs::directory_iterator entry(packages, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string folder = entry->path().filename().string();
    const bool info = folder.ends_with(".dist-info") || folder.ends_with(".egg-info");
    if (!info || folder.rfind(name + "-", 0) != 0) continue;
    const std::size_t begin = name.size() + 1;
    return folder.substr(begin, folder.find_last_of('.') - begin);
  }
  return "unknown";
}

}  // namespace

store::RunStart facts_of_start(const std::vector<std::string>& command, double now_unix_s) {
  store::RunStart start;
  start.start_unix_s = now_unix_s;
  start.command = command;
  start.pid = getpid();
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  start.working_folder = folder.string();
  utsname system{};
  if (uname(&system) == 0) {
    start.host = system.nodename;
    start.kernel = system.release;
  }
  start.boot_id = read_line("/proc/sys/kernel/random/boot_id");
  start.os = value_of("/etc/os-release", "PRETTY_NAME", '=');
  start.cpu = value_of("/proc/cpuinfo", "model name", ':');
  start.cpu_threads = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  start.ram = Bytes(static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                    static_cast<double>(sysconf(_SC_PAGESIZE)));
  const GitCheckout checkout = git_checkout(folder);
  start.git_commit = checkout.commit;
  start.git_remote = store::redact_text(checkout.remote);
  start.environment = stored_environment();
  start.rank = number_of(start.environment, {"RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"});
  start.ranks =
      number_of(start.environment, {"WORLD_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE"});
  return start;
}

std::map<std::string, std::string> frameworks_of(int pid) {
  // Those with native modules: of pure Python nothing is mapped.
  constexpr std::array<std::string_view, 3> kFrameworks = {"torch", "tensorflow", "jaxlib"};
  std::map<std::string, std::string> found;
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    const std::size_t packages = line.find("-packages/");
    if (path == std::string::npos || packages == std::string::npos) continue;
    const std::size_t name_at = packages + std::string_view("-packages/").size();
    const std::string name = line.substr(name_at, line.find('/', name_at) - name_at);
    for (const std::string_view framework : kFrameworks) {
      if (name != framework || found.count(name) > 0) continue;
      found.emplace(name, version_in(line.substr(path, name_at - path), name));
    }
  }
  return found;
}

}  // namespace joulecast::live
