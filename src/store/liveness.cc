#include "store/liveness.h"

#include <unistd.h>

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace joulecast::store {
namespace {

// Field 22 of /proc/PID/stat; 0 where there is no such process. Its name may hold blanks and
// parentheses, so fields are counted from the last ")".
std::uint64_t start_ticks_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return 0;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  constexpr int kStartTime = 22, kState = 3;
  std::string state;
  fields >> state;
  std::string skipped;
  for (int field = kState + 1; field < kStartTime; ++field) fields >> skipped;
  std::uint64_t ticks = 0;
  fields >> ticks;
  // A zombie writes no more.
  return state == "Z" || !fields ? 0 : ticks;
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string pid_namespace() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
}

// Containers may share what names a machine; those of the machine itself have the kernel's first
// namespace, whose number is fixed (linux/proc_ns.h).
std::string machine(const std::string& pid_namespace) {
  constexpr std::string_view kFirstNamespace = "pid:[4026531836]";
  std::ifstream machine_file("/etc/machine-id"), host_file("/proc/sys/kernel/hostname");
  std::string id, host;
  if (pid_namespace != kFirstNamespace || !std::getline(machine_file, id) || id.empty() ||
      !std::getline(host_file, host)) {
    return {};
  }
  // The id itself is meant to stay on the machine. FNV-1a, which everyone computes alike.
  std::uint64_t hash = 0xcbf29ce484222325U;
  id.append(" ").append(host);
  for (const char c : id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace

Writer this_process() {
  const int pid = ::getpid();
  std::string pids = pid_namespace();
  std::string here = machine(pids);
  return {.pid = pid,
          .boot_id = boot_id(),
          .pid_namespace = std::move(pids),
          .machine = std::move(here),
          .start_ticks = start_ticks_of(pid)};
}

Liveness liveness_of(const Writer& writer, const Writer& here) {
  if (writer.boot_id.empty() || here.boot_id.empty()) return Liveness::kElsewhere;
  if (writer.boot_id != here.boot_id) {
    const bool same_machine = !writer.machine.empty() && writer.machine == here.machine;
    return same_machine ? Liveness::kGone : Liveness::kElsewhere;
  }
  if (writer.pid_namespace != here.pid_namespace) return Liveness::kElsewhere;
  const std::uint64_t ticks = start_ticks_of(writer.pid);
  return ticks != 0 && ticks == writer.start_ticks ? Liveness::kAlive : Liveness::kGone;
}

}  // namespace joulecast::store
