#include "joulecast/live/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "live/child_output.h"
#include "live/child_spawn.h"
#include "live/child_stop.h"
#include "live/descriptor.h"

namespace joulecast::live {
namespace {

// All signals that someone may send, except those that a fault of our own causes.
sigset_t handled_signals() {
  sigset_t set;
  ::sigfillset(&set);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) {
    ::sigdelset(&set, fault);
  }
  return set;
}

// Gives standard streams that are closed to /dev/null; says which were open.
std::array<bool, 3> occupy_standard_streams() {
  std::array<bool, 3> open{};
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    open[static_cast<std::size_t>(fd)] = ::fcntl(fd, F_GETFD) >= 0;
    // The lowest free number is taken: this one. The child finds it closed.
    if (!open[static_cast<std::size_t>(fd)]) ::open("/dev/null", O_RDWR | O_CLOEXEC);
  }
  return open;
}

bool sent_by_a_process(const signalfd_siginfo& info) {
  return info.ssi_code == SI_USER || info.ssi_code == SI_QUEUE || info.ssi_code == SI_TKILL;
}

// Whether someone wants this process to end; handled signals are blocked, so it would not by
// itself.
bool asked_to_end() {
  sigset_t pending;
  ::sigpending(&pending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    if (::sigismember(&pending, signal) == 1) return true;
  }
  return false;
}

}  // namespace

struct Child::State {
  pid_t pid = -1;
  Descriptor signals;
  InheritedSignals inherited{};
  std::optional<ChildOutput> output;
  bool reaped = false;
  bool resized = false;

  void hold_signals() {
    const sigset_t handled = handled_signals();
    ::sigaction(SIGCHLD, nullptr, &inherited.child);
    if (inherited.child.sa_handler == SIG_IGN) {
      struct sigaction standard {};
      standard.sa_handler = SIG_DFL;
      ::sigaction(SIGCHLD, &standard, nullptr);
    }
    ::pthread_sigmask(SIG_BLOCK, &handled, &inherited.mask);
    signals = Descriptor(::signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  // What has come and was not read yet was for a child that is no more.
  void release_signals() {
    signalfd_siginfo info{};
    while (::read(signals.get(), &info, sizeof info) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &inherited.mask, nullptr);
    ::sigaction(SIGCHLD, &inherited.child, nullptr);
  }

  void pass_on(const signalfd_siginfo& info) {
    const auto signal = static_cast<int>(info.ssi_signo);
    const auto sender = static_cast<pid_t>(info.ssi_pid);
    if (signal == SIGWINCH) {
      resized = true;
      // The child may have asked for the size before it was passed on to its terminal.
      if (output && output->resized() && !reaped) ::kill(pid, SIGWINCH);
    }
    if (signal == SIGCHLD || reaped || !sent_by_a_process(info)) return;
    // The child signals its own group; or we did (SIGPIPE).
    if (sender == pid || sender == ::getpid()) return;
    if (signal == SIGCONT) {
      continue_if_stopped(pid);
    } else if (info.ssi_code == SI_QUEUE) {
      sigval value{};
      // NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel hands it over
      value.sival_ptr = reinterpret_cast<void*>(info.ssi_ptr);
      ::sigqueue(pid, signal, value);
    } else {
      ::kill(pid, signal);
    }
  }

  void pass_all_on() {
    signalfd_siginfo info{};
    while (::read(signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      pass_on(info);
    }
  }
};

Child::Child(std::unique_ptr<State> state) : state_(std::move(state)) {}

Child::~Child() { state_->release_signals(); }

std::optional<Child::StartError> Child::start(const ChildOptions& options,
                                              std::unique_ptr<Child>& child) {
  constexpr int kNotExecutable = 126;
  constexpr int kNotFound = 127;
  if (options.command.empty()) return StartError{{"no command to run was given"}, kNotFound};
  const std::array<bool, 3> open = occupy_standard_streams();
  auto state = std::make_unique<State>();
  if (options.watch_output) {
    auto output = ChildOutput::create({open[STDOUT_FILENO], open[STDERR_FILENO]});
    if (!output) return StartError{output.error(), kNotExecutable};
    state->output = std::move(*output);
  }
  state->hold_signals();
  const auto ends = state->output ? state->output->child_ends() : std::array<int, 2>{-1, -1};
  const Spawned spawned = spawn({options.command, options.environment, ends, state->inherited});
  if (spawned.error != 0) {
    state->release_signals();
    return StartError{{fmt::format("cannot run '{}': {}", options.command.front(),
                                   std::generic_category().message(spawned.error))},
                      spawned.error == ENOENT ? kNotFound : kNotExecutable};
  }
  state->pid = spawned.pid;
  if (state->output) state->output->started();
  child.reset(new Child(std::move(state)));
  return std::nullopt;
}

int Child::pid() const { return state_->pid; }
int Child::signal_fd() const { return state_->signals.get(); }
bool Child::resized() { return std::exchange(state_->resized, false); }

std::optional<ChildEnd> Child::handle_signals(const StopHooks* hooks) {
  for (;;) {
    state_->pass_all_on();
    siginfo_t info{};
    if (state_->reaped ||
        ::waitid(P_PID, static_cast<id_t>(state_->pid), &info, WEXITED | WSTOPPED | WNOHANG) != 0) {
      return std::nullopt;
    }
    if (info.si_pid == 0) return std::nullopt;
    if (info.si_code == CLD_STOPPED) {
      if (hooks != nullptr && hooks->about_to_stop != nullptr) hooks->about_to_stop(hooks->context);
      stop_with(state_->pid, info.si_status);
      if (hooks != nullptr && hooks->continued != nullptr) hooks->continued(hooks->context);
      continue;
    }
    state_->reaped = true;
    ChildEnd end;
    if (info.si_code == CLD_EXITED) {
      end.exit_code = info.si_status;
    } else {
      end.signal = info.si_status;
    }
    return end;
  }
}

int Child::output_fd() const { return state_->output ? state_->output->fd() : -1; }

std::optional<Child::Output> Child::forward_output() {
  if (!state_->output) return std::nullopt;
  constexpr int kLookMs = 100;
  auto part = state_->output->forward();
  // The child is gone: there is nothing else to do than to wait for whoever reads us.
  while (state_->reaped && part && part->bytes.empty() && state_->output->waiting() &&
         !asked_to_end()) {
    pollfd ready = {output_fd(), POLLIN, 0};
    ::poll(&ready, 1, kLookMs);
    part = state_->output->forward();
  }
  if (!part) return std::nullopt;
  return Output{part->bytes, part->stream};
}

void Child::forward_rest(const std::function<void(const Output&)>& take) {
  // More than any pipe holds unless root made it larger: what follows is someone else's.
  constexpr std::size_t kMost = std::size_t{2} << 20;
  for (std::size_t bytes = 0; bytes < kMost;) {
    const auto part = forward_output();
    if (!part || part->bytes.empty()) return;
    bytes += part->bytes.size();
    take(*part);
  }
}

void Child::terminate() {
  if (!state_->reaped) ::kill(state_->pid, SIGTERM);
}

void Child::end_like(const ChildEnd& end) {
  if (end.signal) {
    // A core file of joulecast's beside the child's would be of no use to anybody.
    const rlimit none = {0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(*end.signal, &standard, nullptr);
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, *end.signal);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    ::raise(*end.signal);
  }
  constexpr int kSignalled = 128;  // as shells say it
  const int code = end.exit_code ? *end.exit_code : kSignalled + end.signal.value_or(0);
  // A thread that hangs in a driver or on a disk may be left: nothing is destroyed under its feet.
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace joulecast::live
