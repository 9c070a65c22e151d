#include "live/child_spawn.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "live/descriptor.h"

namespace joulecast::live {
namespace {

// In the forked child; gives back the errno of what failed.
int become(const Spawn& what, std::vector<char*>& arguments) {
  if (what.signals.child.sa_handler == SIG_IGN) ::sigaction(SIGCHLD, &what.signals.child, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &what.signals.mask, nullptr);
  for (const int stream : {0, 1}) {
    const int fd = what.output[static_cast<std::size_t>(stream)];
    if (fd >= 0 && ::dup2(fd, STDOUT_FILENO + stream) < 0) return errno;
  }
  for (const auto& [name, value] : what.environment) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a forked child has one thread
    if (::setenv(name.c_str(), value.c_str(), 1) != 0) return errno;
  }
  ::execvp(arguments.front(), arguments.data());
  return errno;
}

}  // namespace

Spawned spawn(const Spawn& what) {
  std::vector<char*> arguments;
  arguments.reserve(what.command.size() + 1);
  // exec's interface is older than const.
  for (const std::string& word : what.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  // Closed by a successful exec; else it brings the errno.
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {-1, errno};
  const Descriptor report(ends[0]);
  Descriptor reporter(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return {-1, errno};
  if (pid == 0) {
    constexpr int kNotFound = 127;
    const int error = become(what, arguments);
    [[maybe_unused]] const ssize_t written = ::write(reporter.get(), &error, sizeof error);
    ::_exit(kNotFound);
  }
  reporter.reset();
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof error) return {pid, 0};
  ::waitpid(pid, nullptr, 0);
  return {-1, error};
}

}  // namespace joulecast::live
