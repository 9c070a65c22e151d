// The catalogue itself: that each entry is whole and agrees with itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "hardware/gpu_name.h"
#include "joulecast/hardware/gpu.h"

namespace joulecast::hardware {
namespace {

constexpr double kTolerance = 0.02;

void expect_near_relative(double value, double expected, const std::string& what) {
  EXPECT_NEAR(value, expected, kTolerance * expected) << what;
}

TEST(GpuCatalogue, EveryEntryIsRead) {
  std::ifstream file(JOULECAST_SOURCE_DIR "/data/hardware/gpus.toml");
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line == "[[gpus]]") ++rows;
  }
  EXPECT_GE(rows, 120U);
  EXPECT_EQ(gpus().size(), rows);
}

TEST(GpuCatalogue, IsSortedByName) {
  EXPECT_TRUE(std::is_sorted(gpus().begin(), gpus().end(),
                             [](const Gpu& a, const Gpu& b) { return a.name < b.name; }));
}

TEST(GpuCatalogue, NoNameOrAliasIsThereTwice) {
  std::map<std::string, std::string> owner;
  for (const Gpu& gpu : gpus()) {
    std::vector<std::string> names = gpu.aliases;
    names.push_back(gpu.name);
    for (const std::string& name : names) {
      const std::string key = name.ends_with('*') ? name : gpu_key(gpu_words(name));
      EXPECT_FALSE(key.empty()) << name;
      const auto [at, added] = owner.emplace(key, gpu.name);
      EXPECT_TRUE(added) << name << " of " << gpu.name << " is one of " << at->second << " too";
    }
  }
}

TEST(GpuCatalogue, EveryFigureIsThereAndPlausible) {
  for (const Gpu& gpu : gpus()) {
    SCOPED_TRACE(gpu.name);
    EXPECT_TRUE(gpu.vendor == "NVIDIA" || gpu.vendor == "AMD") << gpu.vendor;
    EXPECT_FALSE(gpu.architecture.empty());
    EXPECT_FALSE(gpu.chip.empty());
    EXPECT_TRUE(gpu.memory_type.starts_with("GDDR") || gpu.hbm()) << gpu.memory_type;
    EXPECT_GE(gpu.year, 2014);
    EXPECT_LE(gpu.year, 2026);
    EXPECT_GE(gpu.memory_gb, 1.0);
    EXPECT_GE(gpu.l2_mb, 1.0);
    EXPECT_GE(gpu.units, 4);
    EXPECT_EQ(gpu.cores % gpu.units, 0);
    EXPECT_GE(gpu.base_clock_mhz, 500.0);
    EXPECT_GE(gpu.boost_clock_mhz, gpu.base_clock_mhz);
    EXPECT_GE(gpu.tdp.value(), 40.0);
    EXPECT_LE(gpu.tdp.value(), 1500.0);
    EXPECT_GE(gpu.link_gb_s, 7.8);
    for (const std::string& alias : gpu.aliases) EXPECT_FALSE(alias.empty());
  }
}

TEST(GpuCatalogue, PeakIsLanesTimesClock) {
  for (const Gpu& gpu : gpus()) {
    constexpr double kOperations = 2.0, kMega = 1e6, kTera = 1e12;
    expect_near_relative(gpu.fp32_tflops,
                         gpu.cores * kOperations * gpu.boost_clock_mhz * kMega / kTera, gpu.name);
  }
}

TEST(GpuCatalogue, BandwidthIsBusTimesRate) {
  for (const Gpu& gpu : gpus()) {
    constexpr double kBitsPerByte = 8.0;
    expect_near_relative(gpu.memory_bandwidth_gb_s,
                         gpu.memory_bus_bits * gpu.memory_rate_gbps / kBitsPerByte, gpu.name);
  }
}

TEST(GpuCatalogue, TensorCoresAreFasterThanFp32) {
  for (const Gpu& gpu : gpus()) {
    SCOPED_TRACE(gpu.name);
    for (const auto& peak : {gpu.tf32_tflops, gpu.fp16_tflops, gpu.bf16_tflops, gpu.fp8_tflops}) {
      EXPECT_GE(peak.value_or(gpu.fp32_tflops), (1.0 - kTolerance) * gpu.fp32_tflops);
    }
    if (gpu.fp8_tflops) {
      ASSERT_TRUE(gpu.fp16_tflops.has_value());
      expect_near_relative(*gpu.fp8_tflops, 2.0 * *gpu.fp16_tflops, "FP8 over FP16");
    }
    if (gpu.fp16_plain_tflops > 0.0) {
      EXPECT_GE(gpu.fp16_plain_tflops, (1.0 - kTolerance) * gpu.fp32_tflops);
    }
  }
}

// What white papers give for a unit and clock, FP32 accumulation: the sheets' own peaks are at
// other clocks than their boost, by up to a tenth.
TEST(GpuCatalogue, TensorPeaksAreThoseOfTheArchitecture) {
  for (const Gpu& gpu : gpus()) {
    if (!gpu.fp16_tflops) continue;
    constexpr double kMega = 1e6, kTera = 1e12;
    const double per_clock = *gpu.fp16_tflops * kTera / (gpu.units * gpu.boost_clock_mhz * kMega);
    const std::set<double> known = {512.0, 1024.0, 2048.0, 4096.0};
    const bool fits = std::any_of(known.begin(), known.end(), [per_clock](double operations) {
      constexpr double kClocksDiffer = 0.15;
      return std::abs(per_clock / operations - 1.0) < kClocksDiffer;
    });
    const bool sheet_only = gpu.chip == "GB100";
    EXPECT_TRUE(fits || sheet_only) << gpu.name << ": " << per_clock;
  }
}

TEST(GpuCatalogue, PowerLimitsLieAroundTheTdp) {
  for (const Gpu& gpu : gpus()) {
    SCOPED_TRACE(gpu.name);
    EXPECT_EQ(gpu.power_limit_min.has_value(), gpu.power_limit_max.has_value());
    if (!gpu.power_limit_min) continue;
    EXPECT_GT(gpu.power_limit_min->value(), 0.0);
    EXPECT_LE(*gpu.power_limit_min, gpu.tdp);
    EXPECT_GE(*gpu.power_limit_max, gpu.tdp);
  }
}

}  // namespace
}  // namespace joulecast::hardware
