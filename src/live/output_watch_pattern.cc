#include "live/output_watch_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace joulecast::live {
namespace {

// Those of read_epoch_log(), of which live output needs neither time nor duration, and three more.
constexpr std::array<std::string_view, 12> kGroups = {
    "epoch", "epochs_total", "step",   "steps_total", "loss", "val_loss",
    "steps", "samples",      "tokens", "accuracy",    "time", "duration"};

class UserPattern : public Recogniser {
 public:
  UserPattern(const std::string& text, const RE2::Options& options) : regex_(text, options) {}

  Status check() {
    if (regex_.pattern().empty())
      return Error{"the epoch pattern is empty and would match every line"};
    if (!regex_.ok())
      return Error{fmt::format("the epoch pattern cannot be used: {}", regex_.error())};
    for (const auto& [name, index] : regex_.NamedCapturingGroups()) {
      if (std::find(kGroups.begin(), kGroups.end(), name) != kGroups.end()) continue;
      const auto near = nearest(name, kGroups);
      return Error{fmt::format(
          "the epoch pattern has a group {}{}; the groups are: {}", quoted(name),
          near ? fmt::format(" (did you mean {}?)", quoted(*near)) : "", fmt::join(kGroups, ", "))};
    }
    groups_.resize(static_cast<std::size_t>(regex_.NumberOfCapturingGroups()) + 1);
    return {};
  }

  std::optional<Sighting> look(std::string_view line) override {
    if (!regex_.Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED,
                      groups_.data(), static_cast<int>(groups_.size()))) {
      return std::nullopt;
    }
    Sighting seen;
    seen.epoch = count("epoch");
    if (!seen.epoch && group("epoch")) return std::nullopt;  // "Epoch: none"
    seen.epochs_total = count("epochs_total");
    seen.step = count("step");
    seen.steps_total = count("steps_total");
    seen.loss = number("loss");
    seen.validation_loss = number("val_loss");
    seen.accuracy = number("accuracy");
    seen.steps = number("steps");
    seen.samples = number("samples");
    seen.tokens = number("tokens");
    if (seen.step) {
      seen.steps_of_run = !seen.epoch;
      seen.ends = seen.epoch && seen.step == seen.steps_total;
      return seen;
    }
    if (!seen.epoch) seen.epoch = matches_ + 1;
    matches_ = *seen.epoch;
    seen.ends = seen.at_once = true;
    return seen;
  }

 private:
  std::optional<std::string_view> group(const char* name) const {
    const auto& names = regex_.NamedCapturingGroups();
    const auto found = names.find(name);
    // As in read_epoch_log(), an unnamed group is the epoch's number.
    const bool unnamed = names.empty() && groups_.size() > 1 && std::string_view(name) == "epoch";
    if (found == names.end() && !unnamed) return std::nullopt;
    const auto& text = groups_[unnamed ? 1 : static_cast<std::size_t>(found->second)];
    if (text.data() == nullptr) return std::nullopt;
    return std::string_view(text.data(), text.size());
  }
  std::optional<std::int64_t> count(const char* name) const {
    const auto text = group(name);
    const auto value = text ? parse_integer(*text) : std::nullopt;
    constexpr std::int64_t kMost = 1'000'000'000'000;
    return value && *value >= 0 && *value <= kMost ? value : std::nullopt;
  }
  std::optional<double> number(const char* name) const {
    const auto text = group(name);
    const auto value = text ? parse_number(*text) : std::nullopt;
    return value && std::isfinite(*value) ? value : std::nullopt;
  }

  RE2 regex_;
  std::vector<re2::StringPiece> groups_;
  std::int64_t matches_ = 0;
};

}  // namespace

Result<std::unique_ptr<Recogniser>> pattern_recogniser(const std::string& pattern) {
  constexpr std::int64_t kMemory = std::int64_t{2} << 20;
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMemory);
  auto made = std::make_unique<UserPattern>(pattern, options);
  if (Status status = made->check(); !status) return status.error();
  return std::unique_ptr<Recogniser>(std::move(made));
}

}  // namespace joulecast::live
