#include "report/estimate_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/carbon.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
constexpr std::size_t kEnergyColumns = 30;

std::string setting_text(const pre::ComparedSetUp& row, const std::string& setting) {
  const pre::SetUp& set_up = row.estimate.set_up;
  if (setting == "network") return row.estimate.network->name;
  if (setting == "gpu") return row.estimate.gpu.name;
  if (setting == "gpus") return std::to_string(set_up.gpus);
  if (setting == "batch_size") return std::to_string(set_up.batch_size);
  if (setting == "image_size") return fmt::format("{}x{}", set_up.image_height, set_up.image_width);
  if (setting == "precision") return std::string(network::to_string(set_up.precision));
  if (setting == "optimizer") return std::string(to_string(set_up.optimizer));
  return set_up.power_limit ? fmt::format("{:.4g} W", set_up.power_limit->value()) : "TDP";
}

std::string described(const pre::ComparedSetUp& row, const std::vector<std::string>& varied) {
  std::string text;
  for (const std::string& setting : varied) {
    std::string name = setting;
    std::replace(name.begin(), name.end(), '_', ' ');
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, setting_text(row, setting));
  }
  return text;
}

std::vector<std::size_t> widths(const EstimateComparisonReport& report) {
  std::vector<std::size_t> all;
  for (const std::string& setting : report.varied) {
    std::size_t width = setting.size();
    for (const auto& row : report.comparison.rows) {
      width = std::max(width, setting_text(row, setting).size());
    }
    all.push_back(width + 2);
  }
  return all;
}

std::string head_line(const EstimateComparisonReport& report,
                      const std::vector<std::size_t>& columns, const Terminal& terminal) {
  std::string line = "  ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string name = report.varied[i];
    std::replace(name.begin(), name.end(), '_', ' ');
    line += fmt::format("{:<{}}", name, columns[i]);
  }
  line +=
      fmt::format("{:<{}}{:>14}{:>10}{:>11}", "energy", kEnergyColumns, "time", "power", "memory");
  return terminal.dim(line) + "\n";
}

std::string row_line(const EstimateComparisonReport& report,
                     const std::vector<std::size_t>& columns, const pre::ComparedSetUp& row,
                     const Terminal& terminal) {
  const char* mark = terminal.unicode ? "●" : "*";
  std::string line = row.pareto_best ? fmt::format("{} ", mark) : "  ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    line += fmt::format("{:<{}}", setting_text(row, report.varied[i]), columns[i]);
  }
  const Forecast& total = row.estimate.total;
  line += fmt::format("{:<{}}{:>14}{:>10}{:>8.1f} GB", estimate_text(total.energy, terminal),
                      kEnergyColumns, to_text(total.duration->value), to_text(total.power->value),
                      row.estimate.memory.total() / kBytesPerGib);
  if (!row.estimate.out_of_range.empty()) line += "  outside";
  if (!row.estimate.memory.fits()) return terminal.dim(line + "  does not fit") + "\n";
  return line + "\n";
}

// ", 12 % less energy and 4.1 % more time than the fastest"
std::string against_fastest(const Forecast& one, const Forecast& fastest) {
  constexpr double kPercent = 100.0;
  const double energy = kPercent * (one.energy->value / fastest.energy->value - 1.0);
  const double time = kPercent * (one.duration->value / fastest.duration->value - 1.0);
  const auto percent = [](double value) {
    constexpr double kWhole = 9.5;
    return value < kWhole ? fmt::format("{:.2g} %", value) : fmt::format("{:.0f} %", value);
  };
  return fmt::format(", {} {} energy and {} more time than the fastest", percent(std::abs(energy)),
                     energy <= 0.0 ? "less" : "more", percent(time));
}

std::string advice(const EstimateComparisonReport& report) {
  const pre::Comparison& all = report.comparison;
  if (!all.fastest || !all.least_energy) return "nothing here fits into its GPU's memory\n";
  const Forecast& fastest = all.rows[*all.fastest].estimate.total;
  const auto line = [&](const std::string& what, std::size_t index) {
    const pre::ComparedSetUp& row = all.rows[index];
    const Forecast& total = row.estimate.total;
    return fmt::format("{:<16} {}: {} in {}{}\n", what, described(row, report.varied),
                       to_text(total.energy->value), to_text(total.duration->value),
                       index == *all.fastest ? std::string() : against_fastest(total, fastest));
  };
  std::string text = line("least energy", *all.least_energy) + line("fastest", *all.fastest);
  if (all.least_within) {
    text += line(fmt::format("within {:.3g} %", 100.0 * report.slower), *all.least_within);
  }
  return text;
}

Json row_json(const EstimateComparisonReport& report, const pre::ComparedSetUp& row) {
  const Forecast& total = row.estimate.total;
  const auto& energy = *total.energy;
  const pre::SetUp& set_up = row.estimate.set_up;
  return {{"network", row.estimate.network->name},
          {"gpu", row.estimate.gpu.name},
          {"gpus", set_up.gpus},
          {"batch_size", set_up.batch_size},
          {"image_height", set_up.image_height > 0 ? Json(set_up.image_height) : Json(nullptr)},
          {"image_width", set_up.image_width > 0 ? Json(set_up.image_width) : Json(nullptr)},
          {"precision", network::to_string(set_up.precision)},
          {"optimizer", to_string(set_up.optimizer)},
          {"power_limit_w", json_number(set_up.power_limit)},
          {"energy_j", json_number(energy.value.value())},
          {"energy_low_j", json_number(energy.low)},
          {"energy_high_j", json_number(energy.high)},
          {"duration_s", json_number(total.duration->value.value())},
          {"power_w", json_number(total.power->value.value())},
          {"g_co2e", json_number(carbon::footprint(energy.value, report.rates).g_co2e)},
          {"memory_bytes", json_number(row.estimate.memory.total())},
          {"fits", row.estimate.memory.fits()},
          {"pareto_best", row.pareto_best},
          {"outside", row.estimate.out_of_range.size()}};
}

Json index_json(const std::optional<std::size_t>& index) {
  return index ? Json(*index) : Json(nullptr);
}

}  // namespace

Json estimate_comparison_json(const EstimateComparisonReport& report) {
  Json rows = Json::array();
  for (const auto& row : report.comparison.rows) rows.push_back(row_json(report, row));
  return {{"schema", "joulecast.estimates/1"},
          {"estimator", report.estimator},
          {"varied", report.varied},
          {"rows", std::move(rows)},
          {"least_energy", index_json(report.comparison.least_energy)},
          {"fastest", index_json(report.comparison.fastest)},
          {"slower", report.slower},
          {"least_within", index_json(report.comparison.least_within)},
          {"left_out", report.comparison.left_out}};
}

std::string estimate_comparison_text(const EstimateComparisonReport& report, std::size_t rows,
                                     const Terminal& terminal) {
  const auto& all = report.comparison.rows;
  const std::size_t shown = rows == 0 ? all.size() : std::min(rows, all.size());
  const auto columns = widths(report);
  std::string text = head_line(report, columns, terminal);
  for (std::size_t i = 0; i < shown; ++i) text += row_line(report, columns, all[i], terminal);
  if (shown < all.size()) {
    text +=
        terminal.dim(fmt::format("  ... and {} more; --rows 0 shows all\n", all.size() - shown));
  }
  text += fmt::format("\n{} no other takes less energy in no more time\n",
                      terminal.unicode ? "●" : "*");
  const bool outside = std::any_of(all.begin(), all.end(), [](const pre::ComparedSetUp& row) {
    return !row.estimate.out_of_range.empty();
  });
  if (outside) text += "outside          beyond what the estimator was fitted on: trust it less\n";
  text += advice(report);
  if (!report.comparison.left_out.empty()) {
    text += fmt::format("left out         {}: {}\n", report.comparison.left_out.size(),
                        printable(report.comparison.left_out.front()));
  }
  return text + fmt::format("estimator        {}\n", printable(report.estimator));
}

}  // namespace joulecast::report
