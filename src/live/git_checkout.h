// Which commit a folder is at, read from git's own files: git itself need not be there.
#pragma once

#include <filesystem>
#include <string>

namespace joulecast::live {

struct GitCheckout {
  std::string commit;  ///< 40 or 64 hexadecimal digits; empty: not a checkout, or no commit yet.
  std::string remote;  ///< URL of "origin"; may hold credentials.
};

/// Looks in `folder` and the folders above it.
GitCheckout git_checkout(const std::filesystem::path& folder);

}  // namespace joulecast::live
