#include "readers/output_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace joulecast::readers {

OutputFile::OutputFile(const std::filesystem::path& path)
    : name_(path.string()), file_(std::fopen(path.c_str(), "w+bxe")) {
  if (!file_) fail("cannot create", errno);
}

void OutputFile::fail(std::string_view what, int code) {
  if (failed_) return;
  failed_ = true;
  error_ = {fmt::format("{}: {}: {}", name_, what, std::generic_category().message(code))};
}

void OutputFile::write(std::string_view bytes) {
  if (failed_) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    fail("cannot write", errno);
  }
}

void OutputFile::rewind() {
  if (failed_) return;
  if (std::fseek(file_.get(), 0, SEEK_SET) != 0) fail("cannot write", errno);
}

bool OutputFile::read(void* to, std::size_t bytes) {
  if (failed_) return false;
  if (std::fread(to, 1, bytes, file_.get()) == bytes) return true;
  if (std::ferror(file_.get()) != 0) fail("cannot read back", errno);
  return false;
}

void OutputFile::close() {
  if (failed_) return;
  if (std::fclose(file_.release()) != 0) fail("cannot write", errno);
}

std::string csv_field(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  std::string field;
  bool quotes = !text.empty() && (is_blank(text.front()) || is_blank(text.back()));
  for (const char c : text) {
    quotes = quotes || c == ',' || c == '"';
    if (c == '"') field += '"';
    field += c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
  }
  return quotes ? '"' + field + '"' : field;
}

}  // namespace joulecast::readers
