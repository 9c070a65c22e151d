// Small files of /sys and /proc: one line or one number each.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/measure/source.h"

namespace joulecast::measure {

/// What reading a file gave. Faults: kUnsupported: it is not there (or the driver does not have
/// it); kForbidden; kLost: its device is gone since it was opened; kUnreadable: anything else, also
/// that it does not hold what was asked for.
template <typename T>
struct FileValue {
  T value{};
  Fault fault = Fault::kNone;
  int error = 0;  ///< errno, where the system refused; 0 for text that is not a number.

  bool ok() const { return fault == Fault::kNone; }
};

/// What an errno of open() or read() means for whoever wanted the file.
Fault fault_of(int error);

/// The first line of a file, without blanks around it.
FileValue<std::string> read_line(const std::string& path);
/// The number that is a file's first line, e.g. "123456" of energy_uj.
FileValue<double> read_number(const std::string& path);
/// A whole file of at most a few megabytes, e.g. /proc/cpuinfo.
FileValue<std::string> read_text(const std::string& path);

/// The names in a folder, "x2" before "x10"; empty if there is no such folder.
std::vector<std::string> list_folder(const std::string& path);

/// A file that is kept open and read again and again from its start, without allocating. An open
/// file stays readable when its permissions change. Move-only; not synchronised.
class HeldFile {
 public:
  explicit HeldFile(const std::string& path);
  ~HeldFile();
  HeldFile(HeldFile&& other) noexcept;
  HeldFile& operator=(HeldFile&& other) noexcept;
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;

  /// kNone, or why it could not be opened.
  Fault fault() const { return fault_; }

  /// As much from its start as fits; the view points into `buffer`.
  FileValue<std::string_view> read(std::span<char> buffer) const;
  /// As read_number() of its present content.
  FileValue<double> read_number() const;

 private:
  int fd_ = -1;
  Fault fault_ = Fault::kNone;
  int error_ = 0;
};

}  // namespace joulecast::measure
