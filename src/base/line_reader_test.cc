#include "base/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace joulecast {
namespace {

using testing::ElementsAre;
using Step = LineReader::Step;

// Gives its bytes a few at a time and then ends, or fails.
class DrippingSource : public ByteSource {
 public:
  DrippingSource(std::string bytes, std::size_t at_once, bool fails = false)
      : ByteSource("drip"), bytes_(std::move(bytes)), at_once_(at_once), fails_(fails) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    if (fails_ && position_ == bytes_.size()) return Error{"drip: it broke"};
    const std::size_t n = bytes_.copy(buffer.data(), std::min(buffer.size(), at_once_), position_);
    position_ += n;
    return n;
  }
  double fraction_read() const override { return 0.5; }

 private:
  std::string bytes_;
  std::size_t at_once_;
  bool fails_;
  std::size_t position_ = 0;
};

std::vector<std::string> lines_of(LineReader reader) {
  std::vector<std::string> lines;
  while (reader.next() == Step::kLine) lines.emplace_back(reader.line());
  return lines;
}

TEST(LineReader, SplitsHoweverTheBytesCome) {
  const std::string text = "one\r\n\ntwo two\nthree";
  for (std::size_t at_once = 1; at_once <= text.size(); ++at_once) {
    EXPECT_THAT(lines_of(LineReader(std::make_unique<DrippingSource>(text, at_once))),
                ElementsAre("one", "", "two two", "three"));
  }
}

TEST(LineReader, KnowsWhetherTheLastLineWasEnded) {
  LineReader reader(open_memory("a\nb"));
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_TRUE(reader.complete());
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_FALSE(reader.complete());
  EXPECT_EQ(reader.line_number(), 2u);
  EXPECT_EQ(reader.next(), Step::kEnd);
}

TEST(LineReader, PeeksWithoutMoving) {
  const std::string text = std::string(100000, 'x') + "\ny\n";
  LineReader reader(open_memory(text));
  EXPECT_EQ(reader.peek()->size(), 65536u);
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_EQ(reader.line().size(), 100000u);
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_EQ(reader.line(), "y");
}

TEST(LineReader, HoldsALineLongerThanItsBuffer) {
  const std::string text = std::string(3u << 20, 'x') + "\nend\n";
  LineReader reader(open_memory(text));
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_EQ(reader.line().size(), 3u << 20);
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_EQ(reader.line(), "end");
}

TEST(LineReader, RefusesEndlessLinesAndZeroBytes) {
  const std::string endless((8u << 20) + 1, 'x');
  LineReader reader(open_memory(endless, "e"));
  ASSERT_EQ(reader.next(), Step::kError);
  EXPECT_EQ(reader.error().message,
            "e:1: the line is longer than 8 MiB; this is no text recording");
  const std::string zero("ab\nc\0d\n", 7);
  LineReader binary(open_memory(zero, "z"));
  ASSERT_EQ(binary.next(), Step::kLine);
  ASSERT_EQ(binary.next(), Step::kError);
  EXPECT_EQ(binary.error().message,
            "z:2:2: a zero byte: this is a binary file, not a text recording");
}

TEST(LineReader, GivesWhatCameBeforeAFailure) {
  LineReader reader(std::make_unique<DrippingSource>("a\nb", 2, /*fails=*/true));
  ASSERT_EQ(reader.next(), Step::kLine);
  EXPECT_EQ(reader.line(), "a");
  ASSERT_EQ(reader.next(), Step::kError);
  EXPECT_EQ(reader.error().message, "drip: it broke");
}

}  // namespace
}  // namespace joulecast
