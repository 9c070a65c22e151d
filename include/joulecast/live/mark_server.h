// Where marks arrive: a Unix stream socket that only this user can reach.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/live/mark.h"

namespace joulecast::live {

/// The environment variable that tells the training where the socket is.
inline constexpr const char* kSocketVariable = "JOULECAST_SOCKET";

/// Serves any number of senders (data-parallel ranks) without a thread of its own and without ever
/// blocking. Each line is answered by "ok" or "error: why"; a sender that does not read its answers
/// loses them. A line longer than 64 kB or without its newline, a sender of another user, or more
/// than 256 senders at once are turned away. Not thread-safe.
class MarkServer {
 public:
  /// In $XDG_RUNTIME_DIR/joulecast, else /tmp/joulecast-UID: a folder of mode 0700 that must belong
  /// to this user and be no link. Sockets that a killed joulecast left there are taken away.
  /// Errors: no such folder can be had.
  static Result<std::unique_ptr<MarkServer>> create();
  ~MarkServer();  ///< Takes the socket's file away.
  MarkServer(const MarkServer&) = delete;
  MarkServer& operator=(const MarkServer&) = delete;

  const std::string& path() const;
  /// Readable (poll, epoll) whenever serve() has something to do.
  int fd() const;
  /// Handles what has arrived (at most 4 MB; more is left for the next call). `take` gets each good
  /// mark and answers with an Error to be sent to the sender, or nothing.
  void serve(const std::function<Status(const Mark&)>& take);
  /// Bad lines so far and the last complaint, for the record.
  std::size_t bad_lines() const;
  const std::string& last_complaint() const;

 private:
  struct State;
  explicit MarkServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Sends one line to the socket at `path` and waits for the answer, up to a second. Errors: nobody
/// listens there, the answer was an error, no answer.
Status send_mark(const std::string& path, std::string_view line);

}  // namespace joulecast::live
