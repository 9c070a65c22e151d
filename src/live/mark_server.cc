#include "joulecast/live/mark_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "live/descriptor.h"
#include "live/mark_address.h"
#include "live/mark_folder.h"

namespace joulecast::live {
namespace {

constexpr std::size_t kMostSenders = 256;
constexpr std::size_t kLongestLine = std::size_t{64} << 10;
// What one call of serve() reads at most, so that a sender in a loop cannot hold joulecast up.
constexpr std::size_t kMostBytesAtOnce = std::size_t{4} << 20;

// An event without bytes counts too, so that one that will not go away cannot either.
constexpr std::size_t kCostOfAnEvent = 1024;

// One connection, and the line that it has not finished.
struct Sender {
  Descriptor socket;
  std::string line;
  bool too_long = false;  // the rest of the line is passed over
  bool mute = false;      // an answer was cut short; no further one would be understood
};

Error system_error(std::string_view what) {
  return Error{fmt::format("{}: {}", what, std::generic_category().message(errno))};
}

bool is_this_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

Status watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) return system_error("cannot watch");
  return {};
}

}  // namespace

struct MarkServer::State {
  std::string path;
  Descriptor listener, epoll;
  // Given up for a moment when there are no more descriptors, to turn a sender away.
  Descriptor spare;
  std::unordered_map<int, Sender> senders;
  std::size_t bad_lines = 0;
  std::string last_complaint;

  Status listen(const std::string& folder) {
    listener = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listener) return system_error("no socket for marks can be made");
    path = new_socket_name(folder);
    // It gets its name only once somebody listens: until then it would look stale to others.
    const std::string early = path.substr(0, path.rfind('.'));
    const SocketAddress address(early);
    if (::bind(listener.get(), address.get(), SocketAddress::size()) != 0)
      return system_error("no socket can be made in " + folder);
    const bool named = ::chmod(early.c_str(), S_IRUSR | S_IWUSR) == 0 &&
                       ::listen(listener.get(), kMostSenders) == 0 &&
                       ::rename(early.c_str(), path.c_str()) == 0;
    if (!named) {
      const Error error = system_error("no socket can be made in " + folder);
      ::unlink(early.c_str());
      return error;
    }
    epoll = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
    spare = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return watch(epoll.get(), listener.get());
  }

  void complain(std::string what) {
    ++bad_lines;
    last_complaint = std::move(what);
  }

  static void answer(Sender& sender, std::string_view text) {
    if (sender.mute) return;
    const ssize_t sent =
        ::send(sender.socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    sender.mute = sent > 0 && static_cast<std::size_t>(sent) < text.size();
  }

  void accept_all() {
    for (;;) {
      Sender sender;
      sender.socket =
          Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!sender.socket) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EMFILE && spare) {
          turn_away();
          continue;
        }
        return;
      }
      if (!is_this_user(sender.socket.get())) {
        complain("a sender of another user was turned away");
        answer(sender, "error: only the user who runs joulecast may send marks\n");
      } else if (senders.size() >= kMostSenders) {
        complain("a sender was turned away: there are 256 already");
        answer(sender, "error: there are 256 senders already; close some\n");
      } else if (watch(epoll.get(), sender.socket.get())) {
        const int fd = sender.socket.get();
        senders.emplace(fd, std::move(sender));
      }
    }
  }

  void turn_away() {
    complain("a sender was turned away: joulecast may open no more files (ulimit -n)");
    spare.reset();
    Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
    spare = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }

  // What one line is answered with.
  std::string reply(std::string_view line, const std::function<Status(const Mark&)>& take) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto mark = parse_mark(line);
    const Status status = mark ? take(*mark) : Status(mark.error());
    if (status) return "ok\n";
    const std::string why = printable(status.error().message);
    complain(why);
    return "error: " + why + '\n';
  }

  void take_bytes(Sender& sender, std::string_view bytes,
                  const std::function<Status(const Mark&)>& take) {
    for (;;) {
      const std::size_t end = bytes.find('\n');
      const std::string_view part = bytes.substr(0, end);
      sender.too_long = sender.too_long || sender.line.size() + part.size() > kLongestLine;
      if (sender.too_long) {
        sender.line.clear();
      } else {
        sender.line += part;
      }
      if (end == std::string_view::npos) return;
      if (sender.too_long) {
        complain("a line longer than 64 kB");
        answer(sender, "error: the line is longer than 64 kB\n");
      } else {
        answer(sender, reply(sender.line, take));
      }
      sender.line.clear();
      sender.too_long = false;
      bytes.remove_prefix(end + 1);
    }
  }

  // Reads what one sender has sent, up to one buffer; the number of bytes.
  std::size_t receive(int fd, const std::function<Status(const Mark&)>& take) {
    std::array<char, kLongestLine> buffer;  // NOLINT(*-init-variables): filled by recv
    Sender& sender = senders.at(fd);
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
      const auto size = static_cast<std::size_t>(got);
      take_bytes(sender, {buffer.data(), size}, take);
      return size;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (!sender.line.empty() || sender.too_long) {
      // It may have been cut off in mid-number; nothing of it is used.
      complain("a last line without its newline: " + quoted(sender.line));
      answer(sender, "error: the line lacks its newline\n");
    }
    senders.erase(fd);
    return 0;
  }
};

MarkServer::MarkServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

MarkServer::~MarkServer() { ::unlink(state_->path.c_str()); }

Result<std::unique_ptr<MarkServer>> MarkServer::create() {
  const auto folder = mark_folder();
  if (!folder) return folder.error();
  remove_stale_sockets(*folder);
  auto state = std::make_unique<State>();
  if (const Status status = state->listen(*folder); !status) return status.error();
  return std::unique_ptr<MarkServer>(new MarkServer(std::move(state)));
}

const std::string& MarkServer::path() const { return state_->path; }
int MarkServer::fd() const { return state_->epoll.get(); }
std::size_t MarkServer::bad_lines() const { return state_->bad_lines; }
const std::string& MarkServer::last_complaint() const { return state_->last_complaint; }

void MarkServer::serve(const std::function<Status(const Mark&)>& take) {
  constexpr int kEventsAtOnce = 64;
  std::array<epoll_event, kEventsAtOnce> events;  // NOLINT(*-init-variables): filled by epoll_wait
  for (std::size_t bytes = 0; bytes < kMostBytesAtOnce;) {
    const int count = ::epoll_wait(state_->epoll.get(), events.data(), kEventsAtOnce, 0);
    if (count <= 0) return;
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      bytes += kCostOfAnEvent;
      if (fd == state_->listener.get()) {
        state_->accept_all();
      } else {
        bytes += state_->receive(fd, take);
      }
    }
  }
}

}  // namespace joulecast::live
