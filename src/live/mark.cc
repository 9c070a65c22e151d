#include "joulecast/live/mark.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/text.h"
#include "live/mark_text.h"

namespace joulecast::live {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestNote = 4096;

using Kind = Mark::Kind;

// What stands between a mark's first word and its keys.
enum class Takes { kNothing, kMaybeNumber, kNumber, kName, kNote };

struct KindRow {
  std::string_view word;  // the first row of a kind has the word that mark_line() writes
  Kind kind;
  Takes takes;
};
constexpr std::array<KindRow, 11> kKinds = {{
    {"epoch_begin", Kind::kEpochBegin, Takes::kMaybeNumber},
    {"epoch_end", Kind::kEpochEnd, Takes::kMaybeNumber},
    {"epoch", Kind::kEpochEnd, Takes::kMaybeNumber},
    {"step", Kind::kStep, Takes::kNumber},
    {"phase", Kind::kPhase, Takes::kName},
    {"plan", Kind::kPlan, Takes::kNothing},
    {"evaluation_begin", Kind::kEvaluationBegin, Takes::kNothing},
    {"evaluation_end", Kind::kEvaluationEnd, Takes::kNothing},
    {"window_begin", Kind::kWindowBegin, Takes::kName},
    {"window_end", Kind::kWindowEnd, Takes::kName},
    {"note", Kind::kNote, Takes::kNote},
}};

constexpr unsigned bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned kEveryKind = ~0U;
constexpr unsigned kEnd = bit(Kind::kEpochEnd);
constexpr unsigned kStep = bit(Kind::kStep);
constexpr unsigned kPlan = bit(Kind::kPlan);
constexpr unsigned kEvaluated = bit(Kind::kEvaluationEnd);

enum class Range { kAny, kNotNegative };

struct KeyRow {
  std::string_view word;
  std::optional<double> Mark::*field;
  Range range;
  unsigned kinds;
};
// In the order in which mark_line() writes them. Of two that fill one field the first counts.
constexpr std::array<KeyRow, 12> kKeys = {{
    {"loss", &Mark::loss, Range::kAny, kEnd | kStep},
    {"val_loss", &Mark::validation_loss, Range::kAny, kEnd | kEvaluated},
    {"val_accuracy", &Mark::accuracy, Range::kAny, kEnd | kEvaluated},
    {"accuracy", &Mark::accuracy, Range::kAny, kEnd},
    {"epochs", &Mark::epochs, Range::kNotNegative, kPlan},
    {"steps", &Mark::steps, Range::kNotNegative, kEnd | kPlan},
    {"samples", &Mark::samples, Range::kNotNegative, kEnd | kStep | kPlan},
    {"tokens", &Mark::tokens, Range::kNotNegative, kEnd | kStep | kPlan},
    {"trainable_parameters", &Mark::trainable_parameters, Range::kNotNegative, kEnd},
    {"batch_size", &Mark::batch_size, Range::kNotNegative, kEnd},
    {"image_size", &Mark::image_size, Range::kNotNegative, kEnd},
    {"t", &Mark::time_s, Range::kNotNegative, kEveryKind},
}};

// "; did you mean 'x'?" or all that there is.
std::string advice(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (const auto near = nearest(word, candidates))
    return fmt::format("; did you mean {}?", quoted(*near));
  return fmt::format("; there are: {}", fmt::join(candidates, ", "));
}

Result<const KindRow*> kind_of(const MarkWord& word) {
  std::vector<std::string_view> candidates;
  for (const KindRow& row : kKinds) {
    if (!word.key && row.word == word.value) return &row;
    candidates.push_back(row.word);
  }
  const std::string_view shown = word.key ? *word.key : word.value;
  return Error{fmt::format("unknown mark {}{}", quoted(shown), advice(shown, candidates))};
}

// Fills a mark from its words.
class Filler {
 public:
  explicit Filler(const KindRow& row) : row_(row) { mark_.kind = row.kind; }

  // Takes what stands before the keys; the words that are left begin at the index given back.
  Result<std::size_t> positional(const std::vector<MarkWord>& words) {
    const bool there = words.size() > 1 && !words[1].key;
    switch (row_.takes) {
      case Takes::kNothing:
        return 1;
      case Takes::kMaybeNumber:
      case Takes::kNumber:
        if (there) return number(words[1].value);
        if (row_.takes == Takes::kNumber)
          return Error{fmt::format("'{}' lacks its number; say '{} 100'", row_.word, row_.word)};
        return 1;
      case Takes::kName:
      case Takes::kNote:
        break;
    }
    if (!there || words[1].value.empty())
      return Error{
          fmt::format("'{}' lacks its {}; say '{} \"...\"'", row_.word, noun(), row_.word)};
    return text(words[1].value);
  }

  Result<std::size_t> text(std::string_view value) {
    const std::size_t longest = row_.takes == Takes::kNote ? kLongestNote : kLongestName;
    if (value.size() > longest)
      return Error{fmt::format("the {} is longer than {} bytes", noun(), longest)};
    if (value.find('\t') != std::string_view::npos)
      return Error{fmt::format("the {} has a tab in it; write blanks", noun())};
    mark_.text = value;
    return 2;
  }

  Status key(const MarkWord& word) {
    if (!word.key) {
      return Error{fmt::format("'{}': {} is no key=value; put a text with blanks in double quotes",
                               row_.word, quoted(word.value))};
    }
    std::vector<std::string_view> candidates;
    for (const KeyRow& row : kKeys) {
      if ((row.kinds & bit(row_.kind)) == 0) continue;
      if (row.word == *word.key) return value(row, word.value);
      candidates.push_back(row.word);
    }
    return Error{fmt::format("'{}' has no key {}{}", row_.word, quoted(*word.key),
                             advice(*word.key, candidates))};
  }

  Result<Mark> finish() {
    if (mark_.kind == Kind::kPlan && !mark_.epochs && !mark_.steps && !mark_.samples &&
        !mark_.tokens) {
      return Error{"'plan' says nothing; say 'plan epochs=50', or steps, samples or tokens"};
    }
    return std::move(mark_);
  }

 private:
  Result<std::size_t> number(std::string_view text) {
    const auto parsed = parse_integer(text);
    if (!parsed || *parsed < 0) {
      return Error{
          fmt::format("'{}': {} is not a whole number of at least 0", row_.word, quoted(text))};
    }
    mark_.number = *parsed;
    return 2;
  }

  Status value(const KeyRow& row, std::string_view text) {
    const auto index = static_cast<std::size_t>(&row - kKeys.data());
    if (given_[index]) return Error{fmt::format("'{}' is given twice", row.word)};
    given_[index] = true;
    const auto parsed = parse_number(text);
    if (!parsed || !std::isfinite(*parsed))
      return Error{fmt::format("{}={}: not a finite number", row.word, quoted(text))};
    const bool plan = row_.kind == Kind::kPlan && row.field != &Mark::time_s;
    if (plan && !(*parsed > 0.0))
      return Error{fmt::format("{}={}: must be above 0", row.word, quoted(text))};
    if (row.range == Range::kNotNegative && *parsed < 0.0)
      return Error{fmt::format("{}={}: cannot be negative", row.word, quoted(text))};
    if (!first_of_field(row)) return {};
    mark_.*row.field = *parsed;
    return {};
  }

  // Whether no other key that counts more has filled the field.
  bool first_of_field(const KeyRow& row) const {
    for (std::size_t i = 0; &kKeys[i] != &row; ++i) {
      if (kKeys[i].field == row.field && given_[i]) return false;
    }
    return true;
  }

  std::string_view noun() const { return row_.takes == Takes::kNote ? "text" : "name"; }

  const KindRow& row_;
  Mark mark_;
  std::array<bool, kKeys.size()> given_{};
};

// A note's text without quotes is the rest of the line.
Result<Mark> bare_note(const KindRow& row, std::string_view text) {
  Filler filler(row);
  if (auto taken = filler.text(text); !taken) return taken.error();
  return filler.finish();
}

}  // namespace

Result<Mark> parse_mark(std::string_view line) {
  if (Status status = check_mark_text(line); !status) return status.error();
  line = trim(line);
  if (line.empty()) return Error{"the line is empty; say 'epoch_end 3', for example"};
  constexpr std::string_view kNote = "note";
  if (line.starts_with(kNote)) {
    const std::string_view text = trim(line.substr(kNote.size()));
    const bool apart = line.find_first_of(" \t") == kNote.size();
    if (apart && !text.starts_with('"')) return bare_note(kKinds.back(), text);
  }
  const auto words = mark_words(line);
  if (!words) return words.error();
  const auto row = kind_of(words->front());
  if (!row) return row.error();
  Filler filler(**row);
  const auto begin = filler.positional(*words);
  if (!begin) return begin.error();
  for (std::size_t i = *begin; i < words->size(); ++i) {
    if (Status status = filler.key((*words)[i]); !status) return status.error();
  }
  return filler.finish();
}

std::string mark_line(const Mark& mark) {
  std::string line;
  for (const KindRow& row : kKinds) {
    if (row.kind != mark.kind) continue;
    line = row.word;
    if (mark.number) line += fmt::format(" {}", *mark.number);
    // Always in quotes, so that a note's keys are not read as its text.
    if (row.takes == Takes::kNote) line += ' ' + mark_word(mark.text, Quotes::kAlways);
    if (row.takes == Takes::kName) line += ' ' + mark_word(mark.text);
    break;
  }
  const std::optional<double> Mark::*written = nullptr;
  for (const KeyRow& row : kKeys) {
    if ((row.kinds & bit(mark.kind)) == 0 || row.field == written || !(mark.*row.field)) continue;
    line += fmt::format(" {}={}", row.word, *(mark.*row.field));
    written = row.field;
  }
  return line;
}

}  // namespace joulecast::live
