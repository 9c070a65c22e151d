// Bytes from a file, from a gzip file, or from memory, one buffer at a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast {

/// A stream of bytes with a name for messages. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the buffer from its front; 0 bytes: the end. Fewer than asked is not the end.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
  /// How much of the stored bytes has been read, 0 to 1.
  virtual double fraction_read() const = 0;

  const std::string& name() const { return name_; }

 protected:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}

 private:
  std::string name_;
};

/// Opens a regular file; gzip is recognised by its first two bytes and inflated on the way. An
/// empty file, a folder and a missing file are errors.
Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path);

/// Reads `bytes`, which must outlive the source; gzip is inflated as for a file.
std::unique_ptr<ByteSource> open_memory(std::string_view bytes, std::string name = "memory");

}  // namespace joulecast
