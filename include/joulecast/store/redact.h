// Takes secrets out of what is about to be stored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::store {

/// A command line with what looks like a secret replaced by "***": values of options and of
/// NAME=value words whose name says token, secret, password, passwd, pwd, credential, auth, or
/// key (api-key, access_key; not "keypoints"), known token shapes anywhere (hf_..., ghp_...,
/// sk-..., AKIA..., glpat-..., xox.-..., JWTs, PEM blocks) and credentials in URLs.
std::vector<std::string> redact_command(const std::vector<std::string>& command);

/// The same for one piece of free text (titles, notes, log lines, remote URLs).
std::string redact_text(std::string_view text);

/// Whether an environment variable may be stored: an allow-list by name.
bool may_store_variable(std::string_view name);

}  // namespace joulecast::store
