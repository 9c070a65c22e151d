#include "base/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

namespace joulecast {
namespace {

constexpr std::size_t kInflateBufferBytes = std::size_t{128} * 1024;

std::string errno_text() { return std::generic_category().message(errno); }

class FileSource : public ByteSource {
 public:
  FileSource(std::string name, int fd, std::uint64_t size)
      : ByteSource(std::move(name)), fd_(fd), size_(size) {}
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t n = ::read(fd_, buffer.data(), buffer.size());
      if (n >= 0) {
        read_ += static_cast<std::uint64_t>(n);
        return static_cast<std::size_t>(n);
      }
      if (errno != EINTR) return Error{fmt::format("{}: cannot read: {}", name(), errno_text())};
    }
  }

  double fraction_read() const override {
    return size_ == 0 ? 1.0
                      : std::min(1.0, static_cast<double>(read_) / static_cast<double>(size_));
  }

 private:
  int fd_;
  std::uint64_t size_;
  std::uint64_t read_ = 0;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::string_view bytes)
      : ByteSource(std::move(name)), bytes_(bytes) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = bytes_.copy(buffer.data(), buffer.size(), position_);
    position_ += n;
    return n;
  }

  double fraction_read() const override {
    return bytes_.empty() ? 1.0
                          : static_cast<double>(position_) / static_cast<double>(bytes_.size());
  }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
};

class GzipSource : public ByteSource {
 public:
  // `head` are bytes already taken from `inner`.
  GzipSource(std::unique_ptr<ByteSource> inner, std::string_view head)
      : ByteSource(inner->name()), inner_(std::move(inner)), input_(kInflateBufferBytes) {
    std::copy(head.begin(), head.end(), input_.begin());
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(head.size());
    constexpr int kGzipWindow = 15 + 16;
    ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<std::size_t> read(std::span<char> buffer) override {
    if (!ready_) return Error{fmt::format("{}: cannot inflate: out of memory", name())};
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    while (stream_.avail_out == buffer.size()) {
      if (stream_.avail_in == 0) {
        auto n = inner_->read(input_);
        if (!n) return n.error();
        if (*n == 0) {
          if (between_members_) return std::size_t{0};
          return Error{fmt::format(
              "{}: the gzip data ends early (cut off?); copy the file again, or use the readable "
              "part: gzip -cd FILE > PART",
              name())};
        }
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(*n);
      }
      between_members_ = false;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        between_members_ = true;  // gzip files may be concatenated
        inflateReset(&stream_);
      } else if (status != Z_OK) {
        return Error{fmt::format("{}: the gzip data is damaged ({}); copy the file again", name(),
                                 stream_.msg != nullptr ? stream_.msg : "checksum")};
      }
    }
    return buffer.size() - stream_.avail_out;
  }

  double fraction_read() const override { return inner_->fraction_read(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::vector<char> input_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_members_ = false;
};

// Gives back a head that was looked at, then the rest.
class PrefixedSource : public ByteSource {
 public:
  PrefixedSource(std::unique_ptr<ByteSource> inner, std::string head)
      : ByteSource(inner->name()), inner_(std::move(inner)), head_(std::move(head)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (position_ == head_.size()) return inner_->read(buffer);
    const std::size_t n = head_.copy(buffer.data(), buffer.size(), position_);
    position_ += n;
    return n;
  }
  double fraction_read() const override { return inner_->fraction_read(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::string head_;
  std::size_t position_ = 0;
};

Result<std::unique_ptr<ByteSource>> inflate_if_gzip(std::unique_ptr<ByteSource> source) {
  std::string head(2, '\0');
  std::size_t have = 0;
  while (have < head.size()) {
    auto n = source->read(std::span(head).subspan(have));
    if (!n) return n.error();
    if (*n == 0) break;
    have += *n;
  }
  head.resize(have);
  if (head == "\x1f\x8b") {
    return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(source), head));
  }
  return std::unique_ptr<ByteSource>(
      std::make_unique<PrefixedSource>(std::move(source), std::move(head)));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{fmt::format("{}: cannot open: {}", name, errno_text())};
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    const std::string why = errno_text();
    ::close(fd);
    return Error{fmt::format("{}: cannot open: {}", name, why)};
  }
  if (S_ISDIR(info.st_mode)) {
    ::close(fd);
    return Error{fmt::format("{}: is a folder, a file is needed here", name)};
  }
  if (S_ISREG(info.st_mode) && info.st_size == 0) {
    ::close(fd);
    return Error{fmt::format("{}: the file is empty", name)};
  }
  const auto size = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
  return inflate_if_gzip(std::make_unique<FileSource>(name, fd, size));
}

std::unique_ptr<ByteSource> open_memory(std::string_view bytes, std::string name) {
  // Memory does not fail, so neither does looking at its first bytes.
  return std::move(inflate_if_gzip(std::make_unique<MemorySource>(std::move(name), bytes))).value();
}

}  // namespace joulecast
