#include "measure/process_tree.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <vector>

#include "measure/fake_sys_tree.h"

namespace joulecast::measure {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

double pages(double count) { return count * static_cast<double>(sysconf(_SC_PAGESIZE)); }

TEST(ProcessTree, AddsUpTheTreeAndNothingElse) {
  const FakeSysTree tree{
      {"/proc/100/task/100/children", "101 "},      {"/proc/100/task/107/children", "102 103 "},
      {"/proc/100/statm", "9000 1000 1 1 0 1 0\n"}, {"/proc/101/task/101/children", "104 "},
      {"/proc/101/statm", "9000 200 1 1 0 1 0\n"},  {"/proc/102/statm", "9000 30 1 1 0 1 0\n"},
      {"/proc/104/task/104/children", ""},          {"/proc/104/statm", "9000 4 1 1 0 1 0\n"},
      {"/proc/999/statm", "9000 50000 1 1 0 1 0\n"}};
  ProcessTree processes(tree.root(), 100);
  const auto usage = processes.measure();
  EXPECT_EQ(usage.processes, 4U);  // 103 has just ended
  EXPECT_DOUBLE_EQ(usage.resident.value(), pages(1234));
}

TEST(ProcessTree, FindsItByParentsWhereTheKernelListsNoChildren) {
  const FakeSysTree tree{
      {"/proc/100/stat", "100 (python3) S 1 100 100\n"},   {"/proc/100/statm", "9000 1000\n"},
      {"/proc/102/stat", "102 (a) S 1 (b\n) R 100 100\n"}, {"/proc/102/statm", "9000 20\n"},
      {"/proc/103/stat", "103 (worker) S 102 100\n"},      {"/proc/103/statm", "9000 3\n"},
      {"/proc/104/stat", "104 (other) S 1 104\n"},         {"/proc/104/statm", "9000 500\n"},
      {"/proc/self/stat", "77 (self) S 100 1\n"}};
  ProcessTree processes(tree.root(), 100);
  const auto usage = processes.measure();
  EXPECT_EQ(usage.processes, 3U);
  EXPECT_DOUBLE_EQ(usage.resident.value(), pages(1023));
}

TEST(ProcessTree, NothingWithoutProcOrAfterTheEnd) {
  const FakeSysTree tree{};
  ProcessTree nowhere(tree.root(), 100);
  EXPECT_FALSE(nowhere.readable());
  EXPECT_EQ(nowhere.measure().processes, 0U);
  tree.write("/proc/100/statm", "9000 1\n");
  ProcessTree processes(tree.root(), 100);
  EXPECT_EQ(processes.measure().processes, 1U);
  tree.remove("/proc/100");
  EXPECT_EQ(processes.measure().processes, 0U);
}

/// A child that forks a child; the innermost holds `megabytes`. Both wait to be killed.
pid_t fork_tree(std::size_t megabytes, int ready) {
  const pid_t child = fork();
  if (child != 0) return child;
  const pid_t grandchild = fork();
  if (grandchild == 0) {
    std::vector<char> memory(megabytes * kMegabyte, 'x');
    if (write(ready, memory.data(), 1) != 1) _exit(1);
    pause();
  }
  waitpid(grandchild, nullptr, 0);
  _exit(0);
}

TEST(ProcessTree, FollowsRealProcesses) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  constexpr std::size_t kHeld = 64;
  const pid_t child = fork_tree(kHeld, ready[1]);
  ASSERT_GT(child, 0);
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);

  ProcessTree processes("", child);
  const auto usage = processes.measure();
  EXPECT_EQ(usage.processes, 2U);
  EXPECT_GE(usage.resident.value(), static_cast<double>(kHeld * kMegabyte));

  // The child's wait ends with its own child.
  const std::string children =
      "/proc/" + std::to_string(child) + "/task/" + std::to_string(child) + "/children";
  pid_t grandchild = 0;
  if (std::ifstream(children) >> grandchild) {
    kill(grandchild, SIGKILL);
  } else {
    kill(child, SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_EQ(processes.measure().processes, 0U);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace joulecast::measure
