// The tool that makes fake trees for users makes what the sources read.
#include <cstdlib>
#include <string>
#include <vector>

#include "measure/fake_sys_tree.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

std::vector<std::string> devices_of(const FakeSysTree& tree, const std::string& options) {
  const std::string command =
      "python3 " JOULECAST_SOURCE_DIR "/tools/fake_sys/make_tree.py " + tree.root() + " " + options;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  SourceOptions source_options;
  source_options.root = tree.root();
  source_options.ram = RamModel::kPerGigabyte;
  OpenedSources opened;
  EXPECT_TRUE(open_rapl(source_options, opened).ok());
  EXPECT_TRUE(open_cpu_model(source_options, opened).ok());
  EXPECT_TRUE(open_ram_model(source_options, opened).ok());
  std::vector<std::string> ids;
  for (const auto& source : opened.sources) {
    std::vector<Reading> readings(source->channels().size());
    source->poll(1.0, readings);
    for (std::size_t i = 0; i < readings.size(); ++i) {
      EXPECT_EQ(readings[i].fault, Fault::kNone);
      ids.push_back(source->channels()[i].device.id);
    }
  }
  return ids;
}

using Ids = std::vector<std::string>;

TEST(FakeSysTool, PackagesWithEverything) {
  const FakeSysTree tree{};
  EXPECT_EQ(devices_of(tree, "--packages 2 --dram --core --psys --mmio"),
            (Ids{"cpu0", "dram0", "cpu1", "dram1"}));
}

TEST(FakeSysTool, WithoutRaplTheModels) {
  const FakeSysTree tree{};
  EXPECT_EQ(devices_of(tree, "--packages 0"), (Ids{"cpu", "ram"}));
}

TEST(FakeSysTool, CountersThatMoveAndWrap) {
  const FakeSysTree tree{};
  EXPECT_EQ(devices_of(tree, "--run 0.05 --wave 1000:1 --range-uj 1000001"), (Ids{"cpu0", "ram"}));
}

}  // namespace
}  // namespace joulecast::measure
