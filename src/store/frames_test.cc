#include "store/frames.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <cmath>
#include <limits>
#include <vector>

namespace joulecast::store {
namespace {

Rows wave(std::size_t n, std::size_t devices) {
  Rows rows;
  rows.devices = devices;
  for (std::size_t i = 0; i < n; ++i) {
    rows.time_s.push_back(0.1 * static_cast<double>(i) + 0.0001 * static_cast<double>(i % 7));
    for (std::size_t d = 0; d < devices; ++d) {
      rows.power_w.push_back(static_cast<float>(
          200.0 + 50.0 * std::sin(0.01 * static_cast<double>(i + d)) + static_cast<double>(d)));
    }
  }
  return rows;
}

std::vector<FrameView> frames_of(std::string_view bytes) {
  FrameScanner scanner(bytes);
  std::vector<FrameView> frames;
  while (const auto frame = scanner.next()) frames.push_back(*frame);
  return frames;
}

TEST(Frames, GiveTheRowsBackToTheMilliwattAndMicrosecond) {
  const Rows rows = wave(600, 8);
  const std::string bytes = FrameEncoder().encode(rows, 0, 1200);
  const auto frames = frames_of(bytes);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].first_row, 1200U);
  const auto back = decode(frames[0]);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(back->time_s[i], rows.time_s[i], 1e-6);
    for (std::size_t d = 0; d < 8; ++d) EXPECT_NEAR(back->row(i)[d], rows.row(i)[d], 0.00053);
  }
  EXPECT_LT(bytes.size(), 600U * 8U * 2U);
}

TEST(Frames, KeepWhatIsUnknownUnknown) {
  Rows rows;
  rows.devices = 2;
  rows.time_s = {0.0, 1.0};
  rows.power_w = {std::numeric_limits<float>::quiet_NaN(), 5.0F, 0.0F,
                  std::numeric_limits<float>::infinity()};
  const std::string bytes = FrameEncoder().encode(rows, 0, 0);
  const auto back = decode(frames_of(bytes).at(0));
  ASSERT_TRUE(back);
  EXPECT_TRUE(std::isnan(back->row(0)[0]));
  EXPECT_EQ(back->row(0)[1], 5.0F);
  EXPECT_EQ(back->row(1)[0], 0.0F);
  EXPECT_TRUE(std::isnan(back->row(1)[1]));
}

RC_GTEST_PROP(Frames, AnyRowsComeBack, ()) {
  Rows rows;
  rows.devices = *rc::gen::inRange<std::size_t>(0, 5);
  const auto n = *rc::gen::inRange<std::size_t>(1, 40);
  double time_s = -5.0;
  for (std::size_t i = 0; i < n; ++i) {
    time_s += 1e-3 * *rc::gen::inRange(1, 100000);
    rows.time_s.push_back(time_s);
    for (std::size_t d = 0; d < rows.devices; ++d) {
      rows.power_w.push_back(1e-3F * static_cast<float>(*rc::gen::inRange(-1000000, 10000000)));
    }
  }
  const auto from = *rc::gen::inRange<std::size_t>(0, n);
  const std::string bytes = FrameEncoder().encode(rows, from, from);
  const auto frames = frames_of(bytes);
  RC_ASSERT(frames.size() == 1U);
  const auto back = decode(frames[0]);
  RC_ASSERT(back && back->size() == n - from);
  for (std::size_t i = from; i < n; ++i) {
    RC_ASSERT(std::abs(back->time_s[i - from] - rows.time_s[i]) < 1e-6);
    for (std::size_t d = 0; d < rows.devices; ++d) {
      RC_ASSERT(std::abs(back->row(i - from)[d] - rows.row(i)[d]) < 0.0016F);
    }
  }
}

TEST(FrameScanner, PassesOverJunkAndLeavesOutWhatIsCutOff) {
  FrameEncoder encoder;
  const std::string first = encoder.encode(wave(10, 1), 0, 0);
  const std::string second = encoder.encode(wave(10, 1), 0, 10);
  const std::string bytes = first + "junk \x51\x2a\x4d\x18 more" + second + second.substr(0, 30);
  FrameScanner scanner(bytes);
  EXPECT_EQ(scanner.next()->first_row, 0U);
  EXPECT_EQ(scanner.skipped(), 0U);
  EXPECT_EQ(scanner.next()->first_row, 10U);
  EXPECT_EQ(scanner.skipped(), 14U);
  EXPECT_FALSE(scanner.next());
}

TEST(FrameScanner, EveryFlippedByteIsSeen) {
  const Rows rows = wave(50, 2);
  const std::string bytes = FrameEncoder().encode(rows, 0, 7);
  const auto whole = decode(frames_of(bytes).at(0));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    const auto frames = frames_of(flipped);
    const auto back = frames.empty() ? std::nullopt : decode(frames[0]);
    // zstd has bits that mean nothing.
    EXPECT_TRUE(!back || (back->time_s == whole->time_s && back->power_w == whole->power_w)) << i;
  }
}

TEST(FrameScanner, EveryTruncationIsSeen) {
  const std::string bytes = FrameEncoder().encode(wave(50, 2), 0, 7);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_TRUE(frames_of(std::string_view(bytes).substr(0, n)).empty());
  }
}

}  // namespace
}  // namespace joulecast::store
