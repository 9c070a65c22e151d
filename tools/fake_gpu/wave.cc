#include "wave.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/csv.h"
#include "base/text.h"
#include "settings.h"

namespace joulecast::fake {
namespace {

Error bad_wave(std::string_view text) {
  return Error{quoted(text) + " is not a list of watts*seconds: write it as 300W*0.7s,80W*0.3s"};
}

Result<std::vector<std::size_t>> power_columns(const CsvReader& table) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const std::string& name = table.header()[i];
    if (name.starts_with("power") && name.ends_with("_w")) columns.push_back(i);
  }
  if (columns.empty()) return Error{table.lines().name() + ": no column power_w or power_*_w"};
  return columns;
}

}  // namespace

Result<Wave> Wave::parse(std::string_view text) {
  Wave wave;
  wave.repeats_ = true;
  double time_s = 0.0;
  for (const std::string_view piece : split(text, ',')) {
    const std::size_t star = piece.find('*');
    if (star == std::string_view::npos) return bad_wave(text);
    const auto power_w = parse_with_unit(piece.substr(0, star), kPowerUnits);
    const auto duration_s = parse_with_unit(piece.substr(star + 1), kTimeUnits);
    if (!power_w || !duration_s || *duration_s <= 0.0) return bad_wave(text);
    wave.add(time_s, *power_w);
    time_s += *duration_s;
    wave.add(time_s, *power_w);
  }
  if (wave.knots_.empty()) return bad_wave(text);
  return wave;
}

Result<std::vector<Wave>> Wave::read(const std::filesystem::path& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  auto file = open_file(folder ? path / "samples.csv" : path);
  if (!file) return file.error();
  auto table = CsvReader::open(LineReader(std::move(*file)));
  if (!table) return table.error();
  const auto time_column = table->need_column("time_s");
  if (!time_column) return time_column.error();
  const auto columns = power_columns(*table);
  if (!columns) return columns.error();

  std::vector<Wave> waves(columns->size());
  LineReader::Step step = table->next();
  for (; step == LineReader::Step::kLine && table->complete(); step = table->next()) {
    const auto time_s = table->number(*time_column);
    if (!time_s) return time_s.error();
    for (std::size_t i = 0; i < waves.size(); ++i) {
      const auto power_w = table->number((*columns)[i]);
      if (!power_w) return power_w.error();
      if (!waves[i].knots_.empty() && *time_s < waves[i].knots_.back().time_s) {
        return table->lines().error_at(0, "time_s goes backwards");
      }
      waves[i].add(*time_s, *power_w);
    }
  }
  if (step == LineReader::Step::kError) return table->error();
  if (waves.front().knots_.empty()) return Error{table->lines().name() + ": no samples"};
  return waves;
}

void Wave::add(double time_s, double power_w) {
  double energy_j = 0.0;
  if (!knots_.empty()) {
    const Knot& last = knots_.back();
    energy_j = last.energy_j + 0.5 * (last.power_w + power_w) * (time_s - last.time_s);
  }
  knots_.push_back({time_s, power_w, energy_j});
}

double Wave::power_w(double time_s) const {
  if (repeats_) time_s -= std::floor(time_s / length_s()) * length_s();
  const auto after = std::upper_bound(knots_.begin(), knots_.end(), time_s,
                                      [](double t, const Knot& knot) { return t < knot.time_s; });
  if (after == knots_.begin()) return knots_.front().power_w;
  if (after == knots_.end()) return knots_.back().power_w;
  const Knot& before = *(after - 1);
  const double share = (time_s - before.time_s) / (after->time_s - before.time_s);
  return before.power_w + share * (after->power_w - before.power_w);
}

double Wave::energy_within_j(double time_s) const {
  const auto after = std::upper_bound(knots_.begin(), knots_.end(), time_s,
                                      [](double t, const Knot& knot) { return t < knot.time_s; });
  if (after == knots_.begin()) return knots_.front().power_w * (time_s - knots_.front().time_s);
  const Knot& before = *(after - 1);
  const double since_s = time_s - before.time_s;
  if (after == knots_.end()) return before.energy_j + before.power_w * since_s;
  const double slope = (after->power_w - before.power_w) / (after->time_s - before.time_s);
  return before.energy_j + (before.power_w + 0.5 * slope * since_s) * since_s;
}

double Wave::energy_since_first_j(double time_s) const {
  if (!repeats_) return energy_within_j(time_s);
  const double rounds = std::floor(time_s / length_s());
  return rounds * knots_.back().energy_j + energy_within_j(time_s - rounds * length_s());
}

double Wave::energy_j(double from_s, double to_s) const {
  return energy_since_first_j(to_s) - energy_since_first_j(from_s);
}

double Wave::mean_w(double end_s, double window_s) const {
  if (window_s <= 0.0) return power_w(end_s);
  return energy_j(end_s - window_s, end_s) / window_s;
}

}  // namespace joulecast::fake
