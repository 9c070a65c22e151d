// One HTTP GET in a child process, by whatever libcurl the system has.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"

namespace joulecast::carbon {

struct HttpRequest {
  std::string url;     ///< http:// or https://; redirections are not followed.
  std::string header;  ///< One more header line; may be empty. Not part of any message.
  Seconds timeout{3.0};
  std::size_t most_bytes = std::size_t{1} << 20;
  std::vector<std::string> libraries = {"libcurl.so.4", "libcurl-gnutls.so.4"};
};

/// The body of a 200 answer. The child is killed at the timeout.
Result<std::string> http_get(const HttpRequest& request);

}  // namespace joulecast::carbon
