// Rows of the power trace as checksummed zstd frames (docs/store.md, "samples").
//
// A frame is a zstd skippable frame that says what follows (which rows, of how many devices, how
// many bytes, under a checksum of its own) and one zstd frame with a content checksum. A file is
// frames one after the other: whole at every frame's end, and readable again after damage, since
// every beginning can be recognised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::store {

/// The most rows that a frame of so many devices holds; a header that says more is damaged.
constexpr std::size_t most_frame_rows(std::size_t devices) {
  constexpr std::size_t kMostNumbers = std::size_t{1} << 22U;
  return kMostNumbers / (devices + 1);
}
/// No frame has more bytes, packed or not.
inline constexpr std::size_t kLargestFrame = std::size_t{40} << 20U;

/// Rows of mean watts: power_w holds `devices` values a row, NaN where unknown.
struct Rows {
  std::size_t devices = 0;
  std::vector<double> time_s;
  std::vector<float> power_w;

  std::size_t size() const { return time_s.size(); }
  std::span<const float> row(std::size_t i) const {
    return std::span<const float>(power_w).subspan(i * devices, devices);
  }
};

/// Rows `from` to the last of `rows` as a frame; `first_row` is the number of row `from` in the
/// run. Times are kept to the microsecond, watts to the milliwatt. Empty where zstd fails.
class FrameEncoder {
 public:
  FrameEncoder();
  ~FrameEncoder();
  FrameEncoder(FrameEncoder&& other) noexcept;
  FrameEncoder& operator=(FrameEncoder&&) = delete;
  FrameEncoder(const FrameEncoder&) = delete;
  FrameEncoder& operator=(const FrameEncoder&) = delete;

  std::string encode(const Rows& rows, std::size_t from, std::uint64_t first_row);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// A frame as it stands in a file.
struct FrameView {
  std::size_t offset = 0;  ///< Where it begins.
  std::uint64_t first_row = 0;
  std::uint32_t rows = 0;
  std::uint32_t devices = 0;
  std::string_view body;  ///< The zstd frame.
};

/// Walks the frames of a file's bytes, passing over what is none.
class FrameScanner {
 public:
  explicit FrameScanner(std::string_view bytes) : bytes_(bytes) {}

  /// The next frame that is there as a whole.
  std::optional<FrameView> next();
  /// Where the next frame is looked for: the end of the one before.
  std::size_t position() const { return at_; }
  /// Bytes passed over so far before a frame: damage in the middle.
  std::size_t skipped() const { return skipped_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t skipped_ = 0;
};

/// The rows of a frame; none where its bytes are damaged.
std::optional<Rows> decode(const FrameView& frame);

}  // namespace joulecast::store
