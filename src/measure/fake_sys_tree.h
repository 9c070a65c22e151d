// A fake /sys and /proc for tests: SourceOptions::root points at it, the code that reads is real.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>

namespace joulecast::measure {

/// A folder of the running test's own, removed at its end. Paths begin with "/sys" or "/proc".
class FakeSysTree {
 public:
  struct File {
    std::string_view path, content;
  };

  /// Written as FakeSysTree tree{{"/sys/a", "1\n"}, {"/sys/b", "2\n"}}.
  FakeSysTree(std::initializer_list<File> files) {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) /
            (std::string("fake_sys_") + info->test_suite_name() + "_" + info->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    for (const auto& [path, content] : files) write(path, content);
  }
  ~FakeSysTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  FakeSysTree(const FakeSysTree&) = delete;
  FakeSysTree& operator=(const FakeSysTree&) = delete;

  /// For SourceOptions::root.
  std::string root() const { return root_.string(); }
  std::filesystem::path at(std::string_view path) const {
    return root_ / std::filesystem::path(path).relative_path();
  }

  /// Writes in place: who has the file open sees the new content.
  void write(std::string_view path, std::string_view content) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::ofstream file(at(path), std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
  }
  /// A symbolic link, as /sys/class is full of; `target` is relative to the link's folder.
  void link(std::string_view path, std::string_view target) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::filesystem::create_symlink(target, at(path));
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(at(path)); }
  /// Nobody but root may read it; see AsOrdinaryUser.
  void forbid(std::string_view path) const {
    std::filesystem::permissions(at(path), std::filesystem::perms::none);
  }

 private:
  std::filesystem::path root_;
};

/// While it lives the test's process is not root, so that forbidden files are forbidden.
class AsOrdinaryUser {
 public:
  AsOrdinaryUser() : was_(geteuid()) {
    constexpr uid_t kNobody = 65534;
    if (was_ == 0 && seteuid(kNobody) != 0) possible_ = false;
  }
  ~AsOrdinaryUser() {
    if (was_ == 0 && possible_ && seteuid(was_) != 0) std::abort();
  }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

  /// False in a container that has no other user: such a test says GTEST_SKIP().
  bool possible() const { return possible_; }

 private:
  uid_t was_;
  bool possible_ = true;
};

}  // namespace joulecast::measure
