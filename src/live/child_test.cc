#include "joulecast/live/child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "live/child_stop.h"
#include "live/descriptor.h"

// Each test forks a host that runs a child as joulecast does, and looks at both from outside.
namespace joulecast::live {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void run_and_end_like(const ChildOptions& options) {
  std::unique_ptr<Child> child;
  if (const auto error = Child::start(options, child)) {
    dprintf(STDERR_FILENO, "joulecast: %s\n", error->error.message.c_str());
    ::_exit(error->exit_code);
  }
  for (;;) {
    std::array<pollfd, 2> ready = {
        {{child->signal_fd(), POLLIN, 0}, {child->output_fd(), POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[1].revents != 0) child->forward_output();
    if (const auto end = child->handle_signals()) {
      child->forward_rest([](const Child::Output&) {});
      Child::end_like(*end);
    }
  }
}

ChildOptions shell(const std::string& script) {
  return {.command = {"/bin/sh", "-c", script}, .environment = {}, .watch_output = false};
}

ChildOptions watched(const std::string& script) {
  ChildOptions options = shell(script);
  options.watch_output = true;
  return options;
}

// A process that runs a child, its standard output and error in pipes that we read.
class Host {
 public:
  explicit Host(
      const ChildOptions& options, const std::function<void()>& before = [] {})
      : Host([&] {
          before();
          run_and_end_like(options);
        }) {}

  explicit Host(const std::function<void()>& body) {
    std::array<int, 2> out{}, err{};
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(err.data(), O_CLOEXEC), 0);
    out_ = Descriptor(out[0]);
    err_ = Descriptor(err[0]);
    const Descriptor out_writer(out[1]), err_writer(err[1]);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      ::dup2(out_writer.get(), STDOUT_FILENO);
      ::dup2(err_writer.get(), STDERR_FILENO);
      out_.reset();  // else nobody would ever learn that we read no more
      err_.reset();
      body();
      ::_exit(99);
    }
  }
  ~Host() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  pid_t pid() const { return pid_; }

  // Waits for the host's end; as waitpid() says it.
  int end() {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return status;
  }
  int exit_code() {
    const int status = end();
    EXPECT_TRUE(WIFEXITED(status)) << status;
    return WEXITSTATUS(status);
  }
  int signal() {
    const int status = end();
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    return WTERMSIG(status);
  }
  int stop_signal() const {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, WUNTRACED), pid_);
    EXPECT_TRUE(WIFSTOPPED(status)) << status;
    return WSTOPSIG(status);
  }

  std::string line() const { return line_of(out_); }
  std::string error_line() const { return line_of(err_); }
  std::string rest() const { return all(out_); }
  std::string errors() const { return all(err_); }
  void read_no_more() { out_.reset(); }

 private:
  static std::string line_of(const Descriptor& from) {
    std::string text;
    char c = 0;
    while (::read(from.get(), &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  static std::string all(const Descriptor& from) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
      if (got <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  Descriptor out_, err_;
  pid_t pid_ = -1;
};

TEST(Child, EndsAsTheChildEnded) {
  for (const bool watch : {false, true}) {
    ChildOptions options = shell("exit 7");
    options.watch_output = watch;
    EXPECT_EQ(Host(options).exit_code(), 7);
    for (const int signal : {SIGTERM, SIGKILL, SIGINT, SIGSEGV, SIGPIPE}) {
      options = shell("kill -" + std::to_string(signal) + " $$");
      options.watch_output = watch;
      EXPECT_EQ(Host(options).signal(), signal);
    }
  }
}

TEST(Child, SaysWhyAProgramCannotRun) {
  Host missing(ChildOptions{{"no-such-program-anywhere"}, {}, false});
  EXPECT_EQ(missing.errors(),
            "joulecast: cannot run 'no-such-program-anywhere': No such file or directory\n");
  EXPECT_EQ(missing.exit_code(), 127);
  Host folder(ChildOptions{{"/tmp"}, {}, true});
  EXPECT_EQ(folder.errors(), "joulecast: cannot run '/tmp': Permission denied\n");
  EXPECT_EQ(folder.exit_code(), 126);
}

TEST(Child, FindsEverythingAsItWasWithoutUs) {
  const auto odd = [] {
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGCHLD, SIG_IGN);
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR2);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 9);
  };
  const std::vector<std::vector<std::string>> looks = {
      {"/bin/grep", "-E", "^(Sig(Blk|Ign|Cgt)|Threads|NoNewPrivs|CoreDumping)",
       "/proc/self/status"},
      {"/bin/sh", "-c", "cd /proc/self/fd; echo *; ulimit -a; umask"},
      {"/usr/bin/env"}};
  for (const auto& look : looks) {
    Host alone([&] {
      odd();
      std::vector<char*> arguments;
      for (const std::string& word : look) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
    });
    const std::string expected = alone.rest();
    Host with_us(ChildOptions{look, {}, false}, odd);
    EXPECT_GT(expected.size(), 10U);
    EXPECT_EQ(with_us.rest(), expected);
    EXPECT_EQ(with_us.exit_code(), 0);
  }
  ChildOptions added = shell("echo $JOULECAST_SOCKET");
  added.environment = {{"JOULECAST_SOCKET", "/a b"}};
  EXPECT_EQ(Host(added).line(), "/a b");
}

TEST(Child, PassesOnWhatIsSentToUsAlone) {
  Host host(
      shell("trap 'echo got' USR1; trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done"));
  EXPECT_EQ(host.line(), "ready");
  ::kill(host.pid(), SIGUSR1);
  EXPECT_EQ(host.line(), "got");
  ::kill(host.pid(), SIGTERM);
  EXPECT_EQ(host.exit_code(), 3);
}

TEST(Child, StopsAndGoesOnWithTheChild) {
  for (const int signal : {SIGSTOP, SIGTSTP}) {
    // Told to stop by itself, continued through us.
    Host host(shell("echo ready; kill -" + std::to_string(signal) + " $$; exit 5"));
    EXPECT_EQ(host.line(), "ready");
    EXPECT_EQ(host.stop_signal(), signal);
    ::kill(host.pid(), SIGCONT);
    EXPECT_EQ(host.exit_code(), 5);
  }
}

TEST(Child, StopsWithTheChildThatWasToldToThroughUs) {
  Host host(shell("echo $$; while :; do sleep 0.01; done"));
  const pid_t child = std::stoi(host.line());
  for (int round = 0; round < 2; ++round) {
    ::kill(host.pid(), SIGTSTP);
    EXPECT_EQ(host.stop_signal(), SIGTSTP);
    EXPECT_EQ(process_state(child), 'T');
    ::kill(-host.pid(), SIGCONT);
    while (process_state(child) == 'T' || process_state(host.pid()) != 'S') ::usleep(1000);
  }
  ::kill(host.pid(), SIGTERM);
  EXPECT_EQ(host.signal(), SIGTERM);
}

TEST(Child, WakesWhenSomeoneContinuesOrKillsTheChildAlone) {
  for (const int signal : {SIGCONT, SIGKILL}) {
    Host host(shell("echo $$; kill -STOP $$; exit 6"));
    const pid_t child = std::stoi(host.line());
    EXPECT_EQ(host.stop_signal(), SIGSTOP);
    ::kill(child, signal);
    const int status = host.end();
    EXPECT_TRUE(signal == SIGCONT ? WIFEXITED(status) && WEXITSTATUS(status) == 6
                                  : WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << status;
  }
}

TEST(Child, GoesOnWhenWeAreKilled) {
  Host host(
      shell("echo ready; while :; do sleep 0.01; kill -0 $PPID 2>/dev/null || break; done; "
            "echo done"));
  EXPECT_EQ(host.line(), "ready");
  ::kill(host.pid(), SIGKILL);
  EXPECT_EQ(host.signal(), SIGKILL);
}

TEST(Child, IsNotWaitedForBeyondItsOwnEnd) {
  for (const bool watch : {false, true}) {
    ChildOptions options = shell("sleep 1000 & echo $!; exit 4");
    options.watch_output = watch;
    Host host(options);
    EXPECT_EQ(host.exit_code(), 4);
    ::kill(std::stoi(host.line()), SIGKILL);
  }
}

TEST(Child, WatchedBytesAreThoseOfTheChildAlone) {
  // 3 MB to one stream and lines to the other, and a last line without its end.
  const std::string script =
      "head -c 3000000 /dev/zero | tr '\\0' x; printf 'a\\r\\n\\t\\377b' ; echo err >&2; printf "
      "end";
  for (const std::string redirect : {"", "exec 2>&1; "}) {
    Host alone([&] { ::execl("/bin/sh", "sh", "-c", (redirect + script).c_str(), nullptr); });
    Host host([&] {
      if (!redirect.empty()) ::dup2(STDOUT_FILENO, STDERR_FILENO);
      run_and_end_like(watched(script));
    });
    EXPECT_TRUE(host.rest() == alone.rest());
    EXPECT_EQ(host.errors(), alone.errors());
    EXPECT_EQ(host.exit_code(), 0);
  }
}

TEST(Child, LearnsThatNobodyReadsItsOutput) {
  Host host(watched("trap '' TERM; while :; do echo x; done"));
  EXPECT_EQ(host.line(), "x");
  host.read_no_more();
  EXPECT_EQ(host.signal(), SIGPIPE);
}

TEST(Child, SignalsAreHandledWhileNobodyTakesTheOutput) {
  Host host(
      watched("(while :; do echo x; done) & trap 'kill $!; echo got >&2; exit 3' TERM; wait"));
  EXPECT_EQ(host.line(), "x");
  ::usleep(50'000);  // whether the pipe is full by now or not, the outcome is the same
  ::kill(host.pid(), SIGTERM);
  EXPECT_EQ(host.error_line(), "got");
  host.read_no_more();
  EXPECT_EQ(host.exit_code(), 3);
}

TEST(Child, ClosedStreamsStayClosed) {
  const fs::path file =
      fs::temp_directory_path() / ("joulecast-closed-" + std::to_string(getpid()));
  Host host([&] {
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    const std::string script =
        "[ -e /proc/self/fd/0 ] || [ -e /proc/self/fd/1 ] || echo closed > " + file.string();
    std::unique_ptr<Child> child;
    run_and_end_like(watched(script));
  });
  host.end();
  std::string text;
  std::getline(std::ifstream(file) >> std::ws, text);
  fs::remove(file);
  EXPECT_EQ(text, "closed");
}

TEST(Child, GivesSignalsBackWhenItIsGone) {
  sigset_t before, during, after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  std::unique_ptr<Child> child;
  ASSERT_FALSE(Child::start(shell("exit 0"), child));
  ::pthread_sigmask(SIG_SETMASK, nullptr, &during);
  EXPECT_EQ(::sigismember(&during, SIGTERM), 1);
  std::optional<ChildEnd> end;
  while (!(end = child->handle_signals())) {
    pollfd ready = {child->signal_fd(), POLLIN, 0};
    ::poll(&ready, 1, 1000);
  }
  EXPECT_EQ(end->exit_code, 0);
  EXPECT_FALSE(child->handle_signals());
  child.reset();
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(::sigismember(&after, SIGTERM), ::sigismember(&before, SIGTERM));
}

}  // namespace
}  // namespace joulecast::live
