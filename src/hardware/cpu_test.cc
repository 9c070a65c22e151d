#include "joulecast/hardware/cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "hardware/cpu_name.h"

namespace joulecast::hardware {
namespace {

TEST(CpuCatalogue, EveryEntryIsReadAndPlausible) {
  std::ifstream file(JOULECAST_SOURCE_DIR "/data/hardware/cpus.toml");
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  {")) ++rows;
  }
  EXPECT_GE(rows, 150U);
  EXPECT_EQ(cpus().size(), rows);

  std::set<std::string> keys;
  for (const Cpu& cpu : cpus()) {
    EXPECT_TRUE(keys.insert(cpu_key(cpu.name)).second) << cpu.name << " is there twice";
    EXPECT_GE(cpu.tdp.value(), 5.0) << cpu.name;
    EXPECT_LE(cpu.tdp.value(), 600.0) << cpu.name;
    EXPECT_GE(cpu.cores, 1) << cpu.name;
    EXPECT_LE(cpu.cores, 256) << cpu.name;
  }
}

/// As /proc/cpuinfo writes a name of the catalogue.
std::string spelled(const Cpu& cpu) {
  std::string name = cpu.name;
  const auto insert = [&name](const std::string& word, const std::string& sign) {
    const auto at = name.find(word);
    if (at != std::string::npos) name.insert(at + word.size(), sign);
  };
  if (name.starts_with("AMD")) return name + " " + std::to_string(cpu.cores) + "-Core Processor";
  insert("Intel", "(R)");
  insert("Xeon", "(R)");
  insert("Core", "(TM)");
  return name + " CPU @ 2.50GHz";
}

TEST(CpuCatalogue, EveryEntryIsFoundAsTheKernelSpellsIt) {
  for (const Cpu& cpu : cpus()) {
    const auto found = find_cpu(spelled(cpu));
    ASSERT_TRUE(found.has_value()) << spelled(cpu);
    EXPECT_EQ(found->name, cpu.name);
  }
}

struct Spelling {
  const char* model_name;
  const char* name;
};

TEST(CpuCatalogue, SpellingsSeenOnMachines) {
  const Spelling spellings[] = {
      {"Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", "Intel Xeon Gold 6248"},
      {"Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "Intel Xeon E5-2680 v4"},
      {"Intel(R) Xeon(R) Platinum 8480+", "Intel Xeon Platinum 8480+"},
      {"INTEL(R) XEON(R) PLATINUM 8592+", "Intel Xeon Platinum 8592+"},
      {"Intel(R) Xeon(R) CPU Max 9480", "Intel Xeon CPU Max 9480"},
      {"Intel(R) Xeon(R) w9-3495X", "Intel Xeon w9-3495X"},
      {"Intel(R) Xeon(R) 6980P", "Intel Xeon 6980P"},
      {"Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", "Intel Core i7-8700K"},
      {"12th Gen Intel(R) Core(TM) i9-12900K", "Intel Core i9-12900K"},
      {"13th Gen Intel(R) Core(TM) i7-13700H", "Intel Core i7-13700H"},
      {"Intel(R) Core(TM) Ultra 9 285K", "Intel Core Ultra 9 285K"},
      {"AMD EPYC 7763 64-Core Processor", "AMD EPYC 7763"},
      {"AMD Ryzen 9 5950X 16-Core Processor", "AMD Ryzen 9 5950X"},
      {"AMD Ryzen 7 5700G with Radeon Graphics", "AMD Ryzen 7 5700G"},
      {"AMD Ryzen 7 1700X Eight-Core Processor", "AMD Ryzen 7 1700X"},
      {"AMD Ryzen 7 7840U w/ Radeon  780M Graphics", "AMD Ryzen 7 7840U"},
      {"AMD Ryzen Threadripper PRO 5975WX 32-Cores", "AMD Ryzen Threadripper PRO 5975WX"},
  };
  for (const auto& [model_name, name] : spellings) {
    const auto found = find_cpu(model_name);
    ASSERT_TRUE(found.has_value()) << model_name;
    EXPECT_EQ(found->name, name);
  }
}

TEST(CpuCatalogue, NamesThatSayTooLittleAreNotFound) {
  for (const char* name :
       {"", "Intel(R) Xeon(R) Processor", "Intel(R) Xeon(R) CPU @ 2.20GHz", "AMD EPYC Processor",
        "QEMU Virtual CPU version 2.5+", "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz"}) {
    EXPECT_FALSE(find_cpu(name).has_value()) << name;
  }
}

TEST(CpuCatalogue, WordsInAnyOrderWithoutTheMaker) {
  const Spelling spellings[] = {{"EPYC 7742", "AMD EPYC 7742"},
                                {"Core i9-9900K", "Intel Core i9-9900K"},
                                {"i9 9900k", "Intel Core i9-9900K"},
                                {"Xeon 6248", "Intel Xeon Gold 6248"},
                                {"6248 gold", "Intel Xeon Gold 6248"}};
  for (const auto& [words, name] : spellings) {
    const auto found = cpus_with_words(words);
    ASSERT_EQ(found.size(), 1U) << words;
    EXPECT_EQ(found.front().name, name);
  }
  EXPECT_GT(cpus_with_words("Xeon Gold").size(), 20U);
  EXPECT_TRUE(cpus_with_words("").empty());
  EXPECT_TRUE(cpus_with_words("Intel").empty()) << "a maker alone is no name";
  EXPECT_TRUE(cpus_with_words("EPYC 7743").empty());
}

TEST(CpuCatalogue, KnowsTheMakersFigures) {
  const auto epyc = find_cpu("AMD EPYC 7763 64-Core Processor");
  ASSERT_TRUE(epyc.has_value());
  EXPECT_EQ(epyc->tdp, Watts(280.0));
  EXPECT_EQ(epyc->cores, 64);
}

}  // namespace
}  // namespace joulecast::hardware
