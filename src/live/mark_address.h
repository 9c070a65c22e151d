// A path as the socket calls want it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <string_view>

namespace joulecast::live {

class SocketAddress {
 public:
  /// `path`: at most kLongestSocketPath bytes; what is longer is cut.
  explicit SocketAddress(std::string_view path) {
    address_.sun_family = AF_UNIX;
    std::copy_n(path.data(), std::min(path.size(), sizeof address_.sun_path - 1),
                static_cast<char*>(address_.sun_path));
  }
  // The sockets' own interface is made of such casts.
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  sockaddr_un address_{};
};

}  // namespace joulecast::live
