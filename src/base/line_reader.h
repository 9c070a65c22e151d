// Text, line by line, without copying: the hot path of every reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"

namespace joulecast {

/// Splits a ByteSource into lines at '\n'; a '\r' before it is dropped. Not thread-safe.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> source);

  enum class Step { kLine, kEnd, kError };
  /// Moves to the next line. After kError, error() says what went wrong.
  Step next();

  /// The current line without its end, valid until the next call of next().
  std::string_view line() const { return line_; }
  /// Its number, from 1.
  std::uint64_t line_number() const { return line_number_; }
  /// Whether the line was ended by '\n'. Only the last line of a file can lack it, and a program
  /// that was killed while writing leaves such a line.
  bool complete() const { return complete_; }

  const Error& error() const { return error_; }
  /// An Error at a place in the current line; column from 1, 0 for the line as a whole.
  Error error_at(std::size_t column, std::string_view what) const;

  const std::string& name() const { return source_->name(); }
  double fraction_read() const { return source_->fraction_read(); }

  /// The first bytes (at most 64 KiB), without moving; call before the first next().
  Result<std::string_view> peek();

 private:
  bool fill();

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // unread bytes of buffer_
  bool source_ended_ = false;
  bool failed_ = false;
  std::string_view line_;
  std::uint64_t line_number_ = 0;
  bool complete_ = true;
  Error error_;
};

}  // namespace joulecast
