#include "joulecast/carbon/live.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "carbon/http_get.h"
#include "carbon/live_answers.h"

namespace joulecast::carbon {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kElectricityMaps = "electricitymaps";
constexpr std::string_view kCarbonIntensity = "carbonintensity";
constexpr std::array kProviders = {kElectricityMaps, kCarbonIntensity};

// An object's member, or null where there is none or no object.
const Json& member(const Json& json, const char* name) {
  static const Json none;
  if (!json.is_object()) return none;
  const auto found = json.find(name);
  return found == json.end() ? none : *found;
}

std::string short_text(const Json& json) {
  constexpr std::size_t kLongest = 40;
  return json.is_string() ? printable(json.get_ref<const std::string&>().substr(0, kLongest)) : "";
}

Result<Intensity> make_intensity(const Json& grams, const std::string& place,
                                 const std::string& time, const std::string& source) {
  constexpr double kMostGPerKwh = 5000.0;
  const double g_per_kwh = grams.is_number() ? grams.get<double>() : std::nan("");
  if (!(g_per_kwh >= 0.0 && g_per_kwh <= kMostGPerKwh)) {
    return Error{"the answer has no carbon intensity in it"};
  }
  return Intensity{.g_per_kwh = g_per_kwh,
                   .place = place,
                   .year = static_cast<int>(parse_integer(time.substr(0, 4)).value_or(0)),
                   .source = fmt::format("{}, {}", source, time.empty() ? "now" : time),
                   .origin = Origin::kReported};
}

bool plain(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           also.find(c) != std::string_view::npos;
  });
}

Result<Intensity> ask_electricitymaps(const LiveOptions& options, HttpRequest request) {
  if (options.zone.empty() || !plain(options.zone, "-_")) {
    return Error{fmt::format("electricitymaps needs a zone such as ES or US-CAL-CISO, not {}",
                             quoted(options.zone))};
  }
  if (options.token.empty()) {
    return Error{"electricitymaps needs a token; set ELECTRICITYMAPS_TOKEN"};
  }
  if (!plain(options.token, "-_.~+/=")) {
    return Error{"ELECTRICITYMAPS_TOKEN holds characters that no token has"};
  }
  request.url += "/v3/carbon-intensity/latest?zone=" + options.zone;
  request.header = "auth-token: " + options.token;
  const auto body = http_get(request);
  if (!body) return body.error();
  return parse_electricitymaps(*body);
}

Result<Intensity> ask_carbonintensity(const LiveOptions& options, HttpRequest request) {
  if (!options.zone.empty() && options.zone != "GB") {
    return Error{fmt::format("carbonintensity knows Great Britain (GB) alone, not {}",
                             quoted(options.zone))};
  }
  request.url += "/intensity";
  const auto body = http_get(request);
  if (!body) return body.error();
  return parse_carbonintensity(*body);
}

}  // namespace

Result<Intensity> parse_electricitymaps(std::string_view body) {
  const Json answer = Json::parse(body, nullptr, false);
  const Json& estimated = member(answer, "isEstimated");
  return make_intensity(
      member(answer, "carbonIntensity"), "zone " + short_text(member(answer, "zone")),
      short_text(member(answer, "datetime")),
      estimated.is_boolean() && estimated.get<bool>() ? "Electricity Maps, estimated"
                                                      : "Electricity Maps");
}

Result<Intensity> parse_carbonintensity(std::string_view body) {
  const Json answer = Json::parse(body, nullptr, false);
  const Json& data = member(answer, "data");
  const Json now = data.is_array() && !data.empty() ? data.front() : Json();
  const Json& intensity = member(now, "intensity");
  const bool measured = member(intensity, "actual").is_number();
  return make_intensity(member(intensity, measured ? "actual" : "forecast"), "Great Britain",
                        short_text(member(now, "from")),
                        measured ? "carbonintensity.org.uk" : "carbonintensity.org.uk, forecast");
}

std::span<const std::string_view> live_providers() { return kProviders; }

Result<Intensity> fetch_intensity(std::string_view provider, const LiveOptions& options) {
  const bool maps = provider == kElectricityMaps;
  if (!maps && provider != kCarbonIntensity) {
    return Error{fmt::format("there is no live provider {}; choose one of {}", quoted(provider),
                             fmt::join(kProviders, ", "))};
  }
  HttpRequest request;
  request.timeout = options.timeout;
  request.url = options.base_url;
  if (request.url.empty()) {
    request.url = maps ? "https://api.electricitymaps.com" : "https://api.carbonintensity.org.uk";
  }
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) {
    return Error{"the provider's address must begin with http:// or https://"};
  }
  auto answer =
      maps ? ask_electricitymaps(options, request) : ask_carbonintensity(options, request);
  if (!answer) return Error{fmt::format("{}: {}", provider, answer.error().message)};
  return answer;
}

}  // namespace joulecast::carbon
