#include "store/liveness.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <system_error>

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

}  // namespace

Writer this_process() {
  const int pid = ::getpid();
  return {.pid = pid,
          .boot_id = boot_id(),
          .pid_namespace = pid_namespace(),
          .start_ticks = start_ticks_of(pid)};
}

Liveness liveness_of(const Writer& writer) {
  if (writer.boot_id.empty() || writer.boot_id != boot_id() ||
      writer.pid_namespace != pid_namespace()) {
    return Liveness::kElsewhere;
  }
  const std::uint64_t ticks = start_ticks_of(writer.pid);
  return ticks != 0 && ticks == writer.start_ticks ? Liveness::kAlive : Liveness::kGone;
}

}  // namespace joulecast::store
