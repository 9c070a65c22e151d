// The pretended library itself: that it does what tools/fake_gpu/README.md says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "joulecast/measure/sources.h"
#include "measure/nvml_test_library.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

using ::testing::HasSubstr;

constexpr double kStartSeconds = 1000.0;

OpenedSources open_all(const FakeNvml& fake) {
  SourceOptions options;
  options.nvml_library = fake.file();
  options.gpus = "all";
  OpenedSources opened;
  EXPECT_TRUE(open_nvml(options, opened).ok());
  return opened;
}

std::vector<double> values_at(const FakeNvml& fake, OpenedSources& opened, double time_s) {
  fake.set_time(time_s);
  std::vector<Reading> readings(opened.sources.at(0)->channels().size());
  opened.sources[0]->poll(time_s, readings);
  std::vector<double> values;
  for (const Reading& reading : readings) values.push_back(reading.value);
  return values;
}

std::string write_file(const std::string& name, const std::string& content) {
  std::string path = ::testing::TempDir() + name;
  std::ofstream(path) << content;
  return path;
}

TEST(FakeNvmlLibrary, ReplaysARecordingFromItsStart) {
  const std::string recording =
      write_file("fake_nvml_recording.csv",
                 "time_s,power_gpu0_w,power_gpu1_w\n0,100,10\n10,200,10\n10.5,200,30\n");
  const FakeNvml fake("architecture=ada gpus=2 replay=" + recording, kStartSeconds);
  OpenedSources opened = open_all(fake);
  const auto first = values_at(fake, opened, kStartSeconds);
  const auto middle = values_at(fake, opened, kStartSeconds + 5.0);
  EXPECT_NEAR(middle[0] - first[0], 625.0, 0.01);
  EXPECT_NEAR(middle[1], 150.0, 0.01);
  EXPECT_NEAR(middle[2] - first[2], 50.0, 0.01);
  EXPECT_NEAR(values_at(fake, opened, kStartSeconds + 60.0)[3], 30.0, 0.01)
      << "the last power holds";
}

TEST(FakeNvmlLibrary, ReadsItsConfigurationFromAFile) {
  const std::string config = write_file("fake_nvml.conf",
                                        "# two GPUs\ngpus=2  wave=100W*1s\n"
                                        "gpu1.wave=50W*1s model=\"A B\"\n");
  const FakeNvml fake(config, kStartSeconds);
  OpenedSources opened = open_all(fake);
  EXPECT_EQ(opened.sources.at(0)->channels()[2].device.name, "A B");
  EXPECT_DOUBLE_EQ(values_at(fake, opened, kStartSeconds)[1], 100.0);
  EXPECT_DOUBLE_EQ(values_at(fake, opened, kStartSeconds)[3], 50.0);
}

TEST(FakeNvmlLibrary, NoiseIsAroundTheTruthAndRepeatable) {
  const FakeNvml fake("architecture=ada wave=100W*1s noise=0.02", kStartSeconds);
  OpenedSources opened = open_all(fake);
  double sum = 0.0;
  double squares = 0.0;
  constexpr int kCount = 2000;
  for (int i = 0; i < kCount; ++i) {
    const double value = values_at(fake, opened, kStartSeconds + 0.1 * i)[1] - 100.0;
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0.0, 0.2);
  EXPECT_NEAR(squares / kCount, 4.0, 0.5);
  EXPECT_EQ(values_at(fake, opened, kStartSeconds + 7.3),
            values_at(fake, opened, kStartSeconds + 7.3));
}

TEST(FakeNvmlLibrary, BadConfigurationIsOneLineAndNoStart) {
  for (const auto& [config, message] : std::vector<std::pair<std::string, std::string>>{
           {"gpus=x", "gpus: 'x' is not a whole number from 0 to 64"},
           {"foo=1", "there is no key 'foo'"},
           {"word", "'word' is not key=value"},
           {"gpu3.limit=1", "names none of the 1 GPUs"},
           {"wave=3W", "is not a list of watts*seconds"},
           {"wave=", "is not a list of watts*seconds"},
           {"fault=gone@3s", "fault: 'gone' is none of gpu-lost"},
           {"fault=gpu-lost@soon", "'soon' is not a number"},
           {"architecture=fermi", "'fermi' is none of pascal"},
           {"replay=/not/there.csv", "/not/there.csv"},
           {"model=\"x", "the quote is not closed"}}) {
    const FakeNvml fake(config);
    ::testing::internal::CaptureStderr();
    const OpenedSources opened = open_all(fake);
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(opened.sources.empty()) << config;
    EXPECT_THAT(said, HasSubstr(message));
    EXPECT_EQ(said.find('\n'), said.size() - 1) << said;
  }
}

}  // namespace
}  // namespace joulecast::measure
