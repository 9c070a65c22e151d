#include "store/tags.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "store/events.h"
#include "store/sample_log.h"

namespace joulecast::store {
namespace {

constexpr mode_t kFileMode = 0600;

void apply(const std::string& change, std::vector<std::string>& tags) {
  const bool takes = change.starts_with('-');
  const std::string tag = takes ? change.substr(1) : change;
  const auto found = std::find(tags.begin(), tags.end(), tag);
  if (takes && found != tags.end()) tags.erase(found);
  if (!takes && found == tags.end()) tags.push_back(tag);
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.front() != '-' &&
         std::none_of(tag.begin(), tag.end(), [](unsigned char c) {
           return std::isspace(c) != 0 || std::iscntrl(c) != 0 || c == ',';
         });
}

}  // namespace

void apply_tags(const std::filesystem::path& folder, std::vector<std::string>& tags) {
  std::ifstream file(folder / kTagsFile, std::ios::binary);
  std::string line;
  while (std::getline(file, line)) {
    const auto event = parse_line(line);
    if (!event) continue;
    for (const std::string& change : texts_in(*event, "tags")) apply(change, tags);
  }
}

Status append_tags(const std::filesystem::path& folder, const std::vector<std::string>& changes) {
  for (const std::string& change : changes) {
    if (is_tag(change.starts_with('-') ? std::string_view(change).substr(1) : change)) continue;
    return Error{fmt::format("{} is no tag: it must have no blanks and no commas", quoted(change))};
  }
  const auto path = folder / kTagsFile;
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  const std::string line = to_line({{"event", "tags"}, {"tags", changes}});
  const bool written = file >= 0 && ::fchmod(file, kFileMode) == 0 &&
                       ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int code = errno;
  if (file >= 0) ::close(file);
  if (written) return {};
  return Error{
      fmt::format("{}: cannot write: {}", path.string(), std::generic_category().message(code))};
}

}  // namespace joulecast::store
