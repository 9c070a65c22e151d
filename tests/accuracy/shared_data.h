// Other people's recordings: not in the repository, used where they are at hand.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace joulecast {

/// The folder of shared recordings: $JOULECAST_SHARED_DATA, or shared/data beside the repository.
inline std::filesystem::path shared_data() {
  const char* folder = std::getenv("JOULECAST_SHARED_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(JOULECAST_SOURCE_DIR) / "../shared/data";
}

}  // namespace joulecast

/// Skips the test, by name, where a data set is absent.
#define JOULECAST_NEEDS_SHARED_DATA(name)                                            \
  if (!std::filesystem::exists(::joulecast::shared_data() / (name))) {               \
    GTEST_SKIP() << "no " << (name) << " in " << ::joulecast::shared_data().string() \
                 << " (set JOULECAST_SHARED_DATA)";                                  \
  }                                                                                  \
  static_assert(true, "")
