// Secrets that are known by what they look like, wherever they stand.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::store {

/// The text with "***" for tokens of known makers, JSON web tokens, PEM blocks, and the user and
/// password of URLs.
std::string mask_secret_shapes(std::string_view text);

}  // namespace joulecast::store
