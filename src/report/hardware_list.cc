// The catalogues as tables.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <numeric>

#include "report/hardware.h"

namespace joulecast::report {
namespace {

/// A column of the table of GPUs.
struct Column {
  std::string title;
  int rank = 0;       ///< The highest goes first where there is no room; 0 never does.
  bool right = true;  ///< Aligned, as numbers are.
  std::function<std::string(const hardware::Gpu&)> value;
};

std::string number(double value) { return fmt::format("{:.4g}", value); }

std::vector<Column> gpu_columns() {
  return {
      {"GPU", 0, false, [](const auto& gpu) { return gpu.name; }},
      {"architecture", 1, false, [](const auto& gpu) { return gpu.architecture; }},
      {"chip", 5, false, [](const auto& gpu) { return gpu.chip; }},
      {"year", 4, true, [](const auto& gpu) { return fmt::format("{}", gpu.year); }},
      {"units", 3, true, [](const auto& gpu) { return fmt::format("{}", gpu.units); }},
      {"GB", 0, true, [](const auto& gpu) { return number(gpu.memory_gb); }},
      {"memory", 2, false, [](const auto& gpu) { return gpu.memory_type; }},
      {"GB/s", 0, true, [](const auto& gpu) { return number(gpu.memory_bandwidth_gb_s); }},
      {"FP32", 0, true, [](const auto& gpu) { return number(gpu.fp32_tflops); }},
      {"tensor", 0, true,
       [](const auto& gpu) { return gpu.fp16_tflops ? number(*gpu.fp16_tflops) : "-"; }},
      {"TDP W", 0, true, [](const auto& gpu) { return number(gpu.tdp.value()); }},
  };
}

struct SizedColumn {
  Column column;
  std::size_t width = 0;
};

std::vector<SizedColumn> columns_that_fit(const std::vector<hardware::Gpu>& gpus,
                                          std::size_t width) {
  std::vector<SizedColumn> columns;
  for (Column& column : gpu_columns()) {
    std::size_t widest = column.title.size();
    for (const auto& gpu : gpus) widest = std::max(widest, column.value(gpu).size());
    columns.push_back({std::move(column), widest});
  }
  constexpr std::size_t kGap = 2;
  const auto total = [&columns] {
    return std::accumulate(columns.begin(), columns.end(), std::size_t{0},
                           [](std::size_t sum, const auto& one) { return sum + one.width + kGap; });
  };
  const auto by_rank = [](const auto& a, const auto& b) { return a.column.rank < b.column.rank; };
  while (total() > width + kGap) {
    const auto least_needed = std::max_element(columns.begin(), columns.end(), by_rank);
    if (least_needed->column.rank == 0) break;
    columns.erase(least_needed);
  }
  return columns;
}

std::string line_of(const std::vector<SizedColumn>& columns,
                    const std::function<std::string(const Column&)>& field) {
  std::string line;
  for (const auto& [column, width] : columns) {
    if (!line.empty()) line += "  ";
    line += column.right ? fmt::format("{:>{}}", field(column), width)
                         : fmt::format("{:<{}}", field(column), width);
  }
  return line;
}

std::string gpu_table(const std::vector<hardware::Gpu>& gpus, const Terminal& terminal) {
  const auto columns = columns_that_fit(gpus, terminal.width);
  std::string text =
      terminal.bold(line_of(columns, [](const Column& column) { return column.title; })) + "\n";
  for (const hardware::Gpu& gpu : gpus) {
    text += line_of(columns, [&gpu](const Column& column) { return column.value(gpu); }) + "\n";
  }
  return text + fmt::format(
                    "\n{} GPUs. Peaks in TFLOP/s, dense; tensor: FP16 with tensor cores.\n"
                    "'joulecast hardware NAME' shows all of one.\n",
                    gpus.size());
}

std::string cpu_table(const std::vector<hardware::Cpu>& cpus, const Terminal& terminal) {
  std::size_t width = 0;
  for (const hardware::Cpu& cpu : cpus) width = std::max(width, cpu.name.size());
  std::string text =
      terminal.bold(fmt::format("{:<{}}  {:>5}  {:>5}", "CPU", width, "cores", "TDP W")) + "\n";
  for (const hardware::Cpu& cpu : cpus) {
    text +=
        fmt::format("{:<{}}  {:>5}  {:>5}\n", cpu.name, width, cpu.cores, number(cpu.tdp.value()));
  }
  return text + fmt::format("\n{} CPUs; cores and watts of one package.\n", cpus.size());
}

}  // namespace

std::string hardware_list_text(const Hardware& hardware, const Terminal& terminal) {
  std::string text;
  if (!hardware.gpus.empty()) text += gpu_table(hardware.gpus, terminal);
  if (!hardware.cpus.empty()) {
    text += (text.empty() ? "" : "\n") + cpu_table(hardware.cpus, terminal);
  }
  return text;
}

}  // namespace joulecast::report
