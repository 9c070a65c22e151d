#include "measure/sysfs.h"

#include <cerrno>
#include <string>
#include <vector>

#include "measure/fake_sys_tree.h"

namespace joulecast::measure {
namespace {

TEST(Sysfs, ReadsNumbersLinesAndTexts) {
  const std::string long_text(20000, 'x');
  const FakeSysTree tree{{"/sys/a/energy_uj", "262143328850\n"},
                         {"/sys/a/name", " package-0 \nmore\n"},
                         {"/sys/a/long", long_text}};
  EXPECT_EQ(read_number(tree.at("/sys/a/energy_uj")).value, 262143328850.0);
  EXPECT_EQ(read_line(tree.at("/sys/a/name")).value, "package-0");
  EXPECT_EQ(read_text(tree.at("/sys/a/name")).value, " package-0 \nmore\n");
  EXPECT_EQ(read_text(tree.at("/sys/a/long")).value, long_text);
}

TEST(Sysfs, TellsWhatIsWrong) {
  const FakeSysTree tree{{"/sys/a/word", "unknown\n"}, {"/sys/a/empty", ""}};
  EXPECT_EQ(read_number(tree.at("/sys/a/none")).fault, Fault::kUnsupported);
  EXPECT_EQ(read_number(tree.at("/sys/a/word/none")).fault, Fault::kUnsupported);
  EXPECT_EQ(read_number(tree.at("/sys/a/word")).fault, Fault::kUnreadable);
  EXPECT_EQ(read_number(tree.at("/sys/a/empty")).fault, Fault::kUnreadable);
  EXPECT_EQ(read_number(tree.at("/sys/a")).fault, Fault::kUnreadable);
  EXPECT_EQ(read_number(tree.at("/sys/a")).error, EISDIR);
  EXPECT_EQ(fault_of(ENODEV), Fault::kLost);
  EXPECT_EQ(fault_of(EPERM), Fault::kForbidden);
  EXPECT_EQ(fault_of(ENODATA), Fault::kUnreadable);
}

TEST(Sysfs, ForbiddenFile) {
  const FakeSysTree tree{{"/sys/a/energy_uj", "1\n"}};
  tree.forbid("/sys/a/energy_uj");
  const AsOrdinaryUser user;
  if (!user.possible()) GTEST_SKIP() << "there is no ordinary user here";
  EXPECT_EQ(read_number(tree.at("/sys/a/energy_uj")).fault, Fault::kForbidden);
  EXPECT_EQ(HeldFile(tree.at("/sys/a/energy_uj")).fault(), Fault::kForbidden);
}

TEST(Sysfs, HeldFileFollowsItsContentAndKeepsItsPermission) {
  const FakeSysTree tree{{"/sys/a/energy_uj", "100\n"}};
  HeldFile opened(tree.at("/sys/a/energy_uj"));
  const HeldFile file = std::move(opened);
  EXPECT_EQ(file.read_number().value, 100.0);
  tree.write("/sys/a/energy_uj", "7\n");
  EXPECT_EQ(file.read_number().value, 7.0);
  tree.forbid("/sys/a/energy_uj");
  const AsOrdinaryUser user;
  EXPECT_EQ(file.read_number().value, 7.0);
}

TEST(Sysfs, ListsFoldersInOrder) {
  const FakeSysTree tree{{"/sys/h/hwmon10/x", ""}, {"/sys/h/hwmon2/x", ""}};
  tree.link("/sys/h/hwmon3", "hwmon2");
  EXPECT_EQ(list_folder(tree.at("/sys/h")),
            (std::vector<std::string>{"hwmon2", "hwmon3", "hwmon10"}));
  EXPECT_TRUE(list_folder(tree.at("/sys/none")).empty());
}

}  // namespace
}  // namespace joulecast::measure
