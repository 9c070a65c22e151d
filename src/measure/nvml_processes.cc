#include "measure/nvml_processes.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include "base/text.h"

namespace joulecast::measure::nvml {
namespace {

constexpr int kMostAncestors = 1000;  // a table that changes while it is read may have circles
constexpr int kTries = 3;
constexpr unsigned kMostProcesses = 10000;
// Entries larger than told (see Library::bind) must not be written past the end.
constexpr std::size_t kSpare = 2;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string folder_of(const std::string& root, int pid) {
  return root + "/proc/" + std::to_string(pid);
}

// The parent is the second field after the name, which stands in brackets and may contain some.
std::optional<int> parent_of(const std::string& root, int pid) {
  const std::string line = first_line(folder_of(root, pid) + "/stat");
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos || line.size() < end + 5) return std::nullopt;
  const std::string_view rest = std::string_view(line).substr(end + 4);
  const auto parent = parse_integer(rest.substr(0, rest.find(' ')));
  if (!parent) return std::nullopt;
  return static_cast<int>(*parent);
}

bool descends_from(int pid, int ancestor, const std::string& root) {
  for (int i = 0; i < kMostAncestors && pid > 0; ++i) {
    if (pid == ancestor) return true;
    pid = parent_of(root, pid).value_or(0);
  }
  return false;
}

std::vector<ProcessInfo> processes_on(const Library& library, Handle device) {
  std::vector<ProcessInfo> processes;
  unsigned count = 0;
  for (int i = 0; i < kTries; ++i) {  // more may come between asking how many and asking which
    count = std::min(count, kMostProcesses);
    processes.resize(kSpare * count);
    const Return code =
        library.compute_processes(device, &count, count > 0 ? processes.data() : nullptr);
    if (code == kSuccess) {
      processes.resize(std::min<std::size_t>(count, processes.size()));
      return processes;
    }
    if (code != kInsufficientSize) break;
  }
  return {};
}

}  // namespace

std::vector<std::string> other_processes(const Library& library, Handle device, int root_pid,
                                         const std::string& root) {
  std::vector<std::string> others;
  if (library.compute_processes == nullptr) return others;
  for (const ProcessInfo& process : processes_on(library, device)) {
    const int pid = static_cast<int>(process.pid);
    if (descends_from(pid, root_pid, root)) continue;
    const std::string name = first_line(folder_of(root, pid) + "/comm");
    // Inside a container the driver may number processes as the host does.
    others.push_back(std::to_string(pid) + " (" +
                     (name.empty() ? "not visible from here" : printable(name)) + ")");
  }
  return others;
}

}  // namespace joulecast::measure::nvml
