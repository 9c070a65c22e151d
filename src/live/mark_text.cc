#include "live/mark_text.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace joulecast::live {
namespace {

constexpr std::string_view kBlanks = " \t";

// One row of the Unicode standard's table of well-formed sequences (Table 3-7).
struct Utf8Row {
  unsigned char lead_low, lead_high;      // first byte
  unsigned char second_low, second_high;  // second byte; all others are 80..BF
  std::size_t length;
};
constexpr std::array<Utf8Row, 8> kUtf8 = {{{0xc2, 0xdf, 0x80, 0xbf, 2},
                                           {0xe0, 0xe0, 0xa0, 0xbf, 3},
                                           {0xe1, 0xec, 0x80, 0xbf, 3},
                                           {0xed, 0xed, 0x80, 0x9f, 3},
                                           {0xee, 0xef, 0x80, 0xbf, 3},
                                           {0xf0, 0xf0, 0x90, 0xbf, 4},
                                           {0xf1, 0xf3, 0x80, 0xbf, 4},
                                           {0xf4, 0xf4, 0x80, 0x8f, 4}}};

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool between(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

// The bytes of the character of several bytes at `at`; 0 where it is none.
std::size_t character_length(std::string_view text, std::size_t at) {
  for (const Utf8Row& row : kUtf8) {
    if (!between(byte_at(text, at), row.lead_low, row.lead_high)) continue;
    if (at + row.length > text.size()) return 0;
    if (!between(byte_at(text, at + 1), row.second_low, row.second_high)) return 0;
    for (std::size_t i = 2; i < row.length; ++i) {
      if (!between(byte_at(text, at + i), 0x80, 0xbf)) return 0;
    }
    return row.length;
  }
  return 0;
}

bool is_control(std::string_view text, std::size_t at) {
  const unsigned char byte = byte_at(text, at);
  if (byte < 0x20) return byte != '\t';
  // DEL, and U+0080 to U+009F.
  return byte == 0x7f || (byte == 0xc2 && byte_at(text, at + 1) < 0xa0);
}

// Reads the words of one line from left to right.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  Result<std::vector<MarkWord>> read() {
    std::vector<MarkWord> words;
    for (;;) {
      const std::size_t begin = rest_.find_first_not_of(kBlanks);
      if (begin == std::string_view::npos) return words;
      rest_.remove_prefix(begin);
      auto word = next();
      if (!word) return word.error();
      words.push_back(std::move(*word));
    }
  }

 private:
  Result<MarkWord> next() {
    MarkWord word;
    if (rest_.front() != '"') {
      const std::size_t end = rest_.find_first_of(" \t=\"");
      const std::string_view bare = take(end);
      if (rest_.empty() || rest_.front() != '=') {
        if (!rest_.empty() && rest_.front() == '"') return misplaced_quote();
        word.value = bare;
        return word;
      }
      rest_.remove_prefix(1);
      word.key = bare;
      if (rest_.empty() || rest_.front() != '"') {
        word.value = take(rest_.find_first_of(" \t\""));
        if (!rest_.empty() && rest_.front() == '"') return misplaced_quote();
        return word;
      }
    }
    word.in_quotes = true;
    if (Status status = quoted_value(word.value); !status) return status.error();
    return word;
  }

  Status quoted_value(std::string& value) {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        if (!rest_.empty() && kBlanks.find(rest_.front()) == std::string_view::npos)
          return misplaced_quote();
        return {};
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == '"' || rest_[i + 1] == '\\'))
        ++i;
      value += rest_[i];
    }
    return Error{"a double quote is never closed"};
  }

  static Error misplaced_quote() {
    return Error{"a double quote stands inside a word; put the whole word in quotes, \\\" inside"};
  }

  std::string_view take(std::size_t length) {
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

}  // namespace

Status check_mark_text(std::string_view line) {
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t length = byte_at(line, i) < 0x80 ? 1 : character_length(line, i);
    if (length == 0)
      return Error{fmt::format("byte {} is not UTF-8: {}", i + 1, quoted(line.substr(i, 4)))};
    if (is_control(line, i)) {
      return Error{
          fmt::format("byte {} is a control character: {}", i + 1, quoted(line.substr(i, length)))};
    }
    i += length;
  }
  return {};
}

Result<std::vector<MarkWord>> mark_words(std::string_view line) { return Words(line).read(); }

std::string mark_word(std::string_view text, Quotes quotes) {
  const bool bare = !text.empty() && text.find_first_of(" \t=\"") == std::string_view::npos;
  if (bare && quotes == Quotes::kWhereNeeded) return std::string(text);
  std::string word = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') word += '\\';
    word += c;
  }
  return word + '"';
}

}  // namespace joulecast::live
