#include "live/mark_folder.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>

#include "live/descriptor.h"
#include "live/mark_address.h"

namespace joulecast::live {
namespace {

// The end of a name under which a server listens; see new_socket_name().
constexpr std::string_view kListening = ".sock";

Status make_private(const std::string& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return Error{fmt::format("{}: {}", folder, std::generic_category().message(errno))};
  struct stat state {};
  // lstat: a link that someone else made would lead to a folder of theirs.
  if (::lstat(folder.c_str(), &state) != 0)
    return Error{fmt::format("{}: {}", folder, std::generic_category().message(errno))};
  if (!S_ISDIR(state.st_mode)) return Error{fmt::format("{} is no folder; remove it", folder)};
  if (state.st_uid != ::geteuid()) return Error{fmt::format("{} belongs to someone else", folder)};
  if ((state.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{fmt::format("others can enter {0}; remove it or use 'chmod 700 {0}'", folder)};
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return Error{fmt::format("{}: {}", folder, std::generic_category().message(errno))};
  return {};
}

bool nobody_listens(const std::string& path) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const SocketAddress address(path);
  return probe && ::connect(probe.get(), address.get(), SocketAddress::size()) != 0 &&
         errno == ECONNREFUSED;
}

}  // namespace

Result<std::string> mark_folder() {
  std::string why;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets the environment
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') {
    const std::string folder = std::string(runtime) + "/joulecast";
    const bool fits = new_socket_name(folder).size() <= kLongestSocketPath;
    const Status status = fits ? make_private(folder) : Error{"XDG_RUNTIME_DIR is too long"};
    if (status) return folder;
    why = status.error().message + "; ";
  }
  const std::string folder = fmt::format("/tmp/joulecast-{}", ::geteuid());
  if (const Status status = make_private(folder); !status)
    return Error{"no folder for the socket of marks: " + why + status.error().message};
  return folder;
}

void remove_stale_sockets(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
  if (!listing) return;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): each listing is read by one thread
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string path = folder + '/' + static_cast<const char*>(entry->d_name);
    if (path.ends_with(kListening) && nobody_listens(path)) ::unlink(path.c_str());
  }
}

std::string new_socket_name(const std::string& folder) {
  // The process id says whose it is; chance keeps apart those of two containers with one /tmp.
  std::uint32_t chance = 0;
  if (::getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0) chance = 0;
  return fmt::format("{}/{}-{:08x}{}", folder, ::getpid(), chance, kListening);
}

}  // namespace joulecast::live
