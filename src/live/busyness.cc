#include "live/busyness.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulecast::live {
namespace {

constexpr std::size_t kMostTold = 20;

}  // namespace

std::vector<std::string> Busyness::add(const measure::Telemetry& look) {
  utilisation_ = look.utilisation;
  if (look.utilisation) {
    sum_ += *look.utilisation;
    ++looks_;
  }
  if (look.memory_used) {
    most_memory_bytes_ = std::max(most_memory_bytes_.value_or(0.0), look.memory_used->value());
  }
  if (look.temperature_c) {
    hottest_c_ = std::max(hottest_c_.value_or(*look.temperature_c), *look.temperature_c);
  }
  std::vector<std::string> news;
  const auto tell = [&](const std::string& text) {
    if (told_.size() < kMostTold && told_.insert(text).second) news.push_back(text);
  };
  for (const std::string& reason : look.throttle_reasons) tell("throttled: " + reason);
  for (const std::string& process : look.other_processes) {
    const bool visible = process.find("not visible") == std::string::npos;
    tell(fmt::format("process {} is on it too{}; its energy counts here", process,
                     visible ? " and is not this training's" : ", whose it is cannot be seen"));
  }
  return news;
}

std::string Busyness::text() const {
  constexpr double kPercent = 100.0;
  constexpr double kGigabyte = 1e9;
  std::string text;
  const auto add = [&text](const std::string& part) { text += text.empty() ? part : ", " + part; };
  if (looks_ > 0) {
    add(fmt::format("{:.3g} % busy on average", kPercent * sum_ / static_cast<double>(looks_)));
  }
  if (most_memory_bytes_) {
    add(fmt::format("at most {:.3g} GB of its memory used", *most_memory_bytes_ / kGigabyte));
  }
  if (hottest_c_) add(fmt::format("at most {:.3g} degrees Celsius", *hottest_c_));
  return text;
}

}  // namespace joulecast::live
