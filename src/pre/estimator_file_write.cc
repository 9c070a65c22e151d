#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "joulecast/pre/estimator_file.h"
#include "pre/estimator_file_format.h"
#include "pre/saved_fit.h"
#include "pre/sha256.h"

namespace joulecast::pre {
namespace {

namespace fs = std::filesystem;

std::string reason(int code) { return std::generic_category().message(code); }

Json content_json(const FitProvenance& provenance,
                  std::span<const std::shared_ptr<const SavedFit>> fits) {
  Json sources = Json::array(), fitted = Json::array();
  for (const FitSource& source : provenance.sources) {
    sources.push_back({{"name", source.name},
                       {"sha256", source.sha256},
                       {"rows", source.rows},
                       {"meters", source.meters}});
  }
  for (const auto& fit : fits) {
    Json targets = Json::array();
    for (const Target target : fit->targets()) targets.push_back(to_string(target));
    fitted.push_back({{"method", fit->method()}, {"targets", targets}, {"fit", fit->content()}});
  }
  return {{"created", provenance.created},
          {"joulecast_version", provenance.joulecast_version},
          {"sources", sources},
          {"notes", provenance.notes},
          {"fits", fitted}};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

Error not_written(const fs::path& path, std::string_view why) {
  return {fmt::format("{}: cannot be written: {}", path.string(), why)};
}

// Where links lead, so that the rename replaces their target and not them. Never what is there and
// is no regular file: a rename would put one in the place of a device.
Result<fs::path> place_of(const fs::path& path) {
  std::error_code code;
  const fs::file_status there = fs::status(path, code);
  if (fs::is_directory(there)) return not_written(path, "it is a folder");
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    return not_written(path, "it is no regular file; name a file");
  }
  constexpr int kMostLinks = 40;
  fs::path place = path;
  for (int i = 0; i < kMostLinks; ++i) {
    if (!fs::is_symlink(fs::symlink_status(place, code))) return place;
    const fs::path to = fs::read_symlink(place, code);
    if (code) return not_written(path, code.message());
    place = place.parent_path() / to;
  }
  return not_written(path, "its links lead nowhere");
}

Status write_whole(const fs::path& path, std::string_view text) {
  const auto place = place_of(path);
  if (!place) return place.error();
  const std::string part = fmt::format("{}.part-{}", place->string(), ::getpid());
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return not_written(path, reason(errno));
  bool done = write_all(file, text);
  int code = errno;
  if (::close(file) != 0 && done) {
    done = false;
    code = errno;
  }
  if (done && std::rename(part.c_str(), place->c_str()) == 0) return {};
  if (done) code = errno;
  ::unlink(part.c_str());
  return not_written(path, reason(code));
}

}  // namespace

std::string checksum_of(const Json& content) {
  Sha256 hash;
  hash.add(canonical(content));
  return "sha256:" + hash.hex();
}

std::string canonical(const Json& content) {
  return content.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status save_estimator(const EstimatorFile& estimator, const fs::path& file) {
  // Once there and back, so that what the checksum is of is what a reader will have.
  const Json content = Json::parse(canonical(content_json(estimator.provenance_, estimator.fits_)));
  const std::string text =
      fmt::format("{{\"schema\":\"{}{}\",\"checksum\":\"{}\",\n\"content\":{}}}\n",
                  kEstimatorSchema, kEstimatorFormat, checksum_of(content), canonical(content));
  return write_whole(file, text);
}

Result<std::string> sha256_of_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Sha256 hash;
  std::array<char, 65536> buffer{};
  while (stream) {
    stream.read(buffer.data(), buffer.size());
    hash.add({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (!stream.eof()) return Error{fmt::format("{}: cannot be read", file.string())};
  return hash.hex();
}

}  // namespace joulecast::pre
