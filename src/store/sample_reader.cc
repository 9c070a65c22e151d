#include "store/sample_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>
#include <utility>

#include "store/sample_log.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWindowBytes = std::size_t{1} << 20U;
constexpr std::size_t kMostNotes = 20;

// The frames of a stream of any size, through a window.
class FrameFile {
 public:
  FrameFile(std::string name, std::istream& file) : name_(std::move(name)), file_(file) {}

  std::optional<FrameView> next() {
    for (;;) {
      FrameScanner scanner(std::string_view(window_).substr(at_));
      if (auto frame = scanner.next()) {
        frame->offset += offset_ + at_;
        skipped_ += scanner.skipped();
        at_ += scanner.position();
        return frame;
      }
      if (!fill()) return std::nullopt;
    }
  }
  /// Bytes between frames that are none; what was cut off at the end does not count.
  std::uint64_t skipped() const { return skipped_; }
  const std::string& name() const { return name_; }

 private:
  // More of the file; false at its end. No frame is longer than the longest, so that junk before
  // that need not be kept.
  bool fill() {
    if (!file_) return false;
    window_.erase(0, at_);
    offset_ += at_;
    at_ = 0;
    if (window_.size() > 2 * kLargestFrame) {
      const std::size_t junk = window_.size() - kLargestFrame;
      window_.erase(0, junk);
      offset_ += junk;
      skipped_ += junk;
    }
    const std::size_t kept = window_.size();
    const std::size_t more = std::max(kWindowBytes, kept);  // junk is not scanned over and over
    window_.resize(kept + more);
    file_.read(window_.data() + kept, static_cast<std::streamsize>(more));
    const auto got = static_cast<std::size_t>(std::max<std::streamsize>(0, file_.gcount()));
    window_.resize(kept + got);
    return got > 0;
  }

  std::string name_;
  std::istream& file_;
  std::string window_;
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t skipped_ = 0;
};

class RowReader {
 public:
  RowReader(std::size_t devices, const std::function<void(double, std::span<const float>)>& use)
      : devices_(devices), use_(use) {}

  void read(FrameFile& file) {
    while (const auto frame = file.next()) {
      if (frame->first_row + frame->rows <= next_row_) continue;  // read already
      read(*frame, file.name());
    }
    if (file.skipped() > 0) {
      note(fmt::format("{}: {} damaged bytes between frames were passed over", file.name(),
                       file.skipped()));
    }
  }

  TraceDamage finish() && {
    if (unnamed_ > 0) damage_.notes.push_back(fmt::format("and {} more such places", unnamed_));
    return std::move(damage_);
  }

 private:
  void read(const FrameView& frame, const std::string& name) {
    const auto rows = frame.devices == devices_ ? decode(frame) : std::nullopt;
    if (!rows) {
      note(fmt::format("{}: the frame at byte {} is damaged: rows {} to {} are missing", name,
                       frame.offset, frame.first_row, frame.first_row + frame.rows - 1));
      return;
    }
    const std::uint64_t known = next_row_ > frame.first_row ? next_row_ - frame.first_row : 0;
    for (std::size_t i = static_cast<std::size_t>(known); i < rows->size(); ++i) {
      if (!(rows->time_s[i] > last_s_)) continue;
      last_s_ = rows->time_s[i];
      use_(last_s_, rows->row(i));
    }
    next_row_ = frame.first_row + frame.rows;
  }

  void note(std::string text) {
    if (damage_.notes.size() < kMostNotes) {
      damage_.notes.push_back(std::move(text));
    } else {
      ++unnamed_;
    }
  }

  std::size_t devices_;
  const std::function<void(double, std::span<const float>)>& use_;
  std::uint64_t next_row_ = 0;
  double last_s_ = -std::numeric_limits<double>::infinity();
  TraceDamage damage_;
  std::size_t unnamed_ = 0;
};

// The last bytes of a file, at most `most`.
std::string end_of(const fs::path& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  const auto length = std::min<std::streamoff>(size, static_cast<std::streamoff>(most));
  std::string bytes(static_cast<std::size_t>(length), '\0');
  file.seekg(size - length);
  file.read(bytes.data(), length);
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

std::optional<double> last_time_in(std::string_view bytes) {
  FrameScanner scanner(bytes);
  std::optional<double> last_s;
  std::optional<FrameView> last;
  while (const auto frame = scanner.next()) last = frame;
  if (!last) return last_s;
  if (const auto rows = decode(*last); rows && rows->size() > 0) last_s = rows->time_s.back();
  return last_s;
}

}  // namespace

// The tail is read first: its rows may go to the other file while we read, and are then found
// there too, by their numbers.
TraceDamage read_rows(const fs::path& folder, std::size_t devices,
                      const std::function<void(double, std::span<const float>)>& use) {
  std::istringstream tail_bytes(end_of(folder / kTailFile, 2 * kLargestFrame));
  std::ifstream frame_bytes(folder / kSamplesFile, std::ios::binary);
  FrameFile frames(kSamplesFile, frame_bytes), tail(kTailFile, tail_bytes);
  RowReader reader(devices, use);
  reader.read(frames);
  reader.read(tail);
  return std::move(reader).finish();
}

double last_row_time(const fs::path& folder) {
  const auto tail_s = last_time_in(end_of(folder / kTailFile, 2 * kLargestFrame));
  const auto frame_s = last_time_in(end_of(folder / kSamplesFile, kWindowBytes));
  return std::max(tail_s.value_or(0.0), frame_s.value_or(0.0));
}

}  // namespace joulecast::store
