// The user's command, run as if joulecast were not there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::live {

struct ChildOptions {
  std::vector<std::string> command;  ///< At least the program; looked up in PATH.
  /// Set in the child's environment, beside all that joulecast itself has.
  std::vector<std::pair<std::string, std::string>> environment;
  /// Put a pty (where standard output is a terminal) or a pipe between the child's standard output
  /// and error and ours, so that they can be watched; else the child inherits them themselves.
  bool watch_output = false;
};

struct ChildEnd {
  std::optional<int> exit_code;
  std::optional<int> signal;
};

/// One child process in joulecast's own process group and session: the terminal's signals reach it
/// without us; those sent to joulecast alone (kill, a batch system) are passed on to it. A signal
/// that another process sends to the whole group reaches it twice, which only a program with a
/// handler for it can tell. When it stops (SIGTSTP) joulecast stops too, and goes on with it.
/// Nothing here ever kills it except terminate(). If joulecast is killed the child goes on.
///
/// start() blocks the signals that it handles in the calling thread; start other threads after it,
/// they inherit that. Standard streams that are closed are given to /dev/null (not in the child),
/// so that no file opened later takes their place. One Child at a time. Not thread-safe.
class Child {
 public:
  struct StartError {
    Error error;
    int exit_code;  ///< As shells do: 127 not found, 126 not executable.
  };
  /// The program runs when this returns.
  static std::optional<StartError> start(const ChildOptions& options,
                                         std::unique_ptr<Child>& child);
  /// Leaves the child alone.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int pid() const;

  /// Readable whenever handle_signals() has something to do.
  int signal_fd() const;
  /// Passes signals on, stops and continues with the child, notices its end. The end, once.
  /// `about_to_stop` and `continued` are called around a stop (to leave the terminal in order); may
  /// be empty.
  struct StopHooks {
    void (*about_to_stop)(void* context);
    void (*continued)(void* context);
    void* context;
  };
  std::optional<ChildEnd> handle_signals(const StopHooks* hooks = nullptr);
  /// The terminal's size changed since the last call (SIGWINCH).
  bool resized();

  /// With watch_output: readable whenever forward_output() has something to do; else -1.
  int output_fd() const;
  struct Output {
    std::string_view bytes;  ///< Empty: nothing now. Valid until the next call.
    int stream;              ///< 0: standard output; 1: standard error where that is another file.
  };
  /// Reads once (up to 64 kB), passes it on to our standard output (or error), and gives it. What
  /// cannot be passed on without waiting is passed on at the next call, before anything else is
  /// read; after the child's end it waits for our reader. Absent: the output has ended.
  std::optional<Output> forward_output();
  /// After the child's end: all that it wrote, waiting for nothing that it left behind (a daemon
  /// that keeps the pipe open).
  void forward_rest(const std::function<void(const Output&)>& take);

  /// Asks the child to end (SIGTERM): for what the user asked for only (a budget, a probe).
  void terminate();

  /// Ends this process the way the child ended: same exit code, or the same signal (without a core
  /// file of our own). Standard streams are flushed; nothing is destroyed.
  [[noreturn]] static void end_like(const ChildEnd& end);

 private:
  struct State;
  explicit Child(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::live
