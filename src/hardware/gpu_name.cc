#include "hardware/gpu_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace joulecast::hardware {
namespace {

// Words that some spellings have and others lack; none tells one GPU from another. The last line
// is AMD's for the form of a board, as ROCm names it.
constexpr std::array<std::string_view, 23> kFillers = {
    "nvidia",   "geforce",    "quadro",      "tesla",       "amd",        "ati",
    "radeon",   "instinct",   "gpu",         "graphics",    "card",       "with",
    "design",   "generation", "edition",     "founders",    "desktop",    "standard",
    "lovelace", "inc",        "accelerator", "workstation", "corporation"};
constexpr std::array<std::string_view, 4> kForms = {"oam", "mcm", "ac", "mba"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_number(const std::string& word) { return is_digit(word.front()); }

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The run of letters or of digits that `text` begins with; empty: neither.
std::string_view first_run(std::string_view text) {
  const auto same_kind = is_digit(text.front()) ? &is_digit : &is_letter;
  const auto end = std::find_if_not(text.begin(), text.end(), same_kind);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace

std::vector<std::string> gpu_words(std::string_view name) {
  const std::string lower = to_lower(name);
  std::string_view rest = lower;
  std::vector<std::string> words;
  while (!rest.empty()) {
    const std::string_view run = first_run(rest);
    rest.remove_prefix(std::max<std::size_t>(1, run.size()));
    if (run.empty() || holds(kFillers, run) || holds(kForms, run)) continue;
    words.emplace_back(run);
  }
  return words;
}

std::string gpu_key(std::vector<std::string> words) {
  if (std::any_of(words.begin(), words.end(), &is_number)) {
    words.erase(std::remove_if(words.begin(), words.end(),
                               [](const auto& word) { return word == "rtx" || word == "gtx"; }),
                words.end());
  }
  std::sort(words.begin(), words.end());
  std::string key;
  for (const std::string& word : words) key += word + ' ';
  return key;
}

int take_memory_gb(std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i + 1] != "gb" && words[i + 1] != "gib") continue;
    const auto size = parse_integer(words[i]);
    constexpr int kLargest = 10'000;
    if (!size || *size > kLargest) continue;
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(i);
    words.erase(first, first + 2);
    return static_cast<int>(*size);
  }
  return 0;
}

}  // namespace joulecast::hardware
