#include "live/child_stop.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace joulecast::live {
namespace {

void sleep_ms(long milliseconds) {
  const timespec time = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  ::nanosleep(&time, nullptr);
}

// Runs in a forked process, beside threads that it does not have: only what is safe there.
[[noreturn]] void wake_when_running(pid_t child, pid_t sleeper) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A group of its own: what stops or continues joulecast's group is not meant for it.
  ::setpgid(0, 0);
  constexpr long kPeriodMs = 50;
  while (::getppid() == sleeper) {
    sleep_ms(kPeriodMs);
    const char state = process_state(child);
    if (state != 'T' && state != 't' && state != '?') ::kill(sleeper, SIGCONT);
  }
  ::_exit(0);
}

constexpr int kLooks = 20;

// Whether the child has been continued, stopped anew or ended since its stop was reaped.
bool has_moved(pid_t child) {
  siginfo_t info{};
  constexpr int kAny = WCONTINUED | WSTOPPED | WEXITED | WNOHANG | WNOWAIT;
  return ::waitid(P_PID, static_cast<id_t>(child), &info, kAny) == 0 && info.si_pid != 0;
}

// What continued us may have been sent to us alone.
void continue_unless_moved(pid_t child) {
  for (int look = 0; look < kLooks; ++look) {
    if (has_moved(child)) return;
    sleep_ms(1);
  }
  ::kill(child, SIGCONT);
}

}  // namespace

char process_state(pid_t pid) {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
  const int fd = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return '?';
  std::array<char, 128> text{};
  const ssize_t size = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (size <= 0) return '?';
  // "PID (NAME) STATE ...", and a name may hold anything.
  const std::string_view line(text.data(), static_cast<std::size_t>(size));
  const std::size_t end = line.rfind(')');
  return end + 2 < line.size() && end != std::string_view::npos ? line[end + 2] : '?';
}

void stop_with(pid_t child, int signal) {
  const pid_t self = ::getpid();
  const pid_t watcher = ::fork();
  if (watcher == 0) wake_when_running(child, self);

  struct sigaction stops {};
  stops.sa_handler = SIG_DFL;
  struct sigaction before {};
  ::sigaction(signal, &stops, &before);
  // Sent while it is blocked it becomes one with a Ctrl-Z that is pending already; else the second
  // would stop us again as soon as we are continued.
  ::kill(self, signal);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &one, nullptr);
  ::sigaction(signal, &before, nullptr);
  // The one that continued us has done what it was for.
  ::sigemptyset(&one);
  ::sigaddset(&one, SIGCONT);
  const timespec at_once{};
  ::sigtimedwait(&one, nullptr, &at_once);

  if (watcher > 0) {
    ::kill(watcher, SIGKILL);
    ::waitpid(watcher, nullptr, 0);
  }
  continue_unless_moved(child);
}

void continue_if_stopped(pid_t child) {
  for (int look = 0; look < kLooks; ++look) {
    const char state = process_state(child);
    if (state != 'T' && state != '?') return;
    sleep_ms(1);
  }
  ::kill(child, SIGCONT);
}

}  // namespace joulecast::live
