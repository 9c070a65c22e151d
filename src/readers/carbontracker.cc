#include "readers/carbontracker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "readers/carbontracker_text.h"
#include "readers/epoch_table.h"

namespace joulecast::readers {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;
constexpr double kGreatestKwh = 1e12;
constexpr std::string_view kPower = "Average power usage (W) for ";
constexpr std::string_view kActual = "Actual consumption for ";
constexpr std::string_view kPredicted = "Predicted consumption for ";

// One epoch of the standard log.
struct Entry {
  std::uint64_t line = 0;
  std::int64_t number = 0;
  std::optional<double> duration_s, logged_unix_s;
  double power_w = 0.0;
  std::size_t components = 0;
  bool power_is_missing = false;
};

class StandardLog {
 public:
  explicit StandardLog(std::string file) : file_(std::move(file)) {}

  Status add(std::string_view line, std::uint64_t number) {
    if (!open_list_.empty()) return continue_list(line, number);
    const auto time = take_log_time(line);
    line = trim(line);
    if (line.starts_with("Epoch ") && line.ends_with(':')) {
      const auto epoch = parse_integer(line.substr(6, line.size() - 7));
      if (!epoch) return {};
      entries_.push_back({});
      entries_.back().line = number;
      entries_.back().number = *epoch;
    } else if (line.starts_with("Duration:")) {
      if (entries_.empty()) return {};
      const auto duration = parse_duration(line.substr(9));
      if (!duration) {
        return error(number, fmt::format("{} is not a duration like 0:01:23.45",
                                         quoted(trim(line.substr(9)))));
      }
      if (*duration <= 0.0) {
        return error(number, fmt::format("epoch {} has no length; delete it from the log",
                                         entries_.back().number));
      }
      entries_.back().duration_s = duration;
      entries_.back().logged_unix_s = time;
    } else if (line.starts_with(kPower)) {
      return add_power(line.substr(kPower.size()), number);
    }
    return {};
  }

  /// The log's epochs, one after the other.
  Result<std::vector<Epoch>> finish(ReadContext& context) const {
    std::vector<Epoch> epochs;
    for (const Entry& entry : entries_) {
      if (!entry.duration_s) {
        context.note(fmt::format("{}:{}: epoch {} has no duration and is left out", file_,
                                 entry.line, entry.number));
        continue;
      }
      Epoch epoch;
      epoch.number = entry.number;
      epoch.start_s = epochs.empty() ? 0.0 : epochs.back().end_s;
      epoch.end_s = epoch.start_s + *entry.duration_s;
      if (entry.components > 0 && !entry.power_is_missing) {
        epoch.energy = Joules(entry.power_w * *entry.duration_s);
      } else {
        context.note(fmt::format("{}:{}: epoch {} has no power for some component, so no energy",
                                 file_, entry.line, entry.number));
      }
      if (epochs.empty() && entry.logged_unix_s) {
        context.report.start_unix_s = *entry.logged_unix_s - *entry.duration_s;
      }
      if (Status status =
              append_epoch(epochs, std::move(epoch), fmt::format("{}:{}", file_, entry.line));
          !status) {
        return status.error();
      }
    }
    return epochs;
  }

 private:
  Error error(std::uint64_t line, std::string_view what) const {
    return Error{fmt::format("{}:{}: {}", file_, line, what)};
  }

  // "gpu: 71.5", "gpu: [71.5 70.2" (to be continued) or "cpu: None".
  Status add_power(std::string_view text, std::uint64_t line) {
    const auto colon = text.find(": ");
    if (entries_.empty() || colon == std::string_view::npos) return {};
    return take_powers(trim(text.substr(colon + 2)), line);
  }

  Status continue_list(std::string_view line, std::uint64_t number) {
    constexpr std::size_t kLongestList = 65536;
    std::string list = std::exchange(open_list_, {});
    if (list.size() > kLongestList) return error(number, "a list of powers never ends with ]");
    list += ' ';
    list += line;
    return take_powers(list, number);
  }

  Status take_powers(std::string_view text, std::uint64_t line) {
    if (text.starts_with('[') && text.find(']') == std::string_view::npos) {
      open_list_ = text;
      return {};
    }
    Entry& entry = entries_.back();
    ++entry.components;
    const std::string lower = to_lower(text);
    if (lower == "none" || lower == "nan" || lower == "[nan]") {
      entry.power_is_missing = true;
      return {};
    }
    const auto power = parse_powers(text);
    if (!power) {
      return error(line, fmt::format("{} is not a power in watts", quoted(text)));
    }
    entry.power_w += *power;
    return {};
  }

  std::string file_;
  std::vector<Entry> entries_;
  std::string open_list_;  // a list of powers that goes on in the next line
};

// The total, as the output log tells it.
class OutputLog {
 public:
  explicit OutputLog(std::string file) : file_(std::move(file)) {}

  Status add(std::string_view line, std::uint64_t number) {
    take_log_time(line);
    line = trim(line);
    if (const auto at = line.find(kActual); at != std::string_view::npos) {
      epochs_ = count(line.substr(at + kActual.size()));
      line_ = number;
      duration_s_.reset();
      energy_kwh_.reset();
      inside_ = true;
    } else if (const auto guess = line.find(kPredicted); guess != std::string_view::npos) {
      planned_ = count(line.substr(guess + kPredicted.size()));
      inside_ = false;
    } else if (inside_ && line.starts_with("Time:")) {
      duration_s_ = parse_duration(line.substr(5));
    } else if (inside_ && line.starts_with("Energy:")) {
      line = trim(line.substr(7));
      if (!line.ends_with("kWh")) {
        return Error{fmt::format("{}:{}: {} is not an energy in kWh", file_, number, quoted(line))};
      }
      energy_kwh_ = parse_number(line.substr(0, line.size() - 3));
      inside_ = false;
    }
    return {};
  }

  Result<std::vector<Epoch>> finish(ReadContext& context) const {
    if (!epochs_) {
      return Error{
          fmt::format("{}: there is no 'Actual consumption' in it; give the log that ends "
                      "in _carbontracker.log",
                      file_)};
    }
    const bool energy_is_true = energy_kwh_ && std::isfinite(*energy_kwh_) && *energy_kwh_ >= 0.0 &&
                                *energy_kwh_ <= kGreatestKwh;
    if (!duration_s_ || !energy_is_true) {
      return Error{
          fmt::format("{}:{}: no time and energy follow; is the log cut off?", file_, line_)};
    }
    Epoch block;
    block.number = *epochs_;
    block.end_s = *duration_s_;
    block.energy = Joules(*energy_kwh_ * kJoulesPerKwh);
    std::vector<Epoch> blocks;
    if (Status status = append_epoch(blocks, std::move(block), fmt::format("{}:{}", file_, line_));
        !status) {
      return status.error();
    }
    if (planned_) context.report.plan.total = static_cast<double>(*planned_);
    if (*epochs_ > 1) {
      context.note(
          fmt::format("this log has only the total of {} epochs: they are one block here; "
                      "the log that ends in _carbontracker.log has each epoch",
                      *epochs_));
    }
    context.note("the energy includes the data centre's factor (PUE) that Carbontracker applied");
    return blocks;
  }

 private:
  // The number at the front of "10 epoch(s):".
  static std::optional<std::int64_t> count(std::string_view text) {
    const auto number = parse_integer(text.substr(0, text.find(' ')));
    return number && *number > 0 ? number : std::nullopt;
  }

  std::string file_;
  std::optional<std::int64_t> epochs_, planned_;
  std::uint64_t line_ = 0;
  std::optional<double> duration_s_, energy_kwh_;
  bool inside_ = false;
};

template <typename Log>
Status read_log(Log log, Input& input, ReadContext& context) {
  LineReader& lines = input.lines;
  for (;;) {
    const auto step = lines.next();
    if (step == LineReader::Step::kError) return lines.error();
    if (step == LineReader::Step::kEnd) break;
    if (Status status = log.add(lines.line(), lines.line_number()); !status) return status;
  }
  const auto epochs = log.finish(context);
  if (!epochs) return epochs.error();
  if (epochs->empty()) {
    return Error{
        fmt::format("{}: there is no finished epoch in it; was epoch_end() called?", lines.name())};
  }
  for (const Epoch& epoch : *epochs) context.sink.epoch(epoch);
  context.report.rows = epochs->size();
  Progress(context.options).done();
  return {};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

bool recognises_carbontracker(std::string_view head) {
  return contains(head, " - carbontracker version ") || contains(head, kPower) ||
         contains(head, "CarbonTracker: ");
}

bool is_carbontracker_output(std::string_view head) {
  return contains(head, "CarbonTracker: ") && !contains(head, kPower);
}

Status read_carbontracker(Input& input, ReadContext& context) {
  const auto head = input.lines.peek();
  if (!head) return head.error();
  if (is_carbontracker_output(*head)) {
    return read_log(OutputLog(input.lines.name()), input, context);
  }
  return read_log(StandardLog(input.lines.name()), input, context);
}

}  // namespace joulecast::readers
