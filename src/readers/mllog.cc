#include "readers/mllog.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace joulecast::readers {
namespace {

using nlohmann::json;

constexpr std::string_view kMark = ":::MLLOG ";
// As many as a time of the year 30 000 has.
constexpr double kLatestMs = 1e15;

std::optional<double> finite_number(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

bool is_mllog_line(std::string_view line) {
  const auto mark = line.find(kMark);
  return mark != std::string_view::npos && trim(line.substr(mark + kMark.size())).starts_with('{');
}

std::optional<MlEvent> parse_mllog(std::string_view line, std::uint64_t line_number) {
  const auto mark = line.find(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view text = line.substr(mark + kMark.size());
  const json object = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  const auto time_ms = finite_number(object, "time_ms");
  const auto key = object.find("key");
  if (!time_ms || std::fabs(*time_ms) > kLatestMs || key == object.end() || !key->is_string()) {
    return std::nullopt;
  }
  MlEvent event;
  event.line = line_number;
  event.time_ms = *time_ms;
  event.key = key->get_ref<const std::string&>();
  event.value = finite_number(object, "value");
  if (const auto metadata = object.find("metadata");
      metadata != object.end() && metadata->is_object()) {
    event.epoch_num = finite_number(*metadata, "epoch_num");
    event.samples_count = finite_number(*metadata, "samples_count");
  }
  const std::string_view prefix = trim(line.substr(0, mark));
  if (prefix.ends_with(':')) event.rank = parse_integer(prefix.substr(0, prefix.size() - 1));
  return event;
}

}  // namespace joulecast::readers
