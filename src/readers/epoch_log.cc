#include "joulecast/readers/epoch_log.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/civil_time.h"
#include "base/text.h"
#include "readers/epoch_log_lines.h"

namespace joulecast::readers {
namespace {

// A line that matched, as it stands.
struct Match {
  std::uint64_t line = 0;
  std::int64_t number = 0;
  std::optional<double> date_s, time_s, duration_s;
  Epoch epoch;
};

// A date as logs write it; Python's logging has a comma before the fraction.
std::optional<double> log_date(std::string_view text) {
  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  return parse_civil_time(with_point);
}

// Seconds as "12.5", "00:28" or "1:02:03".
std::optional<double> log_duration(std::string_view text) {
  double seconds = 0.0;
  for (;;) {
    const std::size_t colon = text.find(':');
    const auto part = parse_number(text.substr(0, colon));
    if (!part || !(*part >= 0.0 && *part <= 1e9)) return std::nullopt;
    seconds = 60.0 * seconds + *part;
    if (colon == std::string_view::npos) return seconds;
    text.remove_prefix(colon + 1);
  }
}

// A date at the beginning of a line: "2026-11-23 10:00:00,123 - ..." or "[2026/11/23 10:00:00]
// ...".
std::optional<double> leading_date(std::string_view line) {
  static const RE2 pattern(
      R"(^[\[(]?(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?))");
  re2::StringPiece date;
  if (!RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), pattern, &date))
    return std::nullopt;
  return log_date({date.data(), date.size()});
}

class Pattern {
 public:
  explicit Pattern(const std::string& text) : regex_(text, RE2::Quiet) {}

  Status check() const {
    if (regex_.pattern().empty())
      return Error{"the epoch pattern is empty and would match every line"};
    if (!regex_.ok())
      return Error{fmt::format("the epoch pattern cannot be used: {}", regex_.error())};
    static constexpr std::string_view kGroups[] = {
        "epoch", "time", "duration", "loss", "val_loss", "accuracy", "steps", "samples", "tokens"};
    for (const auto& [name, index] : regex_.NamedCapturingGroups()) {
      if (std::find(std::begin(kGroups), std::end(kGroups), name) != std::end(kGroups)) continue;
      const auto near = nearest(name, kGroups);
      return Error{fmt::format(
          "the epoch pattern has a group {}{}; the groups are: epoch, time, duration, loss, "
          "val_loss, accuracy, steps, samples, tokens",
          quoted(name), near ? fmt::format(" (did you mean {}?)", quoted(*near)) : "")};
    }
    return {};
  }

  // The groups of a line that matches, by index; group 0 is the whole match.
  bool match(std::string_view line, std::vector<re2::StringPiece>& groups) const {
    groups.resize(static_cast<std::size_t>(regex_.NumberOfCapturingGroups()) + 1);
    return regex_.Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED,
                        groups.data(), static_cast<int>(groups.size()));
  }

  std::optional<std::string_view> group(const std::vector<re2::StringPiece>& groups,
                                        const std::string& name) const {
    const auto& names = regex_.NamedCapturingGroups();
    const auto found = names.find(name);
    std::size_t index = 0;
    if (found != names.end()) {
      index = static_cast<std::size_t>(found->second);
    } else if (name == "epoch" && names.empty() && groups.size() > 1) {
      index = 1;  // an unnamed group is the epoch's number
    } else {
      return std::nullopt;
    }
    if (groups[index].data() == nullptr) return std::nullopt;
    return std::string_view(groups[index].data(), groups[index].size());
  }

 private:
  RE2 regex_;
};

class LogReader {
 public:
  LogReader(std::string file, const Pattern& pattern) : file_(std::move(file)), pattern_(pattern) {}

  Status line(std::string_view text, std::uint64_t number) {
    ++log_.lines;
    if (!pattern_.match(text, groups_)) return {};
    ++log_.matches;
    Match match;
    match.line = number;
    match.number = matches_.empty() ? 1 : matches_.back().number + 1;
    if (const auto epoch = pattern_.group(groups_, "epoch")) {
      const auto parsed = parse_integer(*epoch);
      if (!parsed) return error(number, fmt::format("{} is not an epoch's number", quoted(*epoch)));
      match.number = *parsed;
    }
    if (const auto time = pattern_.group(groups_, "time")) {
      match.date_s = log_date(*time);
      match.time_s = parse_number(*time);
      constexpr double kLatestTimeS = 1e12;
      if (match.time_s && !(std::abs(*match.time_s) <= kLatestTimeS)) match.time_s.reset();
      if (!match.date_s && !match.time_s) {
        return error(
            number,
            fmt::format("{} is neither a date like 2026-11-23 08:27:57 nor a number of seconds",
                        quoted(*time)));
      }
    } else {
      match.date_s = leading_date(text);
    }
    if (const auto duration = pattern_.group(groups_, "duration")) {
      match.duration_s = log_duration(*duration);
      if (!match.duration_s) {
        return error(number, fmt::format("{} is not a duration like 12.5, 00:28 or 1:02:03",
                                         quoted(*duration)));
      }
    }
    for (const auto& [name, target] :
         std::initializer_list<std::pair<const char*, std::optional<double>*>>{
             {"loss", &match.epoch.loss},
             {"val_loss", &match.epoch.validation_loss},
             {"accuracy", &match.epoch.accuracy},
             {"steps", &match.epoch.steps},
             {"samples", &match.epoch.samples},
             {"tokens", &match.epoch.tokens}}) {
      const auto field = pattern_.group(groups_, name);
      if (!field) continue;
      *target = parse_number(*field);
      const bool count = target == &match.epoch.steps || target == &match.epoch.samples ||
                         target == &match.epoch.tokens;
      if (!*target || !std::isfinite(**target) || (count && **target < 0.0)) {
        return error(number, fmt::format("{} is not a number ({})", quoted(*field), name));
      }
    }
    if (!matches_.empty() && matches_.back().number == match.number) {
      matches_.back() = match;  // a progress bar: its last state counts
      return {};
    }
    if (!matches_.empty() && match.number < matches_.back().number) {
      return error(number,
                   fmt::format("epoch {} comes after epoch {}; give the log of one training",
                               match.number, matches_.back().number));
    }
    matches_.push_back(match);
    return {};
  }

  Result<EpochLog> finish() {
    if (matches_.empty()) {
      return Error{
          fmt::format("{}: the epoch pattern matches none of its {} lines; try it with grep -P",
                      file_, log_.lines)};
    }
    const Match& first = matches_.front();
    if (first.date_s) {
      log_.clock = EpochLog::Clock::kUnix;
    } else if (first.time_s) {
      log_.clock = EpochLog::Clock::kRun;
    } else if (first.duration_s) {
      log_.clock = EpochLog::Clock::kStack;
      log_.notes.push_back(
          "the log has durations but no times: epochs are laid end to end from the run's "
          "beginning");
    } else {
      return error(first.line,
                   "the line matches, but has no time; add (?P<time>...) or (?P<duration>...) to "
                   "the pattern");
    }
    std::vector<double> ends;
    for (const Match& match : matches_) {
      const auto end = end_of(match, ends);
      if (!end)
        return error(match.line, "the time is missing here, though the lines before have it");
      if (!ends.empty() && !(*end > ends.back())) {
        return error(match.line,
                     fmt::format("epoch {} ends no later than the one before", match.number));
      }
      ends.push_back(*end);
    }
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      Epoch epoch = matches_[i].epoch;
      epoch.number = matches_[i].number;
      epoch.end_s = ends[i];
      if (i > 0) {
        epoch.start_s = ends[i - 1];
      } else if (matches_[0].duration_s && *matches_[0].duration_s > 0.0) {
        epoch.start_s = ends[0] - *matches_[0].duration_s;
      } else if (ends.size() > 1) {
        epoch.start_s = ends[0] - (ends[1] - ends[0]);
        log_.notes.push_back(
            "when the first epoch began is not in the log; it is taken to be as long as the "
            "second");
      } else {
        return error(
            first.line,
            "one epoch alone, and the log does not say when it began; add (?P<duration>...)");
      }
      log_.epochs.push_back(epoch);
    }
    return std::move(log_);
  }

 private:
  std::optional<double> end_of(const Match& match, const std::vector<double>& ends) const {
    switch (log_.clock) {
      case EpochLog::Clock::kUnix:
        return match.date_s;
      case EpochLog::Clock::kRun:
        return match.time_s;
      case EpochLog::Clock::kStack:
        break;
    }
    if (!match.duration_s) return std::nullopt;
    return (ends.empty() ? 0.0 : ends.back()) + *match.duration_s;
  }

  Error error(std::uint64_t line, std::string_view what) const {
    return Error{fmt::format("{}:{}: {}", file_, line, what)};
  }

  std::string file_;
  const Pattern& pattern_;
  std::vector<re2::StringPiece> groups_;
  std::vector<Match> matches_;
  EpochLog log_;
};

}  // namespace

Result<EpochLog> read_epoch_log(const std::filesystem::path& file, const std::string& pattern) {
  auto source = open_file(file);
  if (!source) return source.error();
  LineReader lines(std::move(*source));
  return read_epoch_log_lines(lines, pattern);
}

Result<EpochLog> read_epoch_log_lines(LineReader& lines, const std::string& text) {
  const Pattern pattern(text);
  if (Status status = pattern.check(); !status) return status.error();
  LogReader reader(lines.name(), pattern);
  for (;;) {
    const auto step = lines.next();
    if (step == LineReader::Step::kError) return lines.error();
    if (step == LineReader::Step::kEnd) return reader.finish();
    std::string_view rest = lines.line();
    while (true) {
      const std::size_t end = rest.find('\r');
      if (Status status = reader.line(rest.substr(0, end), lines.line_number()); !status) {
        return status.error();
      }
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
}

}  // namespace joulecast::readers
