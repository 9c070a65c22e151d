// Files for the tests of this room.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/test_folder.h"
#include "joulecast/readers/reader.h"

namespace joulecast::readers {

/// `text` as a gzip file's bytes.
inline std::string gzipped(std::string_view text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  EXPECT_EQ(
      deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string bytes(deflateBound(&stream, text.size()) + 64, '\0');
  std::string input(text);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(bytes.size() - stream.avail_out);
  deflateEnd(&stream);
  return bytes;
}

/// The message of a read that must fail, without the folder in front of the file's name.
inline std::string error_of(const TestFolder& folder, const std::filesystem::path& path,
                            const ReadOptions& options = {}) {
  const auto loaded = load_run(path, options);
  if (loaded.ok()) return "(no error)";
  std::string message = loaded.error().message;
  const std::string prefix = folder.path().string();
  for (auto at = message.find(prefix); at != std::string::npos; at = message.find(prefix)) {
    message.erase(at, prefix.size() + (message.substr(at + prefix.size(), 1) == "/" ? 1 : 0));
  }
  return message;
}

/// A read that must succeed.
inline LoadedRun must_load(const std::filesystem::path& path, const ReadOptions& options = {}) {
  auto loaded = load_run(path, options);
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return loaded.ok() ? std::move(*loaded) : LoadedRun{};
}

}  // namespace joulecast::readers
