#include "measure/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace joulecast::measure {
namespace {

constexpr std::size_t kMostProcesses = 4096;
constexpr std::size_t kMostScanned = 65536;  // of the whole machine
constexpr std::size_t kPathLength = 64;

/// "123/statm" without allocating.
template <typename... Args>
std::array<char, kPathLength> path_of(fmt::format_string<Args&...> format, Args... args) {
  std::array<char, kPathLength> path{};
  fmt::format_to_n(path.data(), path.size() - 1, format, args...);
  return path;
}

class Descriptor {
 public:
  Descriptor(int folder, const char* path, int flags)
      : fd_(::openat(folder, path, flags | O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// The start of a file; empty if it cannot be read, as when its process has just ended.
std::string_view read_start(int folder, const char* path, std::span<char> buffer) {
  const Descriptor file(folder, path, 0);
  if (file.get() < 0) return {};
  const auto got = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::optional<long long> take_number(std::string_view& text) {
  const auto digit = text.find_first_not_of(' ');
  if (digit == std::string_view::npos) return std::nullopt;
  text.remove_prefix(digit);
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Calls `use` with every entry of a folder whose name is a number.
template <typename Use>
void for_each_number(int folder, Use use) {
  constexpr std::size_t kBuffer = 16384;
  alignas(dirent64) std::array<char, kBuffer>
      buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  while (true) {
    const auto got = ::getdents64(folder, buffer.data(), buffer.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      std::string_view name(static_cast<const char*>(entry->d_name));
      if (const auto number = take_number(name); number && name.empty()) {
        use(static_cast<int>(*number));
      }
      at += entry->d_reclen;
    }
  }
}

/// The parent of "12 (a name) S 11 ...", where the name may hold anything.
std::optional<int> parent_in(std::string_view stat) {
  const auto name_end = stat.rfind(')');
  constexpr std::size_t kState = 3;  // ") S"
  if (name_end == std::string_view::npos || stat.size() < name_end + kState) return std::nullopt;
  stat.remove_prefix(name_end + kState);
  const auto parent = take_number(stat);
  if (!parent) return std::nullopt;
  return static_cast<int>(*parent);
}

}  // namespace

ProcessTree::ProcessTree(const std::string& root, int root_pid)
    : proc_fd_(::open((root + "/proc").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      root_pid_(root_pid),
      page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {
  pids_.reserve(kMostProcesses);
  if (!readable()) return;
  const auto children = path_of("{}/task/{}/children", root_pid, root_pid);
  lists_children_ = ::faccessat(proc_fd_, children.data(), R_OK, 0) == 0;
  if (!lists_children_) all_.reserve(kMostScanned);
}

ProcessTree::~ProcessTree() {
  if (proc_fd_ >= 0) ::close(proc_fd_);
}

void ProcessTree::add(int pid) {
  if (pids_.size() < pids_.capacity()) pids_.push_back(pid);
}

void ProcessTree::add_listed_children(int pid, int thread) {
  constexpr std::size_t kBuffer = 16384;
  std::array<char, kBuffer> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto path = path_of("{}/task/{}/children", pid, thread);
  std::string_view list = read_start(proc_fd_, path.data(), buffer);
  while (const auto child = take_number(list)) add(static_cast<int>(*child));
}

void ProcessTree::add_children_of(int pid) {
  // A child belongs to the thread that forked it.
  const Descriptor threads(proc_fd_, path_of("{}/task", pid).data(), O_DIRECTORY);
  if (threads.get() < 0) return;
  for_each_number(threads.get(), [&](int thread) { add_listed_children(pid, thread); });
}

void ProcessTree::scan_all_processes() {
  all_.clear();
  ::lseek(proc_fd_, 0, SEEK_SET);
  for_each_number(proc_fd_, [&](int pid) {
    constexpr std::size_t kBuffer = 256;
    std::array<char, kBuffer> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto parent = parent_in(read_start(proc_fd_, path_of("{}/stat", pid).data(), buffer));
    if (parent && all_.size() < all_.capacity()) all_.push_back({*parent, pid});
  });
  std::sort(all_.begin(), all_.end(),
            [](const Child& a, const Child& b) { return a.parent < b.parent; });
}

void ProcessTree::find_descendants() {
  pids_.clear();
  pids_.push_back(root_pid_);
  if (!lists_children_) scan_all_processes();
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    if (lists_children_) {
      add_children_of(pids_[i]);
      continue;
    }
    const auto first =
        std::lower_bound(all_.begin(), all_.end(), pids_[i],
                         [](const Child& child, int parent) { return child.parent < parent; });
    for (auto child = first; child != all_.end() && child->parent == pids_[i]; ++child) {
      add(child->pid);
    }
  }
}

ProcessTree::Usage ProcessTree::measure() {
  Usage usage;
  if (!readable()) return usage;
  find_descendants();
  for (const int pid : pids_) {
    constexpr std::size_t kBuffer = 256;
    std::array<char, kBuffer> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::string_view pages = read_start(proc_fd_, path_of("{}/statm", pid).data(), buffer);
    const auto size = take_number(pages);
    const auto resident = take_number(pages);
    if (!size || !resident) continue;
    ++usage.processes;
    usage.resident += Bytes(page_bytes_ * static_cast<double>(*resident));
  }
  return usage;
}

}  // namespace joulecast::measure
