#include "live/child_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace joulecast::live {
namespace {

constexpr std::size_t kBufferSize = std::size_t{64} << 10;
// A pipe that is ready takes as much without waiting (PIPE_BUF).
constexpr std::size_t kChunk = 4096;
constexpr std::size_t kNone = 2;

bool same_file(int a, int b) {
  struct stat first {
  }, second{};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

Error system_error(const char* what) {
  return Error{fmt::format("{}: {}", what, std::generic_category().message(errno))};
}

Result<Pty> make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("no pipe can be had");
  Pty pipe;
  pipe.ours = Descriptor(ends[0]);
  pipe.childs = Descriptor(ends[1]);
  return pipe;
}

bool takes_bytes(int target) {
  pollfd ready = {target, POLLOUT, 0};
  return ::poll(&ready, 1, 0) > 0;
}

}  // namespace

Result<ChildOutput> ChildOutput::create(std::array<bool, 2> open) {
  ChildOutput output;
  output.epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!output.epoll_) return system_error("output cannot be watched");
  output.stream_of_ = {kNone, kNone};
  for (const int number : {0, 1}) {
    const auto i = static_cast<std::size_t>(number);
    if (!open[i]) continue;
    if (number == 1 && open[0] && same_file(STDOUT_FILENO, STDERR_FILENO)) {
      output.stream_of_[1] = output.stream_of_[0];
      continue;
    }
    output.stream_of_[i] = output.streams_.size();
    if (Status status = output.add(STDOUT_FILENO + number, number); !status) return status.error();
  }
  return output;
}

Status ChildOutput::add(int target, int number) {
  Stream stream;
  stream.terminal = ::isatty(target) == 1;
  auto ends = stream.terminal ? Pty::like(target) : make_pipe();
  if (!ends) return ends.error();
  stream.ends = std::move(*ends);
  stream.target = target;
  stream.number = number;
  stream.buffer.resize(kBufferSize);
  const int source = stream.ends.ours.get();
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = source;
  if (::fcntl(source, F_SETFL, O_NONBLOCK) != 0 ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, source, &event) != 0) {
    return system_error("output cannot be watched");
  }
  streams_.push_back(std::move(stream));
  return {};
}

std::array<int, 2> ChildOutput::child_ends() const {
  std::array<int, 2> ends = {-1, -1};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (stream_of_[i] < streams_.size()) ends[i] = streams_[stream_of_[i]].ends.childs.get();
  }
  return ends;
}

void ChildOutput::started() {
  for (Stream& stream : streams_) stream.ends.childs.reset();
}

bool ChildOutput::waiting() const {
  return std::any_of(streams_.begin(), streams_.end(),
                     [](const Stream& stream) { return stream.waiting(); });
}

bool ChildOutput::resized() const {
  bool any = false;
  for (const Stream& stream : streams_) {
    if (!stream.terminal || !stream.ends.ours) continue;
    stream.ends.resize(stream.target);
    any = true;
  }
  return any;
}

std::optional<ChildOutput::Part> ChildOutput::forward() {
  for (Stream& stream : streams_) flush(stream);
  for (Stream& stream : streams_) {
    if (stream.waiting()) continue;
    if (const auto part = read(stream)) return part;
  }
  const bool ended = std::all_of(streams_.begin(), streams_.end(), [](const Stream& stream) {
    return !stream.ends.ours && !stream.waiting();
  });
  if (ended) return std::nullopt;
  return Part{{}, 0};
}

std::optional<ChildOutput::Part> ChildOutput::read(Stream& stream) {
  if (!stream.ends.ours) return std::nullopt;
  const ssize_t got = ::read(stream.ends.ours.get(), stream.buffer.data(), stream.buffer.size());
  if (got <= 0) {
    // A pty says EIO at its end.
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) end(stream);
    return std::nullopt;
  }
  stream.written = 0;
  stream.size = static_cast<std::size_t>(got);
  flush(stream);
  return Part{{stream.buffer.data(), static_cast<std::size_t>(got)}, stream.number};
}

void ChildOutput::flush(Stream& stream) {
  while (stream.waiting() && takes_bytes(stream.target)) {
    const ssize_t sent = ::write(stream.target, stream.buffer.data() + stream.written,
                                 std::min(kChunk, stream.size - stream.written));
    if (sent >= 0) {
      stream.written += static_cast<std::size_t>(sent);
    } else if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
      stream.written = stream.size;  // a full disk must not end the training
    } else if (errno == EAGAIN) {
      break;  // someone else made our standard output non-blocking
    } else if (errno != EINTR) {
      // Nobody reads any more: the child shall learn it as it would alone, from its own write.
      stream.written = stream.size;
      end(stream);
    }
  }
  if (stream.waiting() != stream.target_watched) wait_for_target(stream, stream.waiting());
}

// While bytes wait nothing more is read; the target's readiness is what matters then.
void ChildOutput::wait_for_target(Stream& stream, bool wait) {
  stream.target_watched = wait;
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.fd = stream.target;
  ::epoll_ctl(epoll_.get(), wait ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, stream.target, &event);
  if (!stream.ends.ours) return;
  event.events = EPOLLIN;
  event.data.fd = stream.ends.ours.get();
  ::epoll_ctl(epoll_.get(), wait ? EPOLL_CTL_DEL : EPOLL_CTL_ADD, stream.ends.ours.get(), &event);
}

void ChildOutput::end(Stream& stream) { stream.ends.ours.reset(); }

}  // namespace joulecast::live
