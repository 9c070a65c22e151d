#include "store/secret_shapes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>

namespace joulecast::store {
namespace {

constexpr std::string_view kMask = "***";

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

struct Shape {
  std::string_view prefix;
  std::size_t least;  ///< Characters of a token after the prefix.
};

constexpr std::array<Shape, 17> kShapes = {{{"hf_", 16},
                                            {"api_org_", 16},
                                            {"ghp_", 16},
                                            {"gho_", 16},
                                            {"ghu_", 16},
                                            {"ghs_", 16},
                                            {"ghr_", 16},
                                            {"github_pat_", 16},
                                            {"sk-", 16},
                                            {"sk_live_", 12},
                                            {"AKIA", 12},
                                            {"ASIA", 12},
                                            {"glpat-", 12},
                                            {"npm_", 20},
                                            {"pypi-", 20},
                                            {"AIza", 24},
                                            {"dckr_pat_", 12}}};

std::size_t token_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_token_char(text[at])) ++at;
  return at;
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The end of the token that begins here, if one does.
std::optional<std::size_t> maker_token(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const std::size_t end = token_end(text, at);
  const std::string_view token = text.substr(at, end - at);
  for (const Shape& shape : kShapes) {
    if (token.starts_with(shape.prefix) && token.size() >= shape.prefix.size() + shape.least &&
        has_digit(token.substr(shape.prefix.size()))) {
      return end;
    }
  }
  // Slack: xoxb-, xoxp-, ...
  constexpr std::size_t kSlackLeast = 13;
  if (token.starts_with("xox") && token.size() >= kSlackLeast && token[4] == '-') return end;
  // JSON web tokens: two dots, and a head that is "{" in base64.
  if (!rest.starts_with("eyJ") || end >= text.size() || text[end] != '.') return std::nullopt;
  const std::size_t second = token_end(text, end + 1);
  if (second == end + 1 || second >= text.size() || text[second] != '.') return std::nullopt;
  return token_end(text, second + 1);
}

std::optional<std::size_t> pem_block(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("-----BEGIN ")) return std::nullopt;
  constexpr std::string_view kEnd = "-----END ", kDashes = "-----";
  const std::size_t end = text.find(kEnd, at);
  if (end == std::string_view::npos) return text.size();
  const std::size_t close = text.find(kDashes, end + kEnd.size());
  return close == std::string_view::npos ? text.size() : close + kDashes.size();
}

std::string mask_tokens(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0;
    auto end = pem_block(text, at);
    if (!end && begins) end = maker_token(text, at);
    if (end) {
      out += kMask;
      at = *end;
    } else {
      out += text[at++];
    }
  }
  return out;
}

bool ends_url(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0 || c == '"' || c == '\'' || c == '<' ||
         c == '>';
}

bool is_port(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Where the credentials of "user:password@host/path" end: at the "@"; npos where there are none.
// A password with a raw "/" in it is no valid URL, but a password all the same.
std::size_t credentials_end(std::string_view address) {
  const std::string_view authority = address.substr(0, address.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) return at;
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos || is_port(authority.substr(colon + 1))) {
    return std::string_view::npos;
  }
  return address.rfind('@');
}

// One word: "scheme://user:password@host" or "user:password@host", several of them too.
std::string mask_word(std::string_view word) {
  const std::size_t scheme = word.find("://");
  const bool is_url = scheme != std::string_view::npos;
  const std::size_t from = is_url ? scheme + 3 : 0;
  const std::string_view address = word.substr(from);
  const std::size_t to = credentials_end(address);
  const std::size_t colon = address.find(':');
  const bool hides = to != std::string_view::npos && to > 0 && (is_url || colon < to);
  std::string masked(word.substr(0, from));
  if (!hides) return masked + (is_url ? mask_word(address) : std::string(address));
  if (!is_url) masked += address.substr(0, colon + 1);
  masked += kMask;
  return masked + mask_word(address.substr(to));
}

std::string mask_credentials(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !ends_url(text[end])) ++end;
    if (end > at) {
      out += mask_word(text.substr(at, end - at));
    } else {
      out += text[end++];
    }
    at = end;
  }
  return out;
}

}  // namespace

std::string mask_secret_shapes(std::string_view text) {
  return mask_credentials(mask_tokens(text));
}

}  // namespace joulecast::store
