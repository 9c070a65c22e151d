#include "hardware/host_limits.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "base/text.h"

namespace joulecast::hardware {
namespace {

std::optional<std::string> first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

std::optional<double> number_in_file(const std::string& path) {
  const auto line = first_line(path);
  return line ? parse_number(*line) : std::nullopt;
}

// "/system.slice/job.scope" of the line "0::/system.slice/job.scope".
std::string own_group(const std::string& root) {
  constexpr std::string_view kVersion2 = "0::";
  std::ifstream file(root + "/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(kVersion2)) return line.substr(kVersion2.size());
  }
  return {};
}

// "400000 100000": so many microseconds of processor time in so many; "max 100000": all.
std::optional<double> cores_of(const std::string& path) {
  const auto line = first_line(path);
  if (!line) return std::nullopt;
  const auto blank = line->find(' ');
  if (blank == std::string::npos) return std::nullopt;
  const auto quota = parse_number(std::string_view(*line).substr(0, blank));
  const auto period = parse_number(std::string_view(*line).substr(blank));
  if (!quota || !period || *quota <= 0.0 || *period <= 0.0) return std::nullopt;
  return *quota / *period;
}

void apply_group(const std::string& folder, HostLimits& limits) {
  if (const auto cores = cores_of(folder + "/cpu.max")) {
    const double whole = std::clamp(std::floor(*cores), 1.0, static_cast<double>(limits.cores));
    limits.cores = static_cast<int>(whole);
  }
  const auto most = number_in_file(folder + "/memory.max");
  const auto used = number_in_file(folder + "/memory.current");
  if (!most || !used) return;
  const double left = std::max(0.0, *most - *used);
  limits.free_memory_bytes = std::min(left, limits.free_memory_bytes.value_or(left));
}

int allowed_processors() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

std::optional<double> last_level_cache(const std::string& root) {
  std::optional<double> largest;
  constexpr int kMostCaches = 8;
  for (int i = 0; i < kMostCaches; ++i) {
    const auto line =
        first_line(fmt::format("{}/sys/devices/system/cpu/cpu0/cache/index{}/size", root, i));
    const auto size = line ? parse_cache_size(*line) : std::nullopt;
    if (size) largest = std::max(*size, largest.value_or(0.0));
  }
  return largest;
}

}  // namespace

std::optional<double> parse_cache_size(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  constexpr double kKibi = 1024.0;
  const double unit = text.back() == 'K' ? kKibi : text.back() == 'M' ? kKibi * kKibi : 1.0;
  if (unit > 1.0) text.remove_suffix(1);
  const auto number = parse_number(text);
  if (!number || !std::isfinite(*number) || *number <= 0.0) return std::nullopt;
  return *number * unit;
}

HostLimits host_limits(const std::string& root) {
  HostLimits limits{.cores = allowed_processors(),
                    .free_memory_bytes = std::nullopt,
                    .last_level_cache_bytes = last_level_cache(root)};
  const long pages = ::sysconf(_SC_AVPHYS_PAGES), page_size = ::sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && page_size > 0) {
    limits.free_memory_bytes = static_cast<double>(pages) * static_cast<double>(page_size);
  }
  // A limit of a group holds for all groups inside it.
  for (std::string group = own_group(root);;) {
    apply_group(fmt::format("{}/sys/fs/cgroup{}", root, group), limits);
    if (group.empty() || group == "/") return limits;
    group.erase(group.rfind('/'));
  }
}

}  // namespace joulecast::hardware
