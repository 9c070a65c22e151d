// A private file that only grows, and stays well formed when the disk is full.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::store {

/// A file of mode 0600 for appending. Not thread-safe.
class AppendFile {
 public:
  /// Makes the file; it must not be there.
  static Result<AppendFile> create(const std::filesystem::path& path);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Appends all of it or, as far as that can be had, nothing: a part that was written before a
  /// failure is cut off again. Errors: disk full, the file deleted, ...
  Status append(std::string_view bytes);
  /// Cuts the file to nothing.
  Status clear();
  /// To the disk itself, if anything is new.
  void sync();
  /// Gives the file the present time without a change, as a sign of life.
  void touch() const;

 private:
  AppendFile(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}
  Error error(const char* what, int code) const;

  std::filesystem::path path_;
  int file_;
  std::uint64_t size_ = 0;  ///< Of what is whole.
  bool synced_ = true;
};

/// Makes the folder and what is missing above it, each for its owner only whatever the umask.
Status make_private_folders(const std::filesystem::path& folder);
/// Makes one folder that must not be there yet; false where it is.
Result<bool> make_private_folder(const std::filesystem::path& folder);

}  // namespace joulecast::store
