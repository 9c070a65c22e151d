#include "base/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace joulecast {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string gzipped(std::string text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string bytes(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(bytes.size() - stream.avail_out);
  deflateEnd(&stream);
  return bytes;
}

// All bytes, read in pieces of 7; or the error's message after what came before it.
std::string drain(ByteSource& source) {
  std::string all;
  char piece[7];
  for (;;) {
    const auto n = source.read(piece);
    if (!n) return all + "|" + n.error().message;
    if (*n == 0) return all;
    all.append(piece, *n);
  }
}

std::filesystem::path temp_file(const std::string& name, const std::string& bytes) {
  auto path = std::filesystem::path(testing::TempDir()) / ("byte_source_" + name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(ByteSource, ReadsFilesAndMemoryAlike) {
  for (const std::string text : {"x", "ab", "a text that is longer than one piece\n"}) {
    EXPECT_EQ(drain(*open_memory(text)), text);
    auto file = open_file(temp_file("plain", text));
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(drain(**file), text);
    EXPECT_EQ((*file)->fraction_read(), 1.0);
  }
  EXPECT_EQ(drain(*open_memory("")), "");
}

TEST(ByteSource, InflatesGzip) {
  const std::string text(100000, 'x');
  EXPECT_EQ(drain(*open_memory(gzipped(text))), text);
  EXPECT_EQ(drain(*open_memory(gzipped(""))), "");
  auto file = open_file(temp_file("zipped", gzipped(text)));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(drain(**file), text);
}

TEST(ByteSource, InflatesConcatenatedMembers) {
  EXPECT_EQ(drain(*open_memory(gzipped("one ") + gzipped("") + gzipped("two"))), "one two");
}

TEST(ByteSource, ATruncatedGzipGivesItsReadablePartAndAnError) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919 % 10007);
  const std::string whole = gzipped(text);
  for (const std::size_t size : {std::size_t{2}, std::size_t{9}, std::size_t{18}, whole.size() / 2,
                                 whole.size() - 8, whole.size() - 1}) {
    const std::string cut = whole.substr(0, size);
    const std::string got = drain(*open_memory(cut, "cut.gz"));
    const auto bar = got.find('|');
    ASSERT_NE(bar, std::string::npos) << size;
    EXPECT_TRUE(text.starts_with(got.substr(0, bar))) << size;
    EXPECT_THAT(got.substr(bar + 1), testing::StartsWith("cut.gz: the gzip data ends early"));
  }
  const std::string second_cut = gzipped("one ") + gzipped("two").substr(0, 12);
  EXPECT_THAT(drain(*open_memory(second_cut)),
              testing::ContainsRegex("^one t?w?o?\\|memory: the gzip data ends early"));
}

TEST(ByteSource, DamagedGzipIsAnError) {
  std::string bytes = gzipped(std::string(1000, 'x'));
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);  // the checksum
  EXPECT_THAT(drain(*open_memory(bytes)), HasSubstr("the gzip data is damaged"));
  EXPECT_THAT(drain(*open_memory(std::string("\x1f\x8b garbage"))),
              HasSubstr("the gzip data is damaged"));
}

TEST(ByteSource, SaysWhatCannotBeOpened) {
  EXPECT_THAT(open_file("/nonexistent/x").error().message,
              testing::Eq("/nonexistent/x: cannot open: No such file or directory"));
  EXPECT_THAT(open_file(testing::TempDir()).error().message,
              EndsWith("is a folder, a file is needed here"));
  EXPECT_THAT(open_file(temp_file("empty", "")).error().message, EndsWith("the file is empty"));
}

}  // namespace
}  // namespace joulecast
