#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "joulecast/pre/settings.h"

namespace joulecast::pre {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(PlanFile, ThatCannotBeReadSaysTheSystemsReason) {
  const TestFolder folder;
  const auto error = [](const std::filesystem::path& file) {
    const auto read = read_plan_file(file);
    return read.ok() ? std::string("(no error)") : read.error().message;
  };
  EXPECT_THAT(error(folder.path() / "none.toml"), HasSubstr("No such file or directory"));
  EXPECT_THAT(error(folder.path() / "none.toml"), ::testing::Not(HasSubstr(":0:0")));
  EXPECT_THAT(error(folder.path()), HasSubstr("folder"));
  EXPECT_THAT(error(folder.write("large.toml", std::string(2 << 20, ' '))),
              EndsWith("large.toml: more than 1 MiB: no plan"));
}

}  // namespace
}  // namespace joulecast::pre
