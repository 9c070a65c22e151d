#include "joulecast/hardware/gpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace joulecast::hardware {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Spelling {
  const char* spelling;
  const char* name;
};

void expect_all(std::initializer_list<Spelling> spellings) {
  for (const auto& [spelling, name] : spellings) {
    const auto found = find_gpu(spelling);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->name, name) << spelling;
  }
}

TEST(FindGpu, EveryEntryByItsNameAndAliases) {
  for (const Gpu& gpu : gpus()) {
    const auto found = find_gpu(gpu.name);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->name, gpu.name);
    for (const std::string& alias : gpu.aliases) {
      std::string name = alias;
      if (name.ends_with('*')) name.replace(name.size() - 1, 1, "8xlarge");
      const auto by_alias = find_gpu(name);
      ASSERT_TRUE(by_alias.ok()) << by_alias.error().message;
      EXPECT_EQ(by_alias->name, gpu.name) << name;
    }
  }
}

TEST(FindGpu, AsDriversNameThem) {
  expect_all({
      {"NVIDIA GeForce RTX 3090", "RTX 3090"},
      {"Tesla V100-SXM2-16GB", "V100 SXM2 16GB"},
      {"Tesla V100-SXM3-32GB", "V100 SXM3 32GB"},
      {"NVIDIA A100-SXM4-80GB", "A100 SXM4 80GB"},
      {"NVIDIA A100-SXM-80GB", "A100 SXM4 80GB"},
      {"NVIDIA A100-PCIE-40GB", "A100 PCIe 40GB"},
      {"NVIDIA A100 80GB PCIe", "A100 PCIe 80GB"},
      {"NVIDIA H100 80GB HBM3", "H100 SXM5 80GB"},
      {"NVIDIA H100 PCIe", "H100 PCIe 80GB"},
      {"NVIDIA H100 NVL", "H100 NVL 94GB"},
      {"NVIDIA H200", "H200 SXM5 141GB"},
      {"NVIDIA GH200 480GB", "GH200 96GB"},
      {"NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"},
      {"NVIDIA RTX PRO 6000 Blackwell Server Edition", "RTX PRO 6000 Blackwell Server"},
      {"NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "RTX PRO 6000 Blackwell"},
      {"NVIDIA TITAN X (Pascal)", "Titan X Pascal"},
      {"NVIDIA TITAN Xp", "Titan Xp"},
      {"AMD Instinct MI210", "Instinct MI210"},
      {"AMD INSTINCT MI250 (MCM) OAM AC MBA", "Instinct MI250"},
      {"AMD Instinct MI300X OAM", "Instinct MI300X"},
      {"AMD Radeon RX 7900 XTX", "RX 7900 XTX"},
  });
}

TEST(FindGpu, AsPublicRecordingsNameThem) {
  expect_all({
      {"GTX 750 Ti", "GTX 750 Ti"},
      {"RTX 3070", "RTX 3070"},
      {"rtx3090", "RTX 3090"},
      {"V100", "V100 PCIe 32GB"},
      {"RTX 6000", "Quadro RTX 6000"},
      {"NVIDIA Quadro RTX 6000", "Quadro RTX 6000"},
      {"Quadro RTX 5000", "Quadro RTX 5000"},
      {"A100-PCIE-40GB", "A100 PCIe 40GB"},
      {"A100-SXM4-40GB", "A100 SXM4 40GB"},
      {"a100_40gb", "A100 SXM4 40GB"},
      {"a100_80gb", "A100 SXM4 80GB"},
      {"GeForce RTX 2070 with Max-Q Design", "RTX 2070 Max-Q"},
      {"GeForce RTX 2080 Super with Max-Q Design", "RTX 2080 Super Max-Q"},
      {"GeForce RTX 2080 with Max-Q Design", "RTX 2080 Max-Q"},
      {"GeForce RTX 2080 Ti", "RTX 2080 Ti"},
      {"GeForce RTX 3080", "RTX 3080"},
      {"Quadro RTX 8000", "Quadro RTX 8000"},
      {"Radeon-VII-Pro-PCIEGen3", "Radeon Pro VII"},
      {"Radeon-VII-Pro-PCIEGen4", "Radeon Pro VII"},
      {"Radeon-VII-Pro-PCIEGen4-10bit", "Radeon Pro VII"},
      {"RadeonProVII", "Radeon Pro VII"},
      {"GeForce GTX 1080 Ti", "GTX 1080 Ti"},
      {"TITAN RTX", "Titan RTX"},
      {"TITAN Xp", "Titan Xp"},
      {"Alienware NVIDIA GeForce RTX 3090", "RTX 3090"},
      {"NVIDIA A10", "A10"},
      {"NVIDIA GeForce GTX 1650 Ti", "GTX 1650 Ti"},
      {"NVIDIA GeForce GTX TITAN X", "GTX Titan X"},
      {"NVIDIA GeForce RTX 1080", "GTX 1080"},
      {"NVIDIA GeForce RTX 1080 Ti", "GTX 1080 Ti"},
      {"NVIDIA GeForce RTX 2060 SUPER", "RTX 2060 Super"},
      {"NVIDIA GeForce RTX 3070 Ti", "RTX 3070 Ti"},
      {"NVIDIA GeForce RTX 4090", "RTX 4090"},
      {"Tesla P100-PCIE-16GB", "P100 PCIe 16GB"},
      {"Tesla P4", "P4"},
      {"Tesla T4", "T4"},
      {"Tesla V100-PCIE-32GB", "V100 PCIe 32GB"},
      {"AMD Instinct MI100", "Instinct MI100"},
      {"AMD Instinct MI250", "Instinct MI250"},
      {"L40S", "L40S"},
  });
}

TEST(FindGpu, AsCloudsNameThem) {
  expect_all({
      {"p3.2xlarge", "V100 SXM2 16GB"},
      {"p3dn.24xlarge", "V100 SXM2 32GB"},
      {"p4d.24xlarge", "A100 SXM4 40GB"},
      {"p4de.24xlarge", "A100 SXM4 80GB"},
      {"p5.48xlarge", "H100 SXM5 80GB"},
      {"p5en.48xlarge", "H200 SXM5 141GB"},
      {"g4dn.xlarge", "T4"},
      {"g5.12xlarge", "A10G"},
      {"g6.xlarge", "L4"},
      {"g6e.xlarge", "L40S"},
      {"a2-highgpu-1g", "A100 SXM4 40GB"},
      {"a2-ultragpu-8g", "A100 SXM4 80GB"},
      {"a3-highgpu-8g", "H100 SXM5 80GB"},
      {"g2-standard-4", "L4"},
      {"Standard_NC6s_v3", "V100 PCIe 16GB"},
      {"Standard_NC24ads_A100_v4", "A100 PCIe 80GB"},
      {"Standard_ND96amsr_A100_v4", "A100 SXM4 80GB"},
      {"nvidia-tesla-t4", "T4"},
  });
}

TEST(FindGpu, ASizeOfMemoryThatIsTheOnlyOne) {
  expect_all(
      {{"RTX 3090 24GB", "RTX 3090"}, {"L4 24 GB", "L4"}, {"RTX 3080 12GB", "RTX 3080 12GB"}});
  EXPECT_FALSE(find_gpu("RTX 3090 12GB").ok());
  EXPECT_FALSE(find_gpu("V100 64GB").ok());
}

TEST(FindGpu, UnknownNamesGetTheNearest) {
  const auto message = [](const char* name) {
    const auto found = find_gpu(name);
    EXPECT_FALSE(found.ok()) << name;
    return found.ok() ? std::string() : found.error().message;
  };
  EXPECT_THAT(message("RTX 3091"), AllOf(HasSubstr("'RTX 3091'"), HasSubstr("RTX 3090")));
  EXPECT_THAT(message("H1000"), HasSubstr("H100"));
  // A notebook's GPU is another than the desktop's of its name.
  EXPECT_THAT(message("NVIDIA GeForce RTX 4070 Laptop GPU"), HasSubstr("RTX 4070"));
  for (const char* name : {"", " ", "*", "NVIDIA", "GeForce", "RTX", "g5.", "gb", "24GB",
                           "\n\x1b[31m", "99999999999999999999GB", "Jetson Orin Nano"}) {
    EXPECT_THAT(message(name), AllOf(HasSubstr("not in the catalogue"), Not(HasSubstr("\n"))));
  }
}

// research/estimator-trials.md, section 3: TFLOP/s, GB/s, units, watts.
TEST(FindGpu, FiguresThatTheEstimatorWasTriedWith) {
  struct Sheet {
    const char* name;
    double tflops, gb_s;
    int units;
    double tdp_w;
  };
  const Sheet sheets[] = {
      {"GTX 750 Ti", 1.389, 86.4, 5, 60.0},  {"RTX 3070", 20.31, 448.0, 46, 220.0},
      {"RTX 3090", 35.58, 936.2, 82, 350.0}, {"V100", 14.13, 900.0, 80, 250.0},
      {"RTX 6000", 16.31, 672.0, 72, 260.0}, {"RTX 5000", 11.15, 448.0, 48, 230.0},
  };
  for (const Sheet& sheet : sheets) {
    constexpr double kTolerance = 0.015;
    const auto gpu = find_gpu(sheet.name);
    ASSERT_TRUE(gpu.ok());
    EXPECT_NEAR(gpu->fp32_tflops, sheet.tflops, kTolerance * sheet.tflops) << sheet.name;
    EXPECT_NEAR(gpu->memory_bandwidth_gb_s, sheet.gb_s, kTolerance * sheet.gb_s) << sheet.name;
    EXPECT_EQ(gpu->units, sheet.units) << sheet.name;
    EXPECT_EQ(gpu->tdp, Watts(sheet.tdp_w)) << sheet.name;
  }
}

// Peaks as the makers print them, dense and with FP32 accumulation.
TEST(FindGpu, TensorPeaksOfDataSheets) {
  struct Sheet {
    const char* name;
    double fp16_tflops;
  };
  for (const auto& [name, fp16_tflops] :
       std::initializer_list<Sheet>{{"V100 SXM2", 125.0},  {"V100", 112.0},
                                    {"T4", 65.0},          {"Quadro RTX 6000", 130.5},
                                    {"RTX 3090", 71.0},    {"RTX A6000", 154.8},
                                    {"A10", 125.0},        {"A10G", 70.0},
                                    {"A30", 165.0},        {"A100", 312.0},
                                    {"RTX 4090", 165.2},   {"L4", 121.0},
                                    {"L40", 181.05},       {"L40S", 362.05},
                                    {"H100", 989.4},       {"RTX 5090", 209.5},
                                    {"B200", 2250.0},      {"MI100", 184.6},
                                    {"MI210", 181.0},      {"MI300X", 1307.4},
                                    {"RX 7900 XTX", 122.8}}) {
    const auto gpu = find_gpu(name);
    ASSERT_TRUE(gpu.ok() && gpu->fp16_tflops.has_value()) << name;
    constexpr double kTolerance = 0.015;
    EXPECT_NEAR(*gpu->fp16_tflops, fp16_tflops, kTolerance * fp16_tflops) << name;
  }
}

}  // namespace
}  // namespace joulecast::hardware
