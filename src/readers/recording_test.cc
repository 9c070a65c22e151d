#include "readers/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <string>

#include "joulecast/readers/recording_writer.h"
#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* kRunJson = R"({
  "schema": "joulecast.recording/1", "name": "x", "title": "A test",
  "started": "2024-05-01T10:00:00Z", "duration_s": 4, "unit": "epochs", "planned_epochs": 40,
  "devices": [
    {"id": "cpu", "kind": "cpu", "name": "A CPU", "origin": "modelled", "source": "a formula"},
    {"id": "gpu0", "kind": "gpu", "name": "A GPU", "origin": "counter", "source": "a meter",
     "power_limit_w": 300}
  ]
})";
constexpr const char* kEpochs =
    "epoch,start_s,end_s,phase,samples,evaluation_start_s,evaluation_end_s,loss,val_loss,accuracy\n"
    "1,0,2,train,64,1.5,2,0.9,1.1,0.5\n2,2,4,train,64,,,0.8,,\n";
constexpr const char* kSamples = "time_s,power_cpu_w,power_gpu0_w\n0,10,100\n1,11,\n2,12,102\n";

TEST(Recording, ReadsAFolder) {
  const TestFolder folder;
  folder.write("run.json", kRunJson);
  folder.write("epochs.csv", kEpochs);
  folder.write("samples.csv.gz", gzipped(kSamples));
  for (const fs::path& path : {folder.path(), folder.path() / "run.json"}) {
    const auto run = must_load(path);
    EXPECT_EQ(run.report.format, "joulecast");
    EXPECT_EQ(run.run.plan.unit, WorkUnit::kEpochs);
    EXPECT_EQ(*run.run.plan.total, 40.0);
    EXPECT_EQ(*run.run.start_unix_s, 1714557600.0);
    ASSERT_EQ(run.run.traces.size(), 2u);
    EXPECT_EQ(run.run.traces[0].device.origin, Origin::kModelled);
    EXPECT_EQ(run.run.traces[0].device.source, "a formula");
    EXPECT_EQ(run.run.traces[1].device.kind, DeviceKind::kGpu);
    EXPECT_EQ(run.run.traces[1].device.origin, Origin::kCounter);
    EXPECT_EQ(run.run.traces[1].device.power_limit->value(), 300.0);
    EXPECT_THAT(run.run.traces[0].power_w, ElementsAre(10, 11, 12));
    EXPECT_THAT(run.run.traces[1].time_s, ElementsAre(0, 2));
    ASSERT_EQ(run.run.epochs.size(), 2u);
    EXPECT_EQ(run.run.epochs[0].phase, "train");
    EXPECT_EQ(run.run.epochs[0].evaluation->start_s, 1.5);
    EXPECT_EQ(*run.run.epochs[0].validation_loss, 1.1);
    EXPECT_FALSE(run.run.epochs[0].energy.has_value());
  }
}

TEST(Recording, SaysWhatIsWrong) {
  const TestFolder folder;
  folder.write("run.json", kRunJson);
  EXPECT_EQ(error_of(folder, folder.path()),
            "run.json: neither epochs.csv nor samples.csv lies beside it");
  folder.write("epochs.csv", "epoch,start_s,end_s\n1,0,2\n2,1,4\n");
  EXPECT_EQ(error_of(folder, folder.path()),
            "epochs.csv:3: epoch 2 starts at 1 s, before epoch 1 ends at 2 s");
  folder.write("epochs.csv", "epoch,start_s,end_s\n1,2,2\n");
  EXPECT_EQ(error_of(folder, folder.path()),
            "epochs.csv:2: epoch 1 has no length: it lasts from 2 s to 2 s");
  folder.write("epochs.csv",
               "epoch,start_s,end_s,evaluation_start_s,evaluation_end_s\n1,0,2,1,3\n");
  EXPECT_EQ(error_of(folder, folder.path()),
            "epochs.csv:2: the evaluation of epoch 1 is not inside it");
  folder.write("epochs.csv", kEpochs);
  folder.write("samples.csv", "time_s,power_ram_w\n0,1\n");
  EXPECT_EQ(error_of(folder, folder.path()),
            "samples.csv:1: the column power_ram_w is of a device that run.json does not name; add "
            "it there");
  folder.write("samples.csv", "power_cpu_w\n1\n");
  EXPECT_EQ(
      error_of(folder, folder.path()),
      "samples.csv:1: there must be a column time_s and one power_<device>_w for each device");
  folder.write("run.json", R"({"schema": "joulecast.recording/2"})");
  EXPECT_EQ(error_of(folder, folder.path()),
            "run.json: the schema is 'joulecast.recording/2', this version of joulecast reads "
            "joulecast.recording/1; use a newer joulecast, or import the original recording again");
  folder.write("run.json", R"({"schema": "joulecast.recording/1", )");
  EXPECT_EQ(error_of(folder, folder.path()), "run.json: this is not a JSON object; is it cut off?");
  folder.write("run.json",
               R"({"schema": "joulecast.recording/1", "devices": [{"id": "a", "origin": "x"}]})");
  EXPECT_EQ(error_of(folder, folder.path()),
            "run.json: device 'a' has the origin 'x'; use one of counter, integrated, reported, "
            "modelled, assumed");
}

// A run with everything that the format can hold, given to a sink as a reader would.
void tell(RunSink& sink) {
  sink.device({.id = "GPU-0,\"a\"",
               .kind = DeviceKind::kGpu,
               .name = "GPU \"0\", bent",
               .origin = Origin::kCounter,
               .source = "a meter",
               .power_limit = Watts(300.5)});
  Epoch epoch;
  epoch.number = 3;
  epoch.phase = "fine-tune, late";
  epoch.start_s = 0.1;
  epoch.end_s = 10.0 / 3.0;
  epoch.energy = Joules(1e5 / 3.0);
  epoch.energy_origin = Origin::kModelled;
  epoch.evaluation = Evaluation{.start_s = 3.0, .end_s = 10.0 / 3.0, .energy = Joules(0.1)};
  epoch.samples = 1281167;
  epoch.loss = 0.1;
  epoch.validation_loss = 1.0 / 3.0;
  epoch.accuracy = 0.999;
  sink.epoch(epoch);
  Epoch bare;
  bare.number = 4;
  bare.start_s = 10.0 / 3.0;
  bare.end_s = 5.0;
  sink.epoch(bare);
  sink.device({.id = "node",
               .kind = DeviceKind::kNode,
               .name = "",
               .origin = Origin::kIntegrated,
               .source = "",
               .power_limit = {}});
  // One device after the other, as from one log per node; times partly the same.
  for (int i = 0; i < 5000; ++i) sink.sample(0, -1.0 + i / 3.0, 100.0 + std::sin(i));
  for (int i = 0; i < 2500; ++i) sink.sample(1, -1.0 + 2 * i / 3.0, 1000.0 + std::cos(i));
}

ReadReport report_of_tell() {
  ReadReport report;
  report.plan = {.unit = WorkUnit::kSamples, .total = 1e9, .duration = Seconds(7200.25)};
  report.start_unix_s = 1714557600.125;
  return report;
}

TEST(RecordingWriter, WritesWhatIsReadBackTheSame) {
  const TestFolder folder;
  RunCollector collector;
  tell(collector);
  const auto expected = collector.take();
  const fs::path target = folder.path() / "out";
  auto writer = RecordingWriter::create(target, "A title");
  ASSERT_TRUE(writer.ok()) << writer.error().message;
  tell(**writer);
  EXPECT_FALSE(fs::exists(target));
  const Status status = (*writer)->finish(report_of_tell());
  ASSERT_TRUE(status.ok()) << status.error().message;

  const auto run = must_load(target);
  EXPECT_EQ(run.report.bad_rows + run.report.duplicates + run.report.clock_jumps, 0u);
  EXPECT_EQ(run.run.plan.unit, WorkUnit::kSamples);
  EXPECT_EQ(run.run.plan.total, 1e9);
  EXPECT_EQ(run.run.plan.duration->value(), 7200.25);
  EXPECT_EQ(run.run.start_unix_s, 1714557600.125);
  ASSERT_EQ(run.run.traces.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const Device& device = run.run.traces[i].device;
    const Device& was = expected.traces[i].device;
    EXPECT_EQ(device.id, was.id);
    EXPECT_EQ(device.kind, was.kind);
    EXPECT_EQ(device.name, was.name);
    EXPECT_EQ(device.origin, was.origin);
    EXPECT_EQ(device.source, was.source);
    EXPECT_EQ(device.power_limit, was.power_limit);
    EXPECT_EQ(run.run.traces[i].time_s, expected.traces[i].time_s);
    EXPECT_EQ(run.run.traces[i].power_w, expected.traces[i].power_w);
  }
  ASSERT_EQ(run.run.epochs.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const Epoch& epoch = run.run.epochs[i];
    const Epoch& was = expected.epochs[i];
    EXPECT_EQ(epoch.number, was.number);
    EXPECT_EQ(epoch.phase, was.phase);
    EXPECT_EQ(epoch.start_s, was.start_s);
    EXPECT_EQ(epoch.end_s, was.end_s);
    EXPECT_EQ(epoch.energy, was.energy);
    EXPECT_EQ(epoch.energy_origin, was.energy_origin);
    EXPECT_EQ(epoch.samples, was.samples);
    EXPECT_EQ(epoch.loss, was.loss);
    EXPECT_EQ(epoch.validation_loss, was.validation_loss);
    EXPECT_EQ(epoch.accuracy, was.accuracy);
    ASSERT_EQ(epoch.evaluation.has_value(), was.evaluation.has_value());
    if (!was.evaluation) continue;
    EXPECT_EQ(epoch.evaluation->start_s, was.evaluation->start_s);
    EXPECT_EQ(epoch.evaluation->end_s, was.evaluation->end_s);
    EXPECT_EQ(epoch.evaluation->energy, was.evaluation->energy);
  }
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(RecordingWriter, LeavesNothingWithoutFinish) {
  const TestFolder folder;
  {
    auto writer = RecordingWriter::create(folder.path() / "out");
    ASSERT_TRUE(writer.ok());
    tell(**writer);
    EXPECT_EQ(entries(folder.path()), 1u);
  }
  EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(RecordingWriter, RefusesATargetThatIsThere) {
  const TestFolder folder;
  fs::create_directory(folder.path() / "out");
  const auto writer = RecordingWriter::create(folder.path() / "out/");
  ASSERT_FALSE(writer.ok());
  EXPECT_THAT(writer.error().message,
              EndsWith("out: exists already; name a folder that does not, or remove it"));

  auto late = RecordingWriter::create(folder.path() / "late");
  ASSERT_TRUE(late.ok());
  folder.write("late/precious.txt", "keep me");
  const Status status = (*late)->finish({});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("exists already"));
  EXPECT_EQ(entries(folder.path()), 2u);
}

TEST(RecordingWriter, NamesAFolderWhereItCannotWrite) {
  const TestFolder folder;
  const auto writer = RecordingWriter::create(folder.path() / "missing" / "out");
  ASSERT_FALSE(writer.ok());
  EXPECT_THAT(writer.error().message, HasSubstr("cannot create a folder here"));
}

TEST(RecordingWriter, ReportsAFullDiskAndLeavesNothing) {
  const TestFolder folder;
  auto writer = RecordingWriter::create(folder.path() / "out");
  ASSERT_TRUE(writer.ok());
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* old = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 16384;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  tell(**writer);
  const Status status = (*writer)->finish(report_of_tell());
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("cannot write"));
  EXPECT_EQ(entries(folder.path()), 0u);
}

}  // namespace
}  // namespace joulecast::readers
