#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/text.h"
#include "joulecast/live/mark_server.h"
#include "live/descriptor.h"
#include "live/mark_address.h"
#include "live/mark_folder.h"

namespace joulecast::live {
namespace {

constexpr timeval kPatience = {1, 0};

Error cannot(const std::string& path, const char* what) {
  const std::string why =
      errno == EAGAIN ? "no answer within a second" : std::generic_category().message(errno);
  return Error{fmt::format("{}: {}: {}", path, what, why)};
}

// The answer up to its newline; nothing longer than an error line is expected.
Result<std::string> answer(int socket, const std::string& path) {
  std::string text;
  std::array<char, 1024> buffer{};
  constexpr std::size_t kLongestAnswer = std::size_t{16} << 10;
  while (text.find('\n') == std::string::npos) {
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot(path, "joulecast does not answer");
    if (got == 0 || text.size() > kLongestAnswer)
      return Error{path + ": joulecast ended before it had answered"};
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

Status send_mark(const std::string& path, std::string_view line) {
  if (line.find('\n') != std::string_view::npos) return Error{"a mark is one line"};
  if (path.size() > kLongestSocketPath)
    return Error{fmt::format("{}: longer than a socket's path can be", quoted(path))};
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return cannot(path, "no socket can be made");
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  const SocketAddress address(path);
  if (::connect(socket.get(), address.get(), SocketAddress::size()) != 0)
    return cannot(path, "no joulecast listens there");
  std::string text(line);
  text += '\n';
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t sent = ::send(socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return cannot(path, "cannot send");
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  const auto reply = answer(socket.get(), path);
  if (!reply) return reply.error();
  if (*reply == "ok") return {};
  constexpr std::string_view kError = "error: ";
  const std::string_view why = *reply;
  return Error{std::string(why.starts_with(kError) ? why.substr(kError.size()) : why)};
}

}  // namespace joulecast::live
