#include "store/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0600, kFolderMode = 0700;

std::string reason(int code) { return std::generic_category().message(code); }

}  // namespace

Result<AppendFile> AppendFile::create(const fs::path& path) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
  const int file = ::open(path.c_str(), flags, kFileMode);
  if (file < 0) {
    return Error{fmt::format("{}: cannot create the file: {}", path.string(), reason(errno))};
  }
  ::fchmod(file, kFileMode);  // the umask may have taken rights away
  return AppendFile(path, file);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), size_(other.size_) {}

AppendFile::~AppendFile() {
  if (file_ >= 0) ::close(file_);
}

Error AppendFile::error(const char* what, int code) const {
  return {fmt::format("{}: {}: {}", path_.string(), what, reason(code))};
}

Status AppendFile::append(std::string_view bytes) {
  struct stat status {};
  if (::fstat(file_, &status) != 0) return error("cannot write", errno);
  if (status.st_nlink == 0) return Error{path_.string() + ": the file was deleted in mid-run"};
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(file_, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int code = n < 0 ? errno : ENOSPC;
      // What cannot be cut off either is passed over by readers: its checksum does not hold.
      static_cast<void>(::ftruncate(file_, static_cast<off_t>(size_)) == 0);
      return error("cannot write", code);
    }
    written += static_cast<std::size_t>(n);
  }
  size_ += bytes.size();
  synced_ = false;
  return {};
}

Status AppendFile::clear() {
  if (::ftruncate(file_, 0) != 0) return error("cannot cut off", errno);
  size_ = 0;
  synced_ = false;
  return {};
}

void AppendFile::sync() {
  if (synced_) return;
  ::fdatasync(file_);
  synced_ = true;
}
void AppendFile::touch() const { ::futimens(file_, nullptr); }

Result<bool> make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), kFolderMode) == 0) {
    ::chmod(folder.c_str(), kFolderMode);
    return true;
  }
  if (errno == EEXIST) return false;
  return Error{fmt::format("{}: cannot make the folder: {}; choose another with --store",
                           folder.string(), reason(errno))};
}

Status make_private_folders(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (folder.has_parent_path() && folder.parent_path() != folder) {
    if (Status status = make_private_folders(folder.parent_path()); !status) return status;
  }
  const auto made = make_private_folder(folder);
  if (!made) return made.error();
  if (!*made && !fs::is_directory(folder, error)) {
    return Error{
        fmt::format("{}: there is a file where a folder should be; choose another with "
                    "--store",
                    folder.string())};
  }
  return {};
}

}  // namespace joulecast::store
