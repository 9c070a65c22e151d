#include "hardware/host_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace joulecast::hardware {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "joulecast.host/1";

Json measured_json(const Measured& measured) {
  return {{"median", measured.median}, {"spread", measured.spread}};
}

/// Reads members; the first that is not usable is remembered.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  const std::string& problem() const { return problem_; }

  std::string text(const char* name) {
    const Json& member = find(object_, name);
    if (member.is_string()) return member.get<std::string>();
    refuse(name, "is not a text");
    return {};
  }
  bool boolean(const char* name) {
    const Json& member = find(object_, name);
    if (member.is_boolean()) return member.get<bool>();
    refuse(name, "is not true or false");
    return false;
  }
  /// From `least` on.
  double number(const char* name, double least) { return number_of(object_, name, name, least); }
  Measured measured(const char* name) {
    const Json& member = find(object_, name);
    const Measured measured{.median = number_of(member, "median", name, 0.0),
                            .spread = number_of(member, "spread", name, 0.0)};
    if (problem_.empty() && measured.median == 0.0) refuse(name, "is 0");
    return measured;
  }
  bool has(const char* name) const { return !find(object_, name).is_null(); }

 private:
  static const Json& find(const Json& object, const char* name) {
    static const Json nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
  }
  double number_of(const Json& object, const char* name, const char* shown, double least) {
    const Json& member = find(object, name);
    const double number = member.is_number() ? member.get<double>() : std::nan("");
    if (std::isfinite(number) && number >= least) return number;
    refuse(shown, fmt::format("is not a number from {} on", least));
    return least;
  }
  void refuse(const char* name, const std::string& what) {
    if (problem_.empty()) problem_ = fmt::format("\"{}\" {}", name, what);
  }

  const Json& object_;
  std::string problem_;
};

}  // namespace

Json host_json(const HostSpeed& speed) {
  const bool python = speed.python_dispatch_us.has_value();
  return {{"schema", kSchema},
          {"host", speed.host},
          {"cpu", speed.cpu},
          {"date", speed.date},
          {"memory_gb", speed.memory_gb},
          {"cores", speed.cores},
          {"quick", speed.quick},
          {"quiet", check_quiet(speed).ok()},
          {"cpu_share", speed.cpu_share},
          {"dispatch_us", measured_json(speed.dispatch_us)},
          {"python_dispatch_us", python ? measured_json(*speed.python_dispatch_us) : Json(nullptr)},
          {"python_version", python ? Json(speed.python_version) : Json(nullptr)},
          {"decode_ns_per_pixel", measured_json(speed.decode_ns_per_pixel)},
          {"augment_ns_per_pixel", measured_json(speed.augment_ns_per_pixel)},
          {"images_per_s", images_per_s(speed)},
          {"all_cores_images_per_s", measured_json(speed.all_cores_images_per_s)},
          {"copy_gb_s", measured_json(speed.copy_gb_s)},
          {"triad_gb_s", measured_json(speed.triad_gb_s)},
          {"all_cores_copy_gb_s", measured_json(speed.all_cores_copy_gb_s)},
          {"all_cores_triad_gb_s", measured_json(speed.all_cores_triad_gb_s)},
          {"memory_arrays_mb", speed.memory_arrays_mb},
          {"last_level_cache_mb", speed.last_level_cache_mb},
          {"dispatch_relative", dispatch_relative(speed)},
          {"pipe_relative", pipe_relative(speed)}};
}

Result<HostSpeed> host_of(std::string_view json) {
  constexpr double kMostCores = 1e6;
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) return Error{"not a JSON object"};
  Members members(document);
  if (members.text("schema") != kSchema) {
    return Error{fmt::format("\"schema\" is not \"{}\"", kSchema)};
  }
  const double cores = members.number("cores", 1.0);
  HostSpeed speed{.host = members.text("host"),
                  .cpu = members.text("cpu"),
                  .date = members.text("date"),
                  .memory_gb = members.number("memory_gb", 0.0),
                  .cores = static_cast<int>(std::min(cores, kMostCores)),
                  .quick = members.boolean("quick"),
                  .cpu_share = members.number("cpu_share", 0.0),
                  .dispatch_us = members.measured("dispatch_us"),
                  .python_dispatch_us = std::nullopt,
                  .python_version = {},
                  .decode_ns_per_pixel = members.measured("decode_ns_per_pixel"),
                  .augment_ns_per_pixel = members.measured("augment_ns_per_pixel"),
                  .all_cores_images_per_s = members.measured("all_cores_images_per_s"),
                  .copy_gb_s = members.measured("copy_gb_s"),
                  .triad_gb_s = members.measured("triad_gb_s"),
                  .all_cores_copy_gb_s = members.measured("all_cores_copy_gb_s"),
                  .all_cores_triad_gb_s = members.measured("all_cores_triad_gb_s"),
                  .memory_arrays_mb = members.number("memory_arrays_mb", 0.0),
                  .last_level_cache_mb = members.number("last_level_cache_mb", 0.0)};
  if (members.has("python_dispatch_us")) {
    speed.python_dispatch_us = members.measured("python_dispatch_us");
    speed.python_version = members.text("python_version");
  }
  if (!members.problem().empty()) return Error{members.problem()};
  return speed;
}

Status save_host_speed(const HostSpeed& speed, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::trunc);
  file << host_json(speed).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  file.close();
  if (!file) {
    return Error{
        fmt::format("{}: cannot be written; check the folder and its permissions", path.string())};
  }
  return {};
}

Result<std::optional<HostSpeed>> stored_host_speed(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::optional<HostSpeed>();
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return Error{fmt::format("{}: cannot be read; check its permissions", path.string())};
  }
  auto speed = host_of(text.str());
  if (!speed) {
    return Error{fmt::format("{}: {}; make it anew with joulecast calibrate host", path.string(),
                             speed.error().message)};
  }
  return std::optional(std::move(speed).value());
}

}  // namespace joulecast::hardware
