#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/test_folder.h"
#include "joulecast/pre/observations.h"
#include "pre/mapping.h"
#include "pre/recognise.h"

namespace joulecast::pre {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMapping = R"(
name = "mine"
[fields]
meter = "wall plug"
gpu = { column = "card", values = { big = "RTX 3090" } }
network = { text = "net {net}" }
batch_size = { column = "batch" }
epochs = 10
power_limit = { column = "limit", unit = "W", optional = true }
power = { column = "kw", unit = "kW" }
total_energy = { column = "kwh", unit = "kWh" }
[[when]]
where = { net = "a", batch = [64, 128] }
fields = { optimizer = "adam", train_size = 640 }
[[when]]
where = { file_name = "night" }
fields = { host = "night" }
[[leave_out]]
where = { net = "broken" }
why = "did not end"
)";

std::string error_of(const std::string& csv, const char* mapping = kMapping) {
  const TestFolder folder;
  const auto table =
      read_table(folder.write("runs.csv", csv), folder.write("mapping.toml", mapping));
  if (table.ok()) return "no error";
  const std::string& message = table.error().message;
  return message.substr(message.find("runs.csv") == std::string::npos ? 0
                                                                      : message.find("runs.csv"));
}

TEST(Table, AMappingSaysWhatTheColumnsAre) {
  const TestFolder folder;
  const auto table = read_table(folder.write("night.csv",
                                             "card,net,batch,kw,kwh,note\n"
                                             "big,a,64,0.25,0.1,x\n"
                                             "other,b,32,,0.2,y\n"
                                             "big,broken,32,0.1,0.2,\n"
                                             "big,b,32,,,\n"),
                                folder.write("mapping.toml", kMapping));
  ASSERT_TRUE(table.ok()) << table.error().message;
  ASSERT_EQ(table->observations.size(), 2U);
  const Observation& first = table->observations[0];
  EXPECT_EQ(first.set_up.gpu, "RTX 3090");
  EXPECT_EQ(first.set_up.network, "net a");
  EXPECT_EQ(first.set_up.host, "night");
  EXPECT_EQ(first.set_up.optimizer, Optimizer::kAdam);
  EXPECT_DOUBLE_EQ(first.set_up.train_size, 640.0);
  EXPECT_EQ(first.meter, "wall plug");
  EXPECT_EQ(first.source, "mine");
  EXPECT_EQ(first.row, 1);
  EXPECT_THAT(place_of(first), ::testing::EndsWith("night.csv:2"));
  EXPECT_DOUBLE_EQ(first.power->value(), 250.0);
  EXPECT_DOUBLE_EQ(first.epoch_energy->value(), 0.1 * 3.6e6 / 10.0);
  const Observation& second = table->observations[1];
  EXPECT_EQ(second.set_up.optimizer, Optimizer::kMomentum);
  EXPECT_FALSE(second.power) << "an empty cell is absent, not zero";
  EXPECT_EQ(table->cells[1][5], "y");
  ASSERT_EQ(table->notes.size(), 3U);
  EXPECT_THAT(table->notes[0], HasSubstr("1 rows left out: did not end"));
  EXPECT_THAT(table->notes[1], HasSubstr("nothing measured"));
  EXPECT_THAT(table->notes[2],
              ::testing::EndsWith("not said in the table, and assumed: FP32, SGD with momentum (1 "
                                  "of 2 rows), input from the host's memory, no validation"));
}

TEST(Table, BadCellsAreNamedByTheirPlace) {
  const std::string header = "card,net,batch,kw,kwh\n";
  EXPECT_THAT(error_of(header + "big,a,64,-1,1\n"), HasSubstr("runs.csv:2:10: kw"));
  EXPECT_THAT(error_of(header + "big,a,64,-1,1\n"), HasSubstr("'-1' must be a number above 0"))
      << "the cell as it stands, not in watts";
  EXPECT_THAT(error_of(header + "big,a,64,nan,1\n"), HasSubstr("above 0"));
  EXPECT_THAT(error_of(header + "big,a,64,0.2,much\n"), HasSubstr("runs.csv:2:14: kwh: 'much'"));
  EXPECT_THAT(error_of(header + "big,a,0,0.2,1\n"), HasSubstr("runs.csv:2:7: batch: '0'"));
  EXPECT_THAT(error_of(header + "big,a,64,0.2\n"), HasSubstr("4 fields and the header 5"));
  EXPECT_THAT(error_of(header + ",a,64,0.2,1\n"), HasSubstr("which GPU?"));
  EXPECT_THAT(error_of("card,net,batchs,kw,kwh\nbig,a,64,0.2,1\n"),
              HasSubstr("did you mean 'batchs'?"));
  EXPECT_THAT(error_of(header), HasSubstr("no row to use"));
}

std::string plain_error(const std::string& text) {
  const TestFolder folder;
  const auto table = read_table(folder.write("runs.csv", text));
  return table.ok() ? std::string("no error") : table.error().message;
}

TEST(Table, ColumnsThatAreNearlyKnownAreNoted) {
  const TestFolder folder;
  const auto table = read_table(folder.write(
      "runs.csv", "gpu,network,batch_size,power_w,epoch_enrgy_j,comment\nT4,a,32,60,5,x\n"));
  ASSERT_TRUE(table.ok()) << table.error().message;
  ASSERT_FALSE(table->notes.empty());
  EXPECT_THAT(table->notes[0], HasSubstr("runs.csv:1: the column 'epoch_enrgy_j' is not used; did "
                                         "you mean 'epoch_energy_j'?"));
}

TEST(Table, AColumnStandsOnce) {
  EXPECT_THAT(plain_error("gpu,network,batch_size,power_w,Power_W\nT4,a,32,60,61\n"),
              HasSubstr("runs.csv:1: two columns are called 'Power_W'"));
}

TEST(Table, MeasurementsThatCannotBeAreRefused) {
  const std::string header = "gpu,network,batch_size,power_w,epoch_energy_j,epoch_time_s\n";
  EXPECT_THAT(plain_error(header + "T4,a,32,60,600,10\nT4,a,32,2e30,,\n"),
              HasSubstr("runs.csv:3: 2e+30 W is more than any training takes"));
  EXPECT_THAT(plain_error(header + "T4,a,32,200,1000,9999\n"),
              HasSubstr("runs.csv:2: an epoch of 1000 J is not one of 200 W for 9999 s (2e+06 J)"));
  EXPECT_EQ(plain_error(header + "T4,a,32,60,1100,10\n"), "no error") << "another meter, perhaps";
}

TEST(Table, TheNetworkIsAskedForByItsColumn) {
  EXPECT_THAT(plain_error("gpu,batch_size,power_w\nT4,32,60\n"),
              HasSubstr("runs.csv:1: which network? the table has no column 'network'"));
  EXPECT_THAT(plain_error("gpu,network,batch_size,power_w\nT4,a,32,60\nT4,,32,60\n"),
              HasSubstr("runs.csv:3:4: which network? this row's 'network' is empty"));
  EXPECT_EQ(plain_error("gpu,gflops,batch_size,power_w\nT4,3.6,32,60\n"), "no error");
}

TEST(Table, BadMappingsAreNamedByTheirPlace) {
  const auto mapping_error = [](const char* text) {
    const auto mapping = parse_mapping(text, "m.toml");
    return mapping.ok() ? std::string("no error") : mapping.error().message;
  };
  EXPECT_THAT(mapping_error("name = \"x\"\n[fields]\nbatchsize = 3\n"),
              HasSubstr("m.toml:3:13: there is no field 'batchsize' (did you mean batch_size?)"));
  EXPECT_THAT(mapping_error("name = \"x\"\n[fields]\npower = { column = \"p\" }\n"),
              HasSubstr("power needs a unit"));
  EXPECT_THAT(mapping_error("name = \"x\"\n[fields]\npower = { column = \"p\", unit = \"J\" }\n"),
              HasSubstr("m.toml:3"));
  EXPECT_THAT(mapping_error("name = \"x\"\n[fields]\ngpu = { colum = \"p\" }\n"),
              HasSubstr("did you mean column?"));
  EXPECT_THAT(mapping_error("name = \"x\"\n[fields]\ngpu = \"a\"\n[[leave_out]]\nwhy = \"b\"\n"),
              HasSubstr("needs where"));
  EXPECT_THAT(mapping_error("name = \"x"), HasSubstr("m.toml:1"));
  EXPECT_THAT(mapping_error("[fields]\n"), HasSubstr("needs a name"));
}

TEST(Table, StepsAndThroughputsBecomeEpochs) {
  const TestFolder folder;
  const auto table = read_table(folder.write("steps.csv",
                                             "gpu,ms,tokens\n"
                                             "V100,250,\n"
                                             "V100,,2048\n"),
                                folder.write("mapping.toml", R"(
name = "steps"
[fields]
gpu = { column = "gpu" }
gpus = 2
batch_size = 4
sequence_length = 512
steps_per_epoch = 100
step_time = { column = "ms", unit = "ms" }
token_throughput = { column = "tokens" }
gflops = { text = "3", factor = 2 }
)"));
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_DOUBLE_EQ(table->observations[0].set_up.train_size, 800.0);
  EXPECT_DOUBLE_EQ(table->observations[0].epoch_time->value(), 25.0);
  EXPECT_DOUBLE_EQ(table->observations[1].epoch_time->value(), 800.0 / 4.0);
  EXPECT_TRUE(table->observations[0].set_up.network.empty()) << "no network is named";
}

TEST(Table, IterationsOfAGlobalBatchBecomeEpochsAndAccumulation) {
  constexpr const char* kIterations = R"(
name = "iterations"
[fields]
gpu = "A100"
gpus = 2
network = "gpt 2x64x4"
batch_size = { column = "micro" }
sequence_length = 512
global_batch = { column = "global" }
iteration_time = { column = "ms", unit = "ms" }
steps_per_epoch = 100
)";
  const TestFolder folder;
  const auto table = read_table(folder.write("runs.csv", "micro,global,ms\n4,32,200\n"),
                                folder.write("mapping.toml", kIterations));
  ASSERT_TRUE(table.ok()) << table.error().message;
  const Observation& row = table->observations[0];
  EXPECT_EQ(row.set_up.gradient_accumulation, 4);
  EXPECT_DOUBLE_EQ(row.set_up.train_size, 100 * 4 * 2);
  EXPECT_DOUBLE_EQ(row.epoch_time->value(), 100 * 0.2 / 4);
  EXPECT_THAT(error_of("micro,global,ms\n4,30,200\n", kIterations),
              HasSubstr("runs.csv:2: a global batch of 30 is no whole number of steps of 8"));
}

TEST(Table, AGlobalBatchIsSharedByTheGpus) {
  const TestFolder folder;
  const auto table = read_table(folder.write("runs.csv", "gpus,global,rate\n8,3200,56000\n"),
                                folder.write("mapping.toml", R"(
name = "rates"
[fields]
gpu = "H100"
gpus = { column = "gpus" }
network = "resnet50"
global_batch = { column = "global" }
throughput = { column = "rate" }
steps_per_epoch = 10
)"));
  ASSERT_TRUE(table.ok()) << table.error().message;
  const auto& set_up = table->observations[0].set_up;
  EXPECT_EQ(set_up.batch_size, 400);
  EXPECT_EQ(set_up.gradient_accumulation, 1);
  EXPECT_DOUBLE_EQ(set_up.train_size, 32000.0);
}

TEST(Table, RulesThatShareAReasonAreToldOnce) {
  const TestFolder folder;
  const auto table = read_table(folder.write("runs.csv", "split,w\na,60\nb,60\nc,60\n"),
                                folder.write("mapping.toml", R"(
name = "mine"
[fields]
gpu = "T4"
network = "resnet50"
power = { column = "w", unit = "W" }
[[leave_out]]
where = { split = "a" }
why = "split"
[[leave_out]]
where = { split = "b" }
why = "split"
)"));
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_EQ(table->notes[0], "runs.csv: 2 rows left out: split") << "no folder: notes are kept";
}

TEST(Table, TablesOfOtherColumnsAreAppended) {
  const TestFolder folder;
  auto first = read_table(folder.write("a.csv", "gpu,network,batch_size,power_w\nT4,a,32,60\n"));
  auto second =
      read_table(folder.write("b.csv", "batch_size,network,note,gpu,power_w\n64,a,x,P4,50\n"));
  ASSERT_TRUE(first.ok()) << first.error().message;
  ASSERT_TRUE(second.ok()) << second.error().message;
  append(*first, std::move(*second));
  EXPECT_THAT(first->columns,
              ::testing::ElementsAre("gpu", "network", "batch_size", "power_w", "note"));
  EXPECT_THAT(first->cells[0], ::testing::ElementsAre("T4", "a", "32", "60", ""));
  EXPECT_THAT(first->cells[1], ::testing::ElementsAre("P4", "a", "64", "50", "x"));
  EXPECT_EQ(first->observations.size(), 2U);
  EXPECT_EQ(first->architectures.size(), 2U);
}

TEST(Table, UnknownHeadersAndMappings) {
  const TestFolder folder;
  const auto path = folder.write("a.csv", "gpu,power_w\nT4,60\n");
  EXPECT_THAT(read_table(path).error().message, HasSubstr("the nearest is joulecast, which also "
                                                          "has batch_size"));
  EXPECT_THAT(read_table(path, "zeuss").error().message,
              HasSubstr("those are deepgreen, delrey2025"));
  EXPECT_FALSE(read_table(folder.path() / "none.csv").ok());
}

TEST(Table, EveryBuiltInMappingIsReadAndOfItsOwn) {
  std::set<std::string> names, headers;
  for (const Mapping& mapping : built_in_mappings()) {
    EXPECT_TRUE(names.insert(mapping.name).second);
    EXPECT_FALSE(mapping.about.empty()) << mapping.name;
    const auto columns = mapping.needed_columns();
    const auto found = recognise(columns, "x.csv");
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ((*found)->name, mapping.name);
  }
  constexpr std::size_t kFiles = 13;
  EXPECT_EQ(names.size(), kFiles) << "one of data/sources does not parse";
}

}  // namespace
}  // namespace joulecast::pre
