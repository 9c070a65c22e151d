#include "readers/run_folder_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "readers/recognise.h"
#include "readers/test_files.h"
#include "store/test_runs.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

TEST(RunFolderFormat, ARunFolderIsARecording) {
  const TestFolder folder;
  const fs::path run = store::write_run(folder.path());
  for (const fs::path& path : {run, run / "events.jsonl"}) {
    const LoadedRun loaded = must_load(path);
    EXPECT_EQ(loaded.report.format, "run");
    EXPECT_EQ(loaded.report.samples, 2U * 2001U);
    EXPECT_EQ(loaded.report.gaps, 0U);
    EXPECT_EQ(loaded.report.plan.total, 10.0);
    EXPECT_EQ(loaded.report.start_unix_s, store::TestRun().start_unix_s);
    ASSERT_EQ(loaded.run.traces.size(), 2U);
    EXPECT_EQ(loaded.run.traces[0].device.origin, Origin::kCounter);
    EXPECT_NEAR(loaded.run.traces[0].power_w[15], 300.0 + 50.0 * std::sin(1.5), 1e-3);
    ASSERT_EQ(loaded.run.epochs.size(), 10U);
    EXPECT_EQ(loaded.run.epochs[9].energy, Joules(6800.0));
    EXPECT_THAT(loaded.report.notes, Contains("a note"));
  }
}

TEST(RunFolderFormat, ItsGapsAreCounted) {
  const TestFolder folder;
  auto writer = store::RunWriter::create(folder.path(), store::start_of(store::TestRun()));
  ASSERT_TRUE(writer.ok());
  (*writer)->devices(store::test_devices());
  for (int i = 0; i < 100; ++i) {
    const float power_w[] = {100.0F, i < 50 ? 40.0F : std::nanf("")};
    (*writer)->sample(i < 60 ? i : i + 10.0, power_w);
  }
  ASSERT_TRUE((*writer)->flush().ok());
  const LoadedRun loaded = must_load((*writer)->folder());
  EXPECT_EQ(loaded.report.samples, 150U);
  EXPECT_EQ(loaded.report.gaps, 1U);
  EXPECT_EQ(loaded.report.gap_s, 11.0);
  EXPECT_THAT(loaded.report.notes, Contains(HasSubstr("is still under way")));
}

TEST(RunFolderFormat, DamageIsToldNotFatal) {
  const TestFolder folder;
  const fs::path run = store::write_run(folder.path());
  std::fstream(run / "events.jsonl", std::ios::in | std::ios::out).write("garbage", 7);
  const LoadedRun loaded = must_load(run);
  EXPECT_EQ(loaded.run.epochs.size(), 10U);
  EXPECT_THAT(loaded.report.notes, Contains(HasSubstr("line 1")));
}

TEST(RunFolderFormat, APartOfAFolderIsNoRecording) {
  const TestFolder folder;
  const fs::path run = store::write_run(folder.path());
  fs::rename(run / "events.jsonl", folder.path() / "copy.jsonl");
  EXPECT_EQ(error_of(folder, folder.path() / "copy.jsonl"),
            "copy.jsonl: this is a part of a run folder; name the folder it came from");
}

}  // namespace
}  // namespace joulecast::readers
