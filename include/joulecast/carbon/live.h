// A grid's intensity now, asked of a provider. The only code of joulecast that uses the network,
// and only when a user asks for it by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"
#include "joulecast/carbon/carbon.h"

namespace joulecast::carbon {

struct LiveOptions {
  std::string zone;      ///< electricitymaps: "ES", "US-CAL-CISO". carbonintensity: "GB" or empty.
  std::string token;     ///< electricitymaps needs one. Never part of any message.
  Seconds timeout{3.0};  ///< For everything: name resolution, connection, answer.
  std::string base_url;  ///< Empty: the provider's own; else http(s)://host[:port].
};

/// The providers' names: "electricitymaps", "carbonintensity" (Great Britain).
std::span<const std::string_view> live_providers();

/// Asks once. Never takes much longer than the timeout: libcurl, loaded where the system has it,
/// runs in a forked child that is killed then, so that no name server, server or library can stall
/// or crash the caller. Forks: call it where a SIGCHLD does no harm. Errors: no such provider,
/// a bad zone or token, no libcurl, no answer in time, an answer that is none. Thread-safe.
Result<Intensity> fetch_intensity(std::string_view provider, const LiveOptions& options);

}  // namespace joulecast::carbon
