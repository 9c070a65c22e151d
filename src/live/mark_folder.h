// The folder in which mark sockets lie: only this user can enter it.
#pragma once

#include <cstddef>
#include <string>

#include "joulecast/base/result.h"

namespace joulecast::live {

/// The longest path that a Unix socket can have (sun_path without its final zero).
inline constexpr std::size_t kLongestSocketPath = 107;

/// Finds or makes the folder, see MarkServer::create().
Result<std::string> mark_folder();

/// Takes away the sockets in `folder` at which nobody listens any more.
void remove_stale_sockets(const std::string& folder);

/// A new name for a socket in `folder`.
std::string new_socket_name(const std::string& folder);

}  // namespace joulecast::live
