#include "joulecast/hardware/cpu_device.h"

#include <gtest/gtest.h>

namespace joulecast::hardware {
namespace {

constexpr CpuDevice kSmall{.cores = 2,
                           .clock_ghz = 2.61,
                           .flops_per_cycle = 64,
                           .bandwidth_gb_s = 9.3,
                           .full_load_w = 8.0,
                           .memory_gb = 23.5};

TEST(CpuDevice, OneMachineHasOneName) {
  CpuDevice again = kSmall;
  again.clock_ghz = 2.44;
  again.bandwidth_gb_s = 8.1;
  EXPECT_EQ(name_of(kSmall), "CPU 2 cores 2.5 GHz 64 FLOP 8 GB/s 8 W 32 GB");
  EXPECT_EQ(name_of(again), name_of(kSmall));
}

TEST(CpuDevice, ItsNameIsFoundAsAGpus) {
  const auto gpu = find_gpu(name_of(kSmall));
  ASSERT_TRUE(gpu.ok()) << gpu.error().message;
  EXPECT_EQ(gpu->name, name_of(kSmall));
  EXPECT_EQ(gpu->architecture, "CPU");
  EXPECT_EQ(gpu->units, 2);
  EXPECT_DOUBLE_EQ(gpu->fp32_tflops, 0.32);
  EXPECT_EQ(gpu->tdp.value(), 8.0);
}

TEST(CpuDevice, FiguresThatAreNoneAreRefusedInOneLine) {
  for (const char* name : {"CPU 2 cores", "CPU 0 cores 2.5 GHz 64 FLOP 8 GB/s 8 W 32 GB",
                           "CPU 2 cores 2.5 GHz 64 FLOP 8 GB/s 8 W 32 TB",
                           "CPU 2 cores nan GHz 64 FLOP 8 GB/s 8 W 32 GB"}) {
    const auto gpu = find_gpu(name);
    ASSERT_FALSE(gpu.ok()) << name;
    EXPECT_NE(gpu.error().message.find("write them like"), std::string::npos);
  }
  EXPECT_FALSE(names_cpu("cpu"));
  EXPECT_FALSE(names_cpu("RTX 3090"));
}

}  // namespace
}  // namespace joulecast::hardware
