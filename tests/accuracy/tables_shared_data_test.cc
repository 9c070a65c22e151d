// Every built-in mapping reads the table that it was written for.
#include <gtest/gtest.h>

#include <set>

#include "joulecast/hardware/gpu.h"
#include "joulecast/pre/observations.h"
#include "pre/table_groups.h"
#include "shared_data.h"

namespace joulecast::pre {
namespace {

Table read(const char* file) {
  auto table = read_table(shared_data() / file);
  EXPECT_TRUE(table.ok()) << table.error().message;
  return table.ok() ? std::move(*table) : Table{};
}

std::size_t groups(const Table& table, std::string_view column) {
  const auto texts = column_of(table, column);
  EXPECT_TRUE(texts.ok()) << texts.error().message;
  return texts.ok() ? std::set<std::string>(texts->begin(), texts->end()).size() : 0;
}

void expect_known_gpus(const Table& table) {
  std::set<std::string> names;
  for (const Observation& row : table.observations) names.insert(row.set_up.gpu);
  for (const std::string& name : names) {
    const auto gpu = hardware::find_gpu(name);
    EXPECT_TRUE(gpu.ok()) << name << ": " << gpu.error().message;
  }
}

TEST(Tables, Delrey2025) {
  JOULECAST_NEEDS_SHARED_DATA("delrey2025/runs.csv");
  const Table table = read("delrey2025/runs.csv");
  ASSERT_EQ(table.observations.size(), 857U);
  EXPECT_EQ(groups(table, "configuration"), 48U);
  EXPECT_EQ(groups(table, "architecture"), 8U);
  EXPECT_EQ(groups(table, "gpu"), 3U);
  ASSERT_EQ(table.notes.size(), 1U);
  EXPECT_NE(table.notes[0].find("assumed: FP32"), std::string::npos);
  const Observation& first = table.observations.front();
  EXPECT_EQ(first.set_up.network, "keras/vgg16");
  EXPECT_DOUBLE_EQ(first.power->value(), 334.53602225);
  EXPECT_DOUBLE_EQ(first.epoch_energy->value(), 13407.28174);
  EXPECT_DOUBLE_EQ(first.set_up.frozen_epochs_share, 10.0 / 75.0);
  const Observation& third = table.observations[2];
  EXPECT_EQ(third.set_up.network, "keras/inception_v3");
  EXPECT_EQ(third.set_up.head->units, (std::vector<std::int64_t>{2048, 1024, 102}));
  EXPECT_TRUE(third.set_up.head->batch_norm);
  EXPECT_DOUBLE_EQ(third.set_up.frozen_epochs_share, 1.0);
  EXPECT_EQ(third.set_up.optimizer, Optimizer::kAdam);
  expect_known_gpus(table);
}

TEST(Tables, Zeus) {
  JOULECAST_NEEDS_SHARED_DATA("zeus/summary_power_v100.csv");
  Table table = read("zeus/summary_power_v100.csv");
  append(table, read("zeus/summary_power_rtx6000.csv"));
  ASSERT_EQ(table.observations.size(), 886U);
  EXPECT_EQ(groups(table, "gpu"), 2U);
  EXPECT_EQ(groups(table, "power_limit"), 8U);
  expect_known_gpus(table);
  for (const Observation& row : table.observations) {
    EXPECT_GT(row.set_up.train_size, 0.0);
    EXPECT_TRUE(row.set_up.power_limit && row.power && row.epoch_time);
  }
  const auto v100 = hardware::find_gpu(table.observations.front().set_up.gpu);
  ASSERT_TRUE(v100.ok());
  EXPECT_DOUBLE_EQ(v100->tdp.value(), 250.0) << "the PCIe card";
}

TEST(Tables, Ecnas) {
  JOULECAST_NEEDS_SHARED_DATA("ecnas/runs.csv.gz");
  const Table table = read("ecnas/runs.csv.gz");
  EXPECT_EQ(table.observations.size(), 2453U);
  EXPECT_EQ(groups(table, "architecture"), 2207U);
  EXPECT_NEAR(table.observations.front().epoch_energy->value(), 23312.340142 / 4.0, 1e-6);
  expect_known_gpus(table);
}

TEST(Tables, Fischer2022) {
  JOULECAST_NEEDS_SHARED_DATA("fischer2022/train_runs.csv");
  const Table table = read("fischer2022/train_runs.csv");
  EXPECT_EQ(table.observations.size(), 22U);
  EXPECT_EQ(table.observations.front().set_up.network, "keras/vgg16");
  EXPECT_EQ(table.observations[7].set_up.framework, "pytorch");
  EXPECT_NEAR(table.observations.front().epoch_time->value(), 9002.549468, 1e-6);
  expect_known_gpus(table);
}

TEST(Tables, TimesOnly) {
  JOULECAST_NEEDS_SHARED_DATA("lambda/runs.csv.gz");
  const Table lambda = read("lambda/runs.csv.gz");
  EXPECT_EQ(lambda.observations.size(), 1462U);
  expect_known_gpus(lambda);
  const Table timm = read("timm/train.csv.gz");
  EXPECT_EQ(timm.observations.size(), 1510U);
  // 512 images of a step, 1000 steps an epoch.
  EXPECT_NEAR(timm.observations.front().epoch_time->value(), 50.423, 1e-9);
  expect_known_gpus(timm);
  const Table ryujaehun = read("ryujaehun/steps.csv.gz");
  EXPECT_EQ(ryujaehun.observations.size(), 380U);
  expect_known_gpus(ryujaehun);
  const Table mpt = read("llm/mpt_a100.csv");
  EXPECT_EQ(mpt.observations.size(), 139U);
  expect_known_gpus(mpt);
}

}  // namespace
}  // namespace joulecast::pre
