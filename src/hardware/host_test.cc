#include "joulecast/hardware/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/test_folder.h"
#include "hardware/host_json.h"

namespace joulecast::hardware {
namespace {

using testing::HasSubstr;

HostSpeed a_speed() {
  return {.host = "box",
          .cpu = "A CPU",
          .date = "2026-11-23T22:30:00Z",
          .memory_gb = 31.25,
          .cores = 8,
          .quick = false,
          .cpu_share = 0.99,
          .dispatch_us = {.median = 21.0, .spread = 0.01},
          .python_dispatch_us = Measured{.median = 15.0, .spread = 0.02},
          .python_version = "3.11.2",
          .decode_ns_per_pixel = {.median = 6.5, .spread = 0.03},
          .augment_ns_per_pixel = {.median = 9.0, .spread = 0.04},
          .all_cores_images_per_s = {.median = 4000.0, .spread = 0.05},
          .copy_gb_s = {.median = 12.0, .spread = 0.06},
          .triad_gb_s = {.median = 13.0, .spread = 0.07},
          .all_cores_copy_gb_s = {.median = 30.0, .spread = 0.08},
          .all_cores_triad_gb_s = {.median = 31.0, .spread = 0.09},
          .memory_arrays_mb = 192.0,
          .last_level_cache_mb = 32.0};
}

TEST(Host, IsMeasured) {
  double done = 0.0;
  bool grows = true;
  const auto speed = measure_host({.quick = true, .python = false, .progress = [&](double part) {
                                     grows = grows && part > done && part <= 1.0;
                                     done = part;
                                   }});
  ASSERT_TRUE(speed.ok()) << speed.error().message;
  EXPECT_TRUE(grows);
  EXPECT_GE(speed->cores, 1);
  EXPECT_FALSE(speed->python_dispatch_us);
  // Orders of magnitude only: sanitizers, emulators and busy machines run this too.
  const auto within = [](const Measured& measured, double least, double most) {
    return measured.median > least && measured.median < most && measured.spread >= 0.0;
  };
  EXPECT_TRUE(within(speed->dispatch_us, 0.5, 50e3)) << speed->dispatch_us.median;
  EXPECT_TRUE(within(speed->decode_ns_per_pixel, 0.1, 10e3)) << speed->decode_ns_per_pixel.median;
  EXPECT_TRUE(within(speed->augment_ns_per_pixel, 0.1, 50e3)) << speed->augment_ns_per_pixel.median;
  EXPECT_TRUE(within(speed->all_cores_images_per_s, 0.01, 1e7));
  for (const Measured& bandwidth : {speed->copy_gb_s, speed->triad_gb_s, speed->all_cores_copy_gb_s,
                                    speed->all_cores_triad_gb_s}) {
    EXPECT_TRUE(within(bandwidth, 0.001, 1e5)) << bandwidth.median;
  }
  EXPECT_GT(speed->memory_arrays_mb, 0.0);
  EXPECT_LE(speed->memory_arrays_mb, 1024.0);
}

TEST(Host, ABusyMachineIsTold) {
  EXPECT_TRUE(check_quiet(a_speed()).ok());
  HostSpeed speed = a_speed();
  speed.cpu_share = 0.5;
  EXPECT_THAT(check_quiet(speed).error().message, HasSubstr("gave 50 % (at least 85 %"));
  speed = a_speed();
  speed.copy_gb_s.spread = 0.2;
  EXPECT_THAT(check_quiet(speed).error().message, HasSubstr("memory copy varied by 20 %"));
  EXPECT_THAT(check_quiet(speed).error().message, HasSubstr("--force"));
  speed = a_speed();
  speed.python_dispatch_us->spread = 0.16;
  EXPECT_THAT(check_quiet(speed).error().message, HasSubstr("dispatch in Python"));
}

TEST(Host, IsComparedWithTheReference) {
  HostSpeed speed = a_speed();
  EXPECT_DOUBLE_EQ(dispatch_relative(speed), 15.0 / 20.0);
  speed.python_dispatch_us.reset();
  EXPECT_DOUBLE_EQ(dispatch_relative(speed), 21.0 / 20.0);
  EXPECT_NEAR(images_per_s(speed), 1e9 / (6.5 * 500 * 375 + 9.0 * 224 * 224), 1e-9);
  const double pipe = pipe_relative(speed);
  speed.decode_ns_per_pixel.median *= 2.0;
  speed.augment_ns_per_pixel.median *= 2.0;
  EXPECT_DOUBLE_EQ(pipe_relative(speed), 2.0 * pipe);
}

TEST(Host, IsKeptAndReadBack) {
  const TestFolder folder;
  const auto path = folder.path() / "host-box";
  const auto none = stored_host_speed(path);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none.value());
  HostSpeed speed = a_speed();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(save_host_speed(speed, path).ok());
    const auto read = stored_host_speed(path);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(host_json(*read.value()).dump(), host_json(speed).dump());
    speed.python_dispatch_us.reset();
    speed.python_version.clear();
  }
  EXPECT_THAT(save_host_speed(speed, folder.path() / "none" / "host").error().message,
              HasSubstr("cannot be written"));
}

TEST(Host, BadFilesGetOneLine) {
  const TestFolder folder;
  const auto refused = [&folder](const std::string& text) {
    const auto read = stored_host_speed(folder.write("host-box", text));
    EXPECT_FALSE(read.ok()) << text;
    std::string message = read.ok() ? "" : read.error().message;
    EXPECT_THAT(message, HasSubstr("host-box: "));
    EXPECT_THAT(message, HasSubstr("make it anew with joulecast calibrate host"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    return message;
  };
  for (const char* text : {"", "{", "[]", "null", "\"x\"", "\xff\xfe", "{}"}) refused(text);
  EXPECT_THAT(refused(R"({"schema": "joulecast.host/2"})"), HasSubstr("\"schema\""));
  const auto spoiled = [&refused](const char* member, nlohmann::ordered_json value) {
    auto document = host_json(a_speed());
    document[member] = std::move(value);
    return refused(document.dump());
  };
  EXPECT_THAT(spoiled("dispatch_us", 3), HasSubstr("\"dispatch_us\""));
  EXPECT_THAT(spoiled("copy_gb_s", {{"median", 0}, {"spread", 0}}),
              HasSubstr("\"copy_gb_s\" is 0"));
  EXPECT_THAT(spoiled("triad_gb_s", {{"median", -1}, {"spread", 0}}), HasSubstr("\"triad_gb_s\""));
  EXPECT_THAT(spoiled("cores", 0), HasSubstr("\"cores\""));
  EXPECT_THAT(spoiled("cores", "8"), HasSubstr("\"cores\""));
  EXPECT_THAT(spoiled("quick", 1), HasSubstr("\"quick\""));
  EXPECT_THAT(spoiled("host", 1), HasSubstr("\"host\""));
  EXPECT_THAT(spoiled("python_version", nullptr), HasSubstr("\"python_version\""));
}

TEST(Host, CutFilesNeverCrash) {
  const std::string whole = host_json(a_speed()).dump();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(host_of(whole.substr(0, size)).ok()) << size;
  }
  EXPECT_TRUE(host_of(whole).ok());
}

}  // namespace
}  // namespace joulecast::hardware
