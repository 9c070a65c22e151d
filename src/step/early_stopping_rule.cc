// What a user says of early stopping.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "joulecast/step/early_stopping.h"

namespace joulecast::step {
namespace {

constexpr std::string_view kOption = "--early-stopping";
constexpr std::array<std::string_view, 7> kKeys{"patience", "metric", "mode", "min_delta",
                                                "target",   "max",    "every"};

Error wrong(std::string_view key, std::string_view value, std::string_view wanted) {
  return {fmt::format("{}: {}={} is not {}", kOption, key, quoted(value), wanted)};
}

Result<int> whole(std::string_view key, std::string_view value) {
  const auto number = parse_integer(value);
  if (!number || *number < 1 || *number > kMostEpochs) {
    return wrong(key, value, fmt::format("a whole number from 1 to {}", kMostEpochs));
  }
  return static_cast<int>(*number);
}

Result<double> finite(std::string_view key, std::string_view value) {
  const auto number = parse_number(value);
  if (!number || !std::isfinite(*number)) return wrong(key, value, "a number");
  return *number;
}

MetricMode usual_mode(std::string_view metric) {
  const std::string name = to_lower(metric);
  for (const char* good :
       {"acc", "auc", "f1", "map", "iou", "bleu", "precision", "recall", "r2", "score"}) {
    if (name.find(good) != std::string::npos) return MetricMode::kMax;
  }
  return MetricMode::kMin;
}

}  // namespace

Result<EarlyStoppingRule> parse_early_stopping(std::string_view text) {
  EarlyStoppingRule rule;
  std::optional<MetricMode> mode;
  std::array<bool, kKeys.size()> given{};
  while (true) {
    const auto comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) {
      return Error{
          fmt::format("{}: {} is not key=value; wanted for example patience=20,metric="
                      "val_loss,mode=min,max=150",
                      kOption, quoted(item))};
    }
    const std::string key = to_lower(trim(item.substr(0, equals)));
    const std::string_view value = trim(item.substr(equals + 1));
    const auto place = std::find(kKeys.begin(), kKeys.end(), key);
    if (place == kKeys.end()) {
      const auto near = nearest(key, kKeys);
      return Error{fmt::format("{}: no key {}{}; the keys are {}", kOption, quoted(key),
                               near ? fmt::format(" (did you mean {}?)", quoted(*near)) : "",
                               fmt::join(kKeys, ", "))};
    }
    bool& seen = given[static_cast<std::size_t>(place - kKeys.begin())];
    if (seen) return Error{fmt::format("{}: {} is given twice", kOption, key)};
    seen = true;
    if (key == "metric") {
      if (value.empty()) return wrong(key, value, "a metric's name");
      rule.metric = std::string(value);
    } else if (key == "mode") {
      const std::string word = to_lower(value);
      if (word != "min" && word != "max") return wrong(key, value, "min or max");
      mode = word == "min" ? MetricMode::kMin : MetricMode::kMax;
    } else if (key == "min_delta" || key == "target") {
      const auto number = finite(key, value);
      if (!number) return number.error();
      if (key == "target") {
        rule.target = *number;
      } else if (*number < 0.0) {
        return wrong(key, value, "0 or more");
      } else {
        rule.min_delta = *number;
      }
    } else {
      const auto number = whole(key, value);
      if (!number) return number.error();
      if (key == "patience") rule.patience = *number;
      if (key == "max") rule.max_epochs = *number;
      if (key == "every") rule.evaluate_every = *number;
    }
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (!rule.patience && !rule.target) {
    return Error{
        fmt::format("{}: neither patience nor target is given, so nothing would stop the "
                    "training early",
                    kOption)};
  }
  rule.mode = mode.value_or(usual_mode(rule.metric));
  return rule;
}

}  // namespace joulecast::step
