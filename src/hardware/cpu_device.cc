#include "joulecast/hardware/cpu_device.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <sstream>
#include <vector>

#include "base/text.h"

namespace joulecast::hardware {
namespace {

constexpr std::string_view kForm = "CPU 2 cores 2.5 GHz 64 FLOP 10 GB/s 8 W 24 GB";
constexpr std::array<std::string_view, 6> kUnits = {"cores", "ghz", "flop", "gb/s", "w", "gb"};
using Figures = std::array<double, kUnits.size()>;

double power_of_two(double value) { return std::exp2(std::round(std::log2(value))); }

double two_digits(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1.0);
  return std::round(value / unit) * unit;
}

std::vector<std::string> words_of(std::string_view name) {
  std::istringstream text{to_lower(name)};
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

std::optional<Figures> figures_of(const std::vector<std::string>& words) {
  if (words.size() != 1 + 2 * kUnits.size()) return std::nullopt;
  Figures figures{};
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto number = parse_number(words[1 + 2 * i]);
    constexpr double kMost = 1e6;
    if (!number || !(*number > 0.0) || *number > kMost || words[2 + 2 * i] != kUnits[i]) {
      return std::nullopt;
    }
    figures[i] = *number;
  }
  return figures;
}

}  // namespace

std::string name_of(const CpuDevice& cpu) {
  constexpr double kHalf = 0.5;
  const double clock_ghz = std::max(kHalf, std::round(cpu.clock_ghz / kHalf) * kHalf);
  return fmt::format("CPU {} cores {:g} GHz {} FLOP {:g} GB/s {:g} W {:g} GB", cpu.cores, clock_ghz,
                     cpu.flops_per_cycle, power_of_two(cpu.bandwidth_gb_s),
                     two_digits(cpu.full_load_w), power_of_two(cpu.memory_gb));
}

bool names_cpu(std::string_view name) {
  const auto words = words_of(name);
  return words.size() >= 2 && words.front() == "cpu" && parse_number(words[1]).has_value();
}

Result<Gpu> gpu_of_cpu(std::string_view name) {
  const auto figures = figures_of(words_of(name));
  if (!figures) {
    return Error{
        fmt::format("{} is no CPU's figures: write them like {}, or cpu for this machine's",
                    quoted(name), quoted(kForm))};
  }
  const auto [cores, clock_ghz, flops, bandwidth, watts, memory_gb] = *figures;
  constexpr int kBusBits = 64;
  constexpr double kBitsOfByte = 8.0, kMegahertz = 1000.0, kL2MbOfCore = 1.0, kSocketGbS = 20.0;
  Gpu gpu;
  gpu.name = fmt::format("CPU {:g} cores {:g} GHz {:g} FLOP {:g} GB/s {:g} W {:g} GB", cores,
                         clock_ghz, flops, bandwidth, watts, memory_gb);
  gpu.vendor = gpu.architecture = gpu.chip = "CPU";
  gpu.year = 2020;
  gpu.memory_gb = memory_gb;
  gpu.memory_type = "DDR";
  gpu.memory_bus_bits = kBusBits;
  gpu.memory_rate_gbps = bandwidth * kBitsOfByte / kBusBits;
  gpu.memory_bandwidth_gb_s = bandwidth;
  gpu.l2_mb = kL2MbOfCore * cores;
  gpu.units = std::max(1, static_cast<int>(cores));
  // A lane gives a multiplication and an addition a cycle.
  gpu.cores = std::max(1, static_cast<int>(cores * flops / 2.0));
  gpu.base_clock_mhz = gpu.boost_clock_mhz = clock_ghz * kMegahertz;
  gpu.fp32_tflops = cores * clock_ghz * flops / kMegahertz;
  gpu.tdp = Watts(watts);
  gpu.link_gb_s = kSocketGbS;
  return gpu;
}

}  // namespace joulecast::hardware
