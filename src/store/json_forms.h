// The JSON of what appears both in run folders and in the output of commands.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/measured.h"
#include "joulecast/run/run.h"

namespace joulecast::store {

using Json = nlohmann::ordered_json;

/// A number, or null where there is none.
inline Json json_number(std::optional<double> number) {
  return number && std::isfinite(*number) ? Json(*number) : Json(nullptr);
}
template <typename Unit>
Json json_number(const std::optional<Quantity<Unit>>& quantity) {
  return quantity ? json_number(quantity->value()) : Json(nullptr);
}

Json device_json(const Device& device);
Json origins_json(const std::vector<Origin>& origins);
Json forecast_json(const Forecast& forecast);
Json measured_json(const MeasuredEnergy& energy);

/// The same read back. What is missing or of another type is left at its default.
Device device_of(const Json& json);
Forecast forecast_of(const Json& json);
MeasuredEnergy measured_of(const Json& json);

/// A member of a JSON object, if it is there and of that type; numbers are finite.
std::string text_in(const Json& object, const char* key);
std::optional<double> number_in(const Json& object, const char* key);
std::optional<int> integer_in(const Json& object, const char* key);
std::int64_t count_in(const Json& object, const char* key);  ///< 0 where there is none.
double number_in_or(const Json& object, const char* key, double otherwise);
std::vector<std::string> texts_in(const Json& object, const char* key);
/// Never fails: an empty list where there is none.
const Json& list_in(const Json& object, const char* key);
const Json& object_in(const Json& object, const char* key);
/// The origin of that name; kReported where it is none.
Origin origin_in(const Json& object, const char* key);

}  // namespace joulecast::store
