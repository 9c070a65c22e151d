#include "base/line_reader.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace joulecast {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
// No recording has such lines; binary files do.
constexpr std::size_t kLongestLineBytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t kPeekBytes = std::size_t{64} * 1024;

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), buffer_(kBufferBytes) {}

// Reads more bytes behind end_; false at the end and on failure.
bool LineReader::fill() {
  if (source_ended_ || failed_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    if (buffer_.size() >= kLongestLineBytes) {
      ++line_number_;
      error_ = error_at(0, "the line is longer than 8 MiB; this is no text recording");
      failed_ = true;
      return false;
    }
    buffer_.resize(buffer_.size() * 2);
  }
  const auto n = source_->read(std::span(buffer_).subspan(end_));
  if (!n) {
    error_ = n.error();
    failed_ = true;
    return false;
  }
  end_ += *n;
  source_ended_ = *n == 0;
  return !source_ended_;
}

LineReader::Step LineReader::next() {
  std::size_t searched = 0;
  for (;;) {
    const char* start = buffer_.data() + begin_;
    const void* newline = std::memchr(start + searched, '\n', end_ - begin_ - searched);
    if (newline != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - start);
      line_ = {start, length};
      begin_ += length + 1;
      complete_ = true;
      break;
    }
    searched = end_ - begin_;
    if (fill()) continue;
    if (failed_) return Step::kError;
    if (begin_ == end_) return Step::kEnd;
    line_ = {buffer_.data() + begin_, end_ - begin_};
    begin_ = end_;
    complete_ = false;
    break;
  }
  ++line_number_;
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  const void* zero = std::memchr(line_.data(), '\0', line_.size());
  if (zero != nullptr) {
    const auto at = static_cast<std::size_t>(static_cast<const char*>(zero) - line_.data());
    error_ = error_at(at + 1, "a zero byte: this is a binary file, not a text recording");
    failed_ = true;
    return Step::kError;
  }
  return Step::kLine;
}

Result<std::string_view> LineReader::peek() {
  while (end_ - begin_ < kPeekBytes && fill()) {
  }
  if (failed_ && end_ == begin_) return error_;
  return std::string_view(buffer_.data() + begin_, std::min(kPeekBytes, end_ - begin_));
}

Error LineReader::error_at(std::size_t column, std::string_view what) const {
  if (column == 0) return Error{fmt::format("{}:{}: {}", name(), line_number_, what)};
  return Error{fmt::format("{}:{}:{}: {}", name(), line_number_, column, what)};
}

}  // namespace joulecast
