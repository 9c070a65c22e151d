// A file being written, which remembers that something went wrong.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::readers {

/// A buffered file for writing and then reading back. After the first failure it does nothing
/// more, and status() says what it was.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);

  void write(std::string_view bytes);
  /// Goes back to the beginning, to read what was written.
  void rewind();
  /// Reads exactly `bytes`, or answers false: the end.
  bool read(void* to, std::size_t bytes);
  /// Hands all bytes to the system and ends writing.
  void close();

  Status status() const { return failed_ ? Status(error_) : Status(); }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  void fail(std::string_view what, int code);

  std::string name_;
  std::unique_ptr<std::FILE, Closer> file_;
  bool failed_ = false;
  Error error_;
};

/// A text as one CSV field: quoted where it must be, line breaks as blanks.
std::string csv_field(std::string_view text);

}  // namespace joulecast::readers
