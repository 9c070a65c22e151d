#include "joulecast/measure/calibration.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace joulecast::measure {
namespace {

constexpr std::string_view kFormat = "joulecast-wall-calibration";
constexpr std::string_view kVersion = "1";
// Mean powers must spread by this part of their mean for a slope to mean anything.
constexpr double kLeastSpread = 0.02;

std::optional<Error> unusable(const WallReading& reading, std::size_t number) {
  const double values[] = {reading.duration.value(), reading.sensor.value(), reading.wall.value()};
  for (const double value : values) {
    if (!std::isfinite(value) || value <= 0.0) {
      return Error{fmt::format("stretch {}: {} is not a duration or energy above 0; leave it out",
                               number, value)};
    }
  }
  return std::nullopt;
}

Result<WallCalibration> checked(const WallCalibration& calibration) {
  if (!std::isfinite(calibration.c0.value()) || calibration.c0.value() < 0.0) {
    return Error{
        fmt::format("c0 = {:.2f} W: a host cannot draw less than nothing beside what its "
                    "sensors see; measure longer stretches, idle and loaded",
                    calibration.c0.value())};
  }
  if (!std::isfinite(calibration.c1) || calibration.c1 <= 0.0) {
    return Error{
        fmt::format("c1 = {:.3f}: the wall must draw more when the sensors read more; check "
                    "that both were read over the same stretches",
                    calibration.c1)};
  }
  return calibration;
}

}  // namespace

Result<WallCalibration> fit_wall_calibration(std::span<const WallReading> readings) {
  if (readings.size() < 2) {
    return Error{fmt::format(
        "{} stretch(es) of wall readings; at least two are needed, one idle and one loaded",
        readings.size())};
  }
  double weight = 0.0;
  double sensor_mean_w = 0.0;
  double wall_mean_w = 0.0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (auto error = unusable(readings[i], i + 1)) {
      return *error;
    }
    weight += readings[i].duration.value();
    sensor_mean_w += readings[i].sensor.value();
    wall_mean_w += readings[i].wall.value();
  }
  sensor_mean_w /= weight;
  wall_mean_w /= weight;
  double sensor_sum = 0.0;
  double both_sum = 0.0;
  for (const auto& reading : readings) {
    const double sensor_w = (reading.sensor / reading.duration).value() - sensor_mean_w;
    const double wall_w = (reading.wall / reading.duration).value() - wall_mean_w;
    sensor_sum += reading.duration.value() * sensor_w * sensor_w;
    both_sum += reading.duration.value() * sensor_w * wall_w;
  }
  if (std::sqrt(sensor_sum / weight) < kLeastSpread * sensor_mean_w) {
    return Error{
        fmt::format("all stretches have about the same sensor power ({:.0f} W); add one at "
                    "another load, for example idle",
                    sensor_mean_w)};
  }
  const double c1 = both_sum / sensor_sum;
  return checked({.c0 = Watts(wall_mean_w - c1 * sensor_mean_w),
                  .c1 = c1,
                  .text = fmt::format("{} stretches, {:.0f} s", readings.size(), weight)});
}

Status save_wall_calibration(const WallCalibration& calibration,
                             const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::trunc);
  file << fmt::format("{} {}\nc0_w {}\nc1 {}\ntext {}\n", kFormat, kVersion, calibration.c0.value(),
                      calibration.c1, printable(calibration.text));
  file.close();
  if (!file) {
    return Error{
        fmt::format("{}: cannot be written; check the folder and its permissions", path.string())};
  }
  return {};
}

Result<WallCalibration> load_wall_calibration(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) {
    return Error{
        fmt::format("{}: cannot be read; make it with joulecast calibrate", path.string())};
  }
  std::optional<double> c0_w;
  std::optional<double> c1;
  std::string text;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string_view whole = trim(line);
    const auto blank = whole.find(' ');
    const std::string_view key = whole.substr(0, blank);
    const std::string_view value =
        blank == std::string_view::npos ? std::string_view() : trim(whole.substr(blank));
    const bool known = number == 1 ? key == kFormat && value == kVersion
                                   : key.empty() || key == "c0_w" || key == "c1" || key == "text";
    if (!known) {
      return Error{
          fmt::format("{}:{}: {} is not of a wall calibration of version {}; make it anew "
                      "with joulecast calibrate",
                      path.string(), number, quoted(whole), kVersion)};
    }
    if (key == "c0_w") {
      c0_w = parse_number(value);
    } else if (key == "c1") {
      c1 = parse_number(value);
    } else if (key == "text") {
      text = value;
    }
  }
  if (!c0_w || !c1) {
    return Error{
        fmt::format("{}: {} is missing or not a number; make it anew with joulecast "
                    "calibrate",
                    path.string(), c0_w ? "c1" : "c0_w")};
  }
  auto calibration = checked({.c0 = Watts(*c0_w), .c1 = *c1, .text = text});
  if (!calibration) {
    return Error{fmt::format("{}: {}", path.string(), calibration.error().message)};
  }
  return calibration;
}

}  // namespace joulecast::measure
