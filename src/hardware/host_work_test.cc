// The pieces of work that are timed: they do what they say, and more work is more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/test_folder.h"
#include "hardware/host_dispatch.h"
#include "hardware/host_images.h"
#include "hardware/host_limits.h"
#include "hardware/host_memory.h"
#include "hardware/host_python.h"

namespace joulecast::hardware {
namespace {

TEST(HostDispatch, TheProgramCountsItsCalls) {
  DispatchLoop loop;
  loop.run(1);
  EXPECT_EQ(loop.calls(), kCallsPerOperator);
  loop.run(9);
  EXPECT_EQ(loop.calls(), 10 * kCallsPerOperator);
}

TEST(HostDispatch, TimeGrowsWithTheWork) {
  DispatchLoop loop;
  const Clocks clocks = system_clocks();
  const auto cpu_s = [&](std::int64_t operators) {
    const double start_s = clocks.cpu_s();
    loop.run(operators);
    return clocks.cpu_s() - start_s;
  };
  cpu_s(10);
  const double few_s = cpu_s(20), many_s = cpu_s(1000);
  EXPECT_GT(many_s, 5.0 * few_s) << "50 times the work, in processor time";
}

TEST(HostImages, AJpegDecodesToAboutItself) {
  const Image photo = generated_photo();
  ASSERT_EQ(photo.bytes.size(), 500U * 375U * 3U);
  const auto jpeg = encode_jpeg(photo, 90);
  ASSERT_TRUE(jpeg.ok()) << jpeg.error().message;
  // Photos of this size have 60 to 150 kB.
  EXPECT_GT(jpeg->size(), 60'000U);
  EXPECT_LT(jpeg->size(), 150'000U);
  Image decoded;
  ASSERT_TRUE(decode_jpeg(*jpeg, decoded).ok());
  ASSERT_EQ(decoded.width, photo.width);
  ASSERT_EQ(decoded.height, photo.height);
  double squares = 0.0;
  for (std::size_t i = 0; i < photo.bytes.size(); ++i) {
    squares += std::pow(static_cast<double>(photo.bytes[i]) - decoded.bytes[i], 2);
  }
  EXPECT_LT(std::sqrt(squares / static_cast<double>(photo.bytes.size())), 15.0);
}

TEST(HostImages, WhatIsNoJpegIsAnError) {
  Image image;
  EXPECT_FALSE(decode_jpeg({}, image).ok());
  EXPECT_FALSE(decode_jpeg({1, 2, 3, 4}, image).ok());
  auto jpeg = encode_jpeg(generated_photo(), 90);
  ASSERT_TRUE(jpeg.ok());
  jpeg->resize(100);
  EXPECT_FALSE(decode_jpeg(*jpeg, image).ok());
  const auto bad = encode_jpeg({.width = 0, .height = 0, .bytes = {}}, 90);
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("JPEG: "), std::string::npos);
}

TEST(HostImages, AugmentationNormalises) {
  Image grey{.width = 40, .height = 30, .bytes = std::vector<std::uint8_t>(3600, 128)};
  Augmenter augmenter(7);
  const auto& planes = augmenter.augment(grey);
  ASSERT_EQ(planes.size(), 224U * 224U * 3U);
  EXPECT_NEAR(planes[0], (128 / 255.0 - 0.485) / 0.229, 1e-5);
  EXPECT_NEAR(planes.back(), (128 / 255.0 - 0.406) / 0.225, 1e-5);
  EXPECT_EQ(planes[0], planes[224U * 224U - 1]);
}

TEST(HostImages, AugmentationCropsAndMirrors) {
  // Brightness rises from left to right: mirrored results fall.
  Image ramp{.width = 250, .height = 30, .bytes = {}};
  for (int y = 0; y < ramp.height; ++y) {
    for (int x = 0; x < ramp.width; ++x) {
      ramp.bytes.insert(ramp.bytes.end(), 3, static_cast<std::uint8_t>(x));
    }
  }
  Augmenter augmenter(7);
  int rising = 0, falling = 0;
  double narrowest = 1e9, widest = 0.0;
  for (int i = 0; i < 100; ++i) {
    const auto& planes = augmenter.augment(ramp);
    const double difference = planes[223] - planes[0];
    (difference > 0 ? rising : falling) += 1;
    narrowest = std::min(narrowest, std::abs(difference));
    widest = std::max(widest, std::abs(difference));
  }
  EXPECT_GT(rising, 25);
  EXPECT_GT(falling, 25);
  EXPECT_GT(widest, 1.5 * narrowest);
}

TEST(HostMemory, CopiesAndAdds) {
  for (const int threads : {1, 3}) {
    MemoryArrays arrays(30e6, threads);
    EXPECT_NEAR(arrays.total_bytes(), 30e6, 4e6);
    EXPECT_EQ(arrays.first(), 0.0);
    arrays.copy(1, 1);
    EXPECT_EQ(arrays.first(), 1.0);
    arrays.triad(threads, 100);
    EXPECT_EQ(arrays.first(), 1.0 + 3.0 * 2.0);
  }
  EXPECT_EQ(MemoryArrays(0.0, 2).total_bytes(), 2.0 * 3.0 * (1 << 20)) << "a block per thread";
}

TEST(HostLimits, OfThisMachine) {
  const HostLimits limits = host_limits("");
  EXPECT_GE(limits.cores, 1);
  ASSERT_TRUE(limits.free_memory_bytes);
  EXPECT_GT(*limits.free_memory_bytes, 0.0);
}

TEST(HostLimits, OfAContainer) {
  const TestFolder folder;
  folder.write("proc/self/cgroup", "1:name=systemd:/x\n0::/jobs/one\n");
  folder.write("sys/fs/cgroup/jobs/one/cpu.max", "max 100000\n");
  folder.write("sys/fs/cgroup/jobs/one/memory.max", "3000000\n");
  folder.write("sys/fs/cgroup/jobs/one/memory.current", "1000000\n");
  folder.write("sys/fs/cgroup/jobs/cpu.max", "150000 100000\n");
  folder.write("sys/fs/cgroup/jobs/memory.max", "max\n");
  folder.write("sys/devices/system/cpu/cpu0/cache/index0/size", "48K\n");
  folder.write("sys/devices/system/cpu/cpu0/cache/index3/size", "32768K\n");
  const HostLimits limits = host_limits(folder.path().string());
  EXPECT_EQ(limits.cores, 1) << "one and a half is one";
  EXPECT_EQ(limits.free_memory_bytes, 2e6);
  EXPECT_EQ(limits.last_level_cache_bytes, 32.0 * (1 << 20));
}

TEST(HostLimits, BadFilesAreNoLimits) {
  const TestFolder folder;
  folder.write("proc/self/cgroup", "0::/\n");
  for (const char* text : {"", "0 100000\n", "x y\n", "-1 100000\n", "100000\n"}) {
    folder.write("sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(host_limits(folder.path().string()).cores, host_limits("/nonexistent").cores);
  }
  EXPECT_FALSE(parse_cache_size(""));
  EXPECT_FALSE(parse_cache_size("K"));
  EXPECT_FALSE(parse_cache_size("-5K"));
  EXPECT_FALSE(parse_cache_size("inf"));
  EXPECT_EQ(parse_cache_size("2M"), 2.0 * (1 << 20));
  EXPECT_EQ(parse_cache_size("512"), 512.0);
}

TEST(HostPython, ReadsItsLines) {
  const auto speed = parse_python_speed("3.11.2\n2e-05 4e-05\n2e-05 2.5e-05\n2.2e-05 2.2e-05\n");
  ASSERT_TRUE(speed);
  EXPECT_EQ(speed->version, "3.11.2");
  EXPECT_DOUBLE_EQ(speed->operators.seconds.median, 2e-5);
  EXPECT_DOUBLE_EQ(speed->operators.cpu_share, 0.8);
  EXPECT_TRUE(parse_python_speed("3.11.2\n2e-05 4e-05"));
  for (const char* text :
       {"", "\n", "3.11.2\n", "hello\n2e-05 4e-05\n", "3.11.2\n2e-05\n", "3.11.2\n0 1\n",
        "3.11.2\nnan 1e-5\n", "3.11.2\n1e-5 -1\n", "3.11.2\n1e-5 1e-5\n\n"}) {
    EXPECT_FALSE(parse_python_speed(text)) << text;
  }
}

TEST(HostPython, OtherProgramsAreNoPython) {
  const Repeats repeats{.count = 1, .each_s = 0.01};
  for (const char* program : {"/nonexistent/python3", "/bin/true", "/bin/false", "/bin/echo"}) {
    EXPECT_FALSE(measure_python(program, repeats, 5.0)) << program;
  }
  const TestFolder folder;
  const auto endless = folder.write("python3", "#!/bin/sh\nsleep 100\n");
  std::filesystem::permissions(endless, std::filesystem::perms::owner_all);
  EXPECT_FALSE(measure_python(endless.string(), repeats, 0.05)) << "ended at its limit";
}

TEST(HostPython, IsMeasured) {
  const auto speed = measure_python("python3", {.count = 3, .each_s = 0.01}, 60.0);
  ASSERT_TRUE(speed);
  EXPECT_TRUE(speed->version.starts_with("3."));
  EXPECT_GT(speed->operators.seconds.median, 0.5e-6);
  EXPECT_LT(speed->operators.seconds.median, 50e-3);
}

}  // namespace
}  // namespace joulecast::hardware
