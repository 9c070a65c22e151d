#include "live/git_checkout.h"

#include <fstream>
#include <system_error>

#include "base/text.h"

namespace joulecast::live {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return std::string(trim(line));
}

// A worktree's or submodule's ".git" is a file that names the folder.
fs::path git_folder(const fs::path& place) {
  constexpr std::string_view kPrefix = "gitdir: ";
  fs::path git = place / ".git";
  std::error_code error;
  if (fs::is_directory(git, error)) return git;
  if (!fs::is_regular_file(git, error)) return {};
  const std::string line = first_line(git);
  if (line.rfind(kPrefix, 0) != 0) return {};
  return (place / line.substr(kPrefix.size())).lexically_normal();
}

std::string packed_ref(const fs::path& common, const std::string& name) {
  std::ifstream stream(common / "packed-refs");
  for (std::string line; std::getline(stream, line);) {
    const std::size_t blank = line.find(' ');
    if (blank != std::string::npos && line.substr(blank + 1) == name) return line.substr(0, blank);
  }
  return {};
}

std::string origin_url(const fs::path& common) {
  std::ifstream stream(common / "config");
  bool in_origin = false;
  for (std::string line; std::getline(stream, line);) {
    const std::string_view text = trim(line);
    if (!text.empty() && text.front() == '[') in_origin = text == "[remote \"origin\"]";
    const std::size_t equals = text.find('=');
    if (in_origin && equals != std::string_view::npos && trim(text.substr(0, equals)) == "url") {
      return std::string(trim(text.substr(equals + 1)));
    }
  }
  return {};
}

}  // namespace

GitCheckout git_checkout(const fs::path& folder) {
  constexpr std::string_view kRef = "ref: ";
  for (fs::path place = folder;; place = place.parent_path()) {
    const fs::path git = git_folder(place);
    if (git.empty()) {
      if (place == place.parent_path()) return {};
      continue;
    }
    fs::path common = git;
    if (const std::string other = first_line(git / "commondir"); !other.empty()) {
      common = (git / other).lexically_normal();
    }
    GitCheckout checkout;
    checkout.remote = origin_url(common);
    checkout.commit = first_line(git / "HEAD");
    if (checkout.commit.rfind(kRef, 0) == 0) {
      const std::string name = checkout.commit.substr(kRef.size());
      checkout.commit = first_line(common / name);
      if (checkout.commit.empty()) checkout.commit = packed_ref(common, name);
    }
    return checkout;
  }
}

}  // namespace joulecast::live
