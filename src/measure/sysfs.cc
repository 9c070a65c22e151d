#include "measure/sysfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace joulecast::measure {
namespace {

constexpr std::size_t kLongestLine = 4096;      // a page: what a file of /sys holds at most
constexpr std::size_t kLongestNumber = 64;      // more than the digits of any 64-bit number
constexpr std::size_t kLongestText = 1U << 23;  // /proc/cpuinfo of 2 000 processors is 3 MB

std::string_view first_line(std::string_view text) { return trim(text.substr(0, text.find('\n'))); }

FileValue<double> to_number(const FileValue<std::string_view>& text) {
  if (!text.ok()) return {.value = 0.0, .fault = text.fault, .error = text.error};
  const auto number = parse_number(first_line(text.value));
  if (!number) return {.value = 0.0, .fault = Fault::kUnreadable, .error = 0};
  return {.value = *number, .fault = Fault::kNone, .error = 0};
}

}  // namespace

Fault fault_of(int error) {
  switch (error) {
    case 0:
      return Fault::kNone;
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EOPNOTSUPP:
      return Fault::kUnsupported;
    case EACCES:
    case EPERM:
      return Fault::kForbidden;
    case ENODEV:
    case ENXIO:
    case ESRCH:
    case ESTALE:
      return Fault::kLost;
    default:
      return Fault::kUnreadable;
  }
}

HeldFile::HeldFile(const std::string& path) {
  do {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  } while (fd_ < 0 && errno == EINTR);
  if (fd_ >= 0) return;
  error_ = errno;
  fault_ = fault_of(error_);
}

HeldFile::~HeldFile() {
  if (fd_ >= 0) ::close(fd_);
}

HeldFile::HeldFile(HeldFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), fault_(other.fault_), error_(other.error_) {}

HeldFile& HeldFile::operator=(HeldFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(fault_, other.fault_);
  std::swap(error_, other.error_);
  return *this;
}

FileValue<std::string_view> HeldFile::read(std::span<char> buffer) const {
  if (fd_ < 0) return {.value = {}, .fault = fault_, .error = error_};
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto got =
        ::pread(fd_, buffer.data() + filled, buffer.size() - filled, static_cast<off_t>(filled));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {.value = {}, .fault = fault_of(errno), .error = errno};
    filled += static_cast<std::size_t>(got);
  }
  return {.value = {buffer.data(), filled}, .fault = Fault::kNone, .error = 0};
}

FileValue<double> HeldFile::read_number() const {
  std::array<char, kLongestNumber> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  return to_number(read(buffer));
}

FileValue<std::string> read_text(const std::string& path) {
  const HeldFile file(path);
  std::string text(kLongestLine, '\0');
  while (true) {
    const auto got = file.read(text);
    if (!got.ok()) return {.value = {}, .fault = got.fault, .error = got.error};
    const std::size_t size = got.value.size();
    if (size < text.size() || size >= kLongestText) {
      text.resize(size);
      return {.value = std::move(text), .fault = Fault::kNone, .error = 0};
    }
    text.resize(4 * text.size());
  }
}

FileValue<std::string> read_line(const std::string& path) {
  std::array<char, kLongestLine> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto text = HeldFile(path).read(buffer);
  return {.value = std::string(first_line(text.value)), .fault = text.fault, .error = text.error};
}

FileValue<double> read_number(const std::string& path) { return HeldFile(path).read_number(); }

std::vector<std::string> list_folder(const std::string& path) {
  std::vector<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(path, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return names;
}

}  // namespace joulecast::measure
