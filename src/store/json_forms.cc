#include "store/json_forms.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace joulecast::store {
namespace {

constexpr std::array kKinds = {DeviceKind::kGpu, DeviceKind::kCpu, DeviceKind::kRam,
                               DeviceKind::kNode};

template <typename Q>
void put_estimate(Json& json, const std::string& name, const std::string& unit,
                  const std::optional<Estimate<Q>>& estimate) {
  json[name + "_" + unit] = estimate ? json_number(estimate->value.value()) : Json(nullptr);
  json[name + "_low_" + unit] = estimate ? json_number(estimate->low) : Json(nullptr);
  json[name + "_high_" + unit] = estimate ? json_number(estimate->high) : Json(nullptr);
}

template <typename Q>
std::optional<Estimate<Q>> estimate_of(const Json& json, const std::string& name,
                                       const std::string& unit) {
  const auto bound = [&](const char* which) {
    const auto number = number_in(json, (name + which + unit).c_str());
    return number ? std::optional(Q(*number)) : std::nullopt;
  };
  const auto value = bound("_");
  if (!value) return std::nullopt;
  return Estimate<Q>{.value = *value, .low = bound("_low_"), .high = bound("_high_")};
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

Origin origin_named(const std::string& name) {
  const auto found = std::find(kOriginNames.begin(), kOriginNames.end(), name);
  return found == kOriginNames.end() ? Origin::kReported
                                     : static_cast<Origin>(found - kOriginNames.begin());
}

}  // namespace

std::string text_in(const Json& object, const char* key) {
  const Json* found = member(object, key);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<double> number_in(const Json& object, const char* key) {
  const Json* found = member(object, key);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<int> integer_in(const Json& object, const char* key) {
  const auto number = number_in(object, key);
  if (!number || std::abs(*number) > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*number);
}

std::int64_t count_in(const Json& object, const char* key) {
  constexpr double kMost = 9007199254740992.0;  // 2^53
  const double number = number_in(object, key).value_or(0.0);
  return std::abs(number) <= kMost ? static_cast<std::int64_t>(number) : 0;
}

double number_in_or(const Json& object, const char* key, double otherwise) {
  return number_in(object, key).value_or(otherwise);
}

const Json& list_in(const Json& object, const char* key) {
  static const Json none = Json::array();
  const Json* found = member(object, key);
  return found != nullptr && found->is_array() ? *found : none;
}

const Json& object_in(const Json& object, const char* key) {
  static const Json none = Json::object();
  const Json* found = member(object, key);
  return found != nullptr && found->is_object() ? *found : none;
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
  std::vector<std::string> texts;
  for (const Json& text : list_in(object, key)) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

Origin origin_in(const Json& object, const char* key) { return origin_named(text_in(object, key)); }

Json device_json(const Device& device) {
  return {{"id", device.id},         {"kind", to_string(device.kind)},
          {"name", device.name},     {"origin", to_string(device.origin)},
          {"source", device.source}, {"power_limit_w", json_number(device.power_limit)}};
}

Device device_of(const Json& json) {
  Device device;
  device.id = text_in(json, "id");
  const std::string kind = text_in(json, "kind");
  for (const DeviceKind each : kKinds) {
    if (kind == to_string(each)) device.kind = each;
  }
  device.name = text_in(json, "name");
  device.origin = origin_in(json, "origin");
  device.source = text_in(json, "source");
  if (const auto limit = number_in(json, "power_limit_w")) device.power_limit = Watts(*limit);
  return device;
}

Json origins_json(const std::vector<Origin>& origins) {
  Json names = Json::array();
  for (const Origin origin : origins) names.push_back(to_string(origin));
  return names;
}

Json forecast_json(const Forecast& forecast) {
  Json json = {{"epoch", forecast.epochs_seen},
               {"phase", forecast.phase.empty() ? Json(nullptr) : Json(forecast.phase)},
               {"stable", forecast.stable},
               {"method", forecast.method}};
  put_estimate(json, "energy", "j", forecast.energy);
  put_estimate(json, "duration", "s", forecast.duration);
  put_estimate(json, "power", "w", forecast.power);
  json["interval"] = forecast.coverage;
  json["interval_parts"] = Json::array();
  for (const IntervalPart& part : forecast.parts) {
    json["interval_parts"].push_back({{"cause", part.cause},
                                      {"energy_sd_j", json_number(part.energy.value())},
                                      {"duration_sd_s", json_number(part.duration.value())}});
  }
  json["notes"] = forecast.notes;
  json["provenance"] = {
      {"kind", "projection"}, {"origins", origins_json(forecast.origins)}, {"told", forecast.told}};
  return json;
}

Forecast forecast_of(const Json& json) {
  Forecast forecast;
  forecast.epochs_seen = count_in(json, "epoch");
  forecast.phase = text_in(json, "phase");
  const Json* stable = member(json, "stable");
  forecast.stable = stable != nullptr && stable->is_boolean() && stable->get<bool>();
  forecast.method = text_in(json, "method");
  forecast.energy = estimate_of<Joules>(json, "energy", "j");
  forecast.duration = estimate_of<Seconds>(json, "duration", "s");
  forecast.power = estimate_of<Watts>(json, "power", "w");
  forecast.coverage = number_in_or(json, "interval", forecast.coverage);
  for (const Json& part : list_in(json, "interval_parts")) {
    forecast.parts.push_back({.cause = text_in(part, "cause"),
                              .energy = Joules(number_in_or(part, "energy_sd_j", 0.0)),
                              .duration = Seconds(number_in_or(part, "duration_sd_s", 0.0))});
  }
  forecast.notes = texts_in(json, "notes");
  const Json& provenance = object_in(json, "provenance");
  for (const std::string& name : texts_in(provenance, "origins")) {
    forecast.origins.push_back(origin_named(name));
  }
  forecast.told = texts_in(provenance, "told");
  return forecast;
}

Json measured_json(const MeasuredEnergy& energy) {
  return {{"energy_j", json_number(energy.energy.value())},
          {"cut_error_j", json_number(energy.cut_error.value())},
          {"origin", to_string(energy.origin)},
          {"uncovered_s", json_number(energy.uncovered.value())}};
}

MeasuredEnergy measured_of(const Json& json) {
  return {.energy = Joules(number_in_or(json, "energy_j", 0.0)),
          .cut_error = Joules(number_in_or(json, "cut_error_j", 0.0)),
          .origin = origin_in(json, "origin"),
          .uncovered = Seconds(number_in_or(json, "uncovered_s", 0.0))};
}

}  // namespace joulecast::store
