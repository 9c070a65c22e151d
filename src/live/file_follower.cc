#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "joulecast/live/output_watch.h"

namespace joulecast::live {
namespace {

int open_to_follow(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

}  // namespace

FileFollower::FileFollower(std::string path) : path_(std::move(path)) {
  struct stat state {};
  fd_ = open_to_follow(path_);
  if (fd_ < 0 || ::fstat(fd_, &state) != 0) return;
  inode_ = state.st_ino;
  offset_ = static_cast<std::uint64_t>(state.st_size);
}

FileFollower::~FileFollower() {
  if (fd_ >= 0) ::close(fd_);
}

void FileFollower::poll(const std::function<void(std::string_view)>& take) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  struct stat state {};
  if (fd_ < 0) {
    fd_ = open_to_follow(path_);
    if (fd_ < 0 || ::fstat(fd_, &state) != 0) return;
    inode_ = state.st_ino;
    offset_ = 0;
  }
  if (::fstat(fd_, &state) != 0) return;
  const auto size = static_cast<std::uint64_t>(state.st_size);
  if (size < offset_) offset_ = 0;  // truncated
  if (size > offset_) {
    std::vector<char> buffer(std::min<std::uint64_t>(kMost, size - offset_));
    const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(offset_));
    if (got <= 0) return;
    offset_ += static_cast<std::uint64_t>(got);
    take({buffer.data(), static_cast<std::size_t>(got)});
    return;
  }
  // All has been read: another file of the same name is next.
  if (::stat(path_.c_str(), &state) != 0 || state.st_ino == inode_) return;
  ::close(fd_);
  fd_ = -1;
}

}  // namespace joulecast::live
