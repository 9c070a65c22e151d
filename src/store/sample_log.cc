#include "store/sample_log.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::store {
namespace {

constexpr double kFrameSpanS = 60.0;
constexpr double kMostSpanS =
    2.0 * kFrameSpanS;  // a frame's rows, and a minute that cannot be written
constexpr std::size_t kFrameRows = 8192;
constexpr std::size_t kRowsSetAside = 1280;  // two minutes at 10 Hz

std::size_t most_rows(std::size_t devices) {
  return std::min(2 * kFrameRows, most_frame_rows(devices));
}

}  // namespace

Result<SampleLog> SampleLog::create(const std::filesystem::path& folder) {
  auto frames = AppendFile::create(folder / kSamplesFile);
  if (!frames) return frames.error();
  auto tail = AppendFile::create(folder / kTailFile);
  if (!tail) return tail.error();
  return SampleLog(std::move(*frames), std::move(*tail));
}

void SampleLog::set_devices(std::size_t devices) {
  rows_.devices = devices;
  rows_.time_s.reserve(kRowsSetAside);
  rows_.power_w.reserve(kRowsSetAside * devices);
}

bool SampleLog::full() const {
  return rows_.size() >= most_rows(rows_.devices) ||
         (rows_.size() > 0 && rows_.time_s.back() - rows_.time_s.front() > kMostSpanS);
}

void SampleLog::add(double time_s, std::span<const float> power_w) {
  if (full()) drop_oldest();
  rows_.time_s.push_back(time_s);
  rows_.power_w.insert(rows_.power_w.end(), power_w.begin(), power_w.end());
}

// An eighth at once, so that this is not done for every row.
void SampleLog::drop_oldest() {
  constexpr std::size_t kParts = 8;
  const std::size_t n = (rows_.size() + kParts - 1) / kParts;
  if (lost_.rows == 0) lost_.from_s = rows_.time_s.front();
  lost_.rows += n;
  lost_.to_s = rows_.time_s[n - 1];
  const auto rows = static_cast<std::ptrdiff_t>(n);
  const auto values = static_cast<std::ptrdiff_t>(n * rows_.devices);
  rows_.time_s.erase(rows_.time_s.begin(), rows_.time_s.begin() + rows);
  rows_.power_w.erase(rows_.power_w.begin(), rows_.power_w.begin() + values);
  first_row_ += n;
  saved_ -= std::min(saved_, n);
}

Status SampleLog::flush(bool all) {
  if (rows_.size() == 0) return {};
  const double span_s = rows_.time_s.back() - rows_.time_s.front();
  const bool due = all || span_s >= kFrameSpanS || 2 * rows_.size() >= most_rows(rows_.devices);
  if (!due) return write_tail();
  Status frame = write_frame();
  // Where there is no room for a frame there may be some for what is new.
  if (!frame) static_cast<void>(write_tail());
  return frame;
}

Status SampleLog::write_tail() {
  if (saved_ == rows_.size()) return {};
  const std::string frame = encoder_.encode(rows_, saved_, first_row_ + saved_);
  if (frame.empty()) return Error{"the samples cannot be packed: out of memory"};
  if (Status status = tail_.append(frame); !status) return status;
  saved_ = rows_.size();
  return {};
}

// First the frame, then the tail goes: whoever reads in between finds rows twice, by their numbers.
Status SampleLog::write_frame() {
  const std::string frame = encoder_.encode(rows_, 0, first_row_);
  if (frame.empty()) return Error{"the samples cannot be packed: out of memory"};
  if (Status status = frames_.append(frame); !status) return status;
  frames_.sync();
  first_row_ += rows_.size();
  rows_.time_s.clear();
  rows_.power_w.clear();
  saved_ = 0;
  return tail_.clear();
}

void SampleLog::sync() { tail_.sync(); }

LostRows SampleLog::take_lost() { return std::exchange(lost_, {}); }

}  // namespace joulecast::store
