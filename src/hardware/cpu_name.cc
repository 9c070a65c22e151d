#include "hardware/cpu_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace joulecast::hardware {
namespace {

constexpr std::array<std::string_view, 5> kSigns = {"(r)", "(tm)", "(c)", "\u00ae", "\u2122"};
// Words that some spellings have and others lack; none tells one CPU from another.
constexpr std::array<std::string_view, 4> kFillers = {"cpu", "processor", "gen", "apu"};

void drop_signs(std::string& name) {
  for (const std::string_view sign : kSigns) {
    for (auto at = name.find(sign); at != std::string::npos; at = name.find(sign)) {
      name.replace(at, sign.size(), " ");
    }
  }
}

/// The clock ("@ 2.50GHz") and the graphics ("with Radeon Graphics", "w/ Radeon 780M").
std::string_view without_tail(std::string_view name) {
  for (const std::string_view tail : {"@", " with ", " w/ "})
    name = name.substr(0, name.find(tail));
  return name;
}

/// "12th" of "12th Gen", "64-core", "eight-core".
bool is_count(std::string_view word) {
  const bool ordinal = word.size() > 2 && word.front() >= '0' && word.front() <= '9' &&
                       (word.ends_with("th") || word.ends_with("nd") || word.ends_with("rd"));
  return ordinal || word.ends_with("-core") || word.ends_with("-cores");
}

}  // namespace

std::string cpu_key(std::string_view name) {
  std::string lower = to_lower(name);
  drop_signs(lower);
  std::string_view rest = without_tail(lower);
  std::string key;
  while (!(rest = trim(rest)).empty()) {
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    if (is_count(word) || std::find(kFillers.begin(), kFillers.end(), word) != kFillers.end()) {
      continue;
    }
    if (!key.empty()) key += ' ';
    key += word;
  }
  return key;
}

std::vector<std::string> cpu_words(std::string_view name) {
  std::vector<std::string> words;
  const std::string key = cpu_key(name);
  for (std::string_view rest = key; !rest.empty();) {
    const auto end = std::min(rest.find_first_of(" -"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!word.empty() && word != "intel" && word != "amd") words.emplace_back(word);
  }
  return words;
}

}  // namespace joulecast::hardware
