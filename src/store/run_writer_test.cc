#include "joulecast/store/run_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <set>

#include "base/test_folder.h"
#include "joulecast/store/run_folder.h"
#include "store/sample_log.h"
#include "store/sample_reader.h"
#include "store/test_runs.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::size_t rows_in(const fs::path& folder) {
  std::size_t rows = 0;
  read_rows(folder, 2, [&](double, std::span<const float>) { ++rows; });
  return rows;
}

// Runs `body` in a process of its own, which ends by SIGKILL if it does not end before.
template <typename Body>
void in_killed_process(Body&& body) {
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    body();
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(RunWriter, WhatWasSaidBeforehandIsKept) {
  const TestFolder store;
  RunStart start = start_of({});
  start.set_up = {{"network", "resnet50"}, {"batch_size", "64"}};
  start.probe = true;
  auto writer = RunWriter::create(store.path(), start);
  ASSERT_TRUE(writer.ok()) << writer.error().message;
  (*writer)->estimate(test_forecast({}, 1));
  ASSERT_TRUE((*writer)->finish({}).ok());
  const auto record = read_record((*writer)->folder());
  ASSERT_TRUE(record.ok()) << record.error().message;
  EXPECT_EQ(record->start.set_up, start.set_up);
  EXPECT_TRUE(record->start.probe);
  EXPECT_TRUE(record->estimate);
}

TEST(RunWriter, WhatWasWrittenIsReadBack) {
  const TestFolder store;
  TestRun run;
  run.title = "a title";
  run.tags = {"exp1"};
  const fs::path folder = write_run(store.path() / "a" / "b", run);
  EXPECT_EQ(folder.filename(), "20261123T174640Z-node1-4711");
  const auto record = read_record(folder);
  ASSERT_TRUE(record.ok()) << record.error().message;
  EXPECT_EQ(record->id, folder.filename());
  EXPECT_EQ(record->state, RunState::kEnded);
  EXPECT_EQ(record->start.host, "node1");
  EXPECT_EQ(record->start.title, "a title");
  EXPECT_EQ(record->start.tags, run.tags);
  EXPECT_EQ(record->software.at("torch"), "2.1.0");
  EXPECT_EQ(record->plan.total, 10.0);
  ASSERT_EQ(record->devices.size(), 2U);
  EXPECT_EQ(record->devices[0].device.origin, Origin::kCounter);
  EXPECT_EQ(record->devices[0].device.power_limit, Watts(700.0));
  EXPECT_EQ(record->devices[1].gain_error, 0.3);
  ASSERT_EQ(record->epochs.size(), 10U);
  EXPECT_EQ(record->epochs[3].epoch.energy, Joules(6800.0));
  EXPECT_EQ(record->epochs[3].epoch.loss, 0.25);
  EXPECT_EQ(record->epochs[3].devices[1].cut_error, Joules(4.0));
  ASSERT_EQ(record->forecasts.size(), 10U);
  const Forecast wanted = test_forecast(run, 4);
  const Forecast& found = record->forecasts[3].forecast;
  EXPECT_EQ(found.energy->high, wanted.energy->high);
  EXPECT_EQ(found.duration->low, std::nullopt);
  EXPECT_EQ(found.parts[0].cause, "noise");
  EXPECT_EQ(found.origins, wanted.origins);
  EXPECT_EQ(found.stable, true);
  EXPECT_EQ(record->windows.at(0).name, "warm-up");
  EXPECT_EQ(record->notes.at(0).text, "a note");
  ASSERT_TRUE(record->end);
  EXPECT_EQ(record->end->exit_code, 0);
  EXPECT_EQ(record->end->footprint->currency, "EUR");
  EXPECT_EQ(record->last_s, 200.0);
  EXPECT_EQ(rows_in(folder), 2001U);
}

TEST(RunWriter, FilesAreTheOwnersOnlyWhateverTheUmask) {
  const TestFolder store;
  const mode_t before = ::umask(0);
  const fs::path open = write_run(store.path() / "open");
  ::umask(0777);
  const fs::path closed = write_run(store.path() / "closed");
  ::umask(before);
  for (const fs::path& folder : {open, closed}) {
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(folder.parent_path()).permissions(), fs::perms::owner_all);
    for (const auto& file : fs::directory_iterator(folder)) {
      EXPECT_EQ(file.status().permissions(), fs::perms::owner_read | fs::perms::owner_write);
    }
  }
}

TEST(RunWriter, NamesOfOneSecondNeverMeet) {
  const TestFolder store;
  std::set<fs::path> folders;
  for (int i = 0; i < 5; ++i) {
    auto writer = RunWriter::create(store.path(), start_of(TestRun()));
    ASSERT_TRUE(writer.ok());
    folders.insert((*writer)->folder());
  }
  TestRun strange;
  strange.host = "../../etc/\n";
  auto writer = RunWriter::create(store.path(), start_of(strange));
  ASSERT_TRUE(writer.ok());
  folders.insert((*writer)->folder());
  EXPECT_EQ(folders.size(), 6U);
  for (const fs::path& folder : folders) EXPECT_EQ(folder.parent_path(), store.path());
}

TEST(RunWriter, OneLineSaysWhyThereCanBeNoFolder) {
  const TestFolder store;
  write_bytes(store.path() / "file", "");
  const auto under_file = RunWriter::create(store.path() / "file" / "runs", start_of(TestRun()));
  ASSERT_FALSE(under_file.ok());
  EXPECT_THAT(under_file.error().message, HasSubstr("file where a folder should be"));
  const auto in_proc = RunWriter::create("/proc/joulecast", start_of(TestRun()));
  ASSERT_FALSE(in_proc.ok());
  EXPECT_THAT(in_proc.error().message, HasSubstr("/proc/joulecast: cannot make the folder"));
}

TEST(RunWriter, NoSecretIsInAnyByte) {
  const TestFolder store;
  const std::string secret = "hunter2SECRET9";
  RunStart start = start_of(TestRun());
  start.command = {"train", "--token", secret, "HF_TOKEN=" + secret,
                   "https://me:" + secret + "@h/x"};
  start.environment = {{"HF_TOKEN", secret},
                       {"SLURM_JWT", secret},
                       {"RANK", "0"},
                       {"SLURM_JOB_NAME", "x --password " + secret}};
  start.git_remote = "https://" + secret + "@github.com/a/b";
  start.title = "with token=" + secret;
  start.tags = {"token=" + secret};
  start.working_folder = "/home/token=" + secret;
  auto writer = RunWriter::create(store.path(), start);
  ASSERT_TRUE(writer.ok());
  std::vector<RecordedDevice> devices = test_devices();
  devices[0].device.source = "url https://u:" + secret + "@host";
  (*writer)->devices(devices);
  (*writer)->software({{"x", "api_key=" + secret}});
  (*writer)->note("the server said: Authorization: Bearer " + secret, 1.0);
  (*writer)->window({.name = "password: " + secret, .start_s = 0.0, .end_s = 1.0, .devices = {}});
  Forecast forecast = test_forecast(TestRun(), 1);
  forecast.told = {"--api-key " + secret};
  (*writer)->forecast(forecast, 1.0);
  const float power_w[] = {1.0F, 2.0F};
  (*writer)->sample(1.0, power_w);
  ASSERT_TRUE((*writer)->finish(test_end(TestRun())).ok());
  for (const auto& file : fs::directory_iterator((*writer)->folder())) {
    EXPECT_THAT(bytes_of(file.path()), Not(HasSubstr("hunter2"))) << file.path();
  }
  const auto record = read_record((*writer)->folder());
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->start.environment.size(), 2U);
  EXPECT_EQ(record->start.environment.at("RANK"), "0");
}

TEST(RunWriter, AfterSigkillAtMostTheLastSecondIsLost) {
  const TestFolder store;
  for (const double until_s : {0.4, 1.0, 5.3, 59.9, 60.1, 61.0, 130.7}) {
    TestRun run;
    run.pid = static_cast<int>(until_s * 100.0);
    const fs::path path = store.path() / "runs";
    in_killed_process([&] {
      auto writer = RunWriter::create(path, start_of(run));
      feed(**writer, run, until_s);
    });
    const fs::path folder = path / ("20261123T174640Z-node1-" + std::to_string(run.pid));
    const auto record = read_record(folder);
    ASSERT_TRUE(record.ok()) << record.error().message;
    EXPECT_EQ(record->state, RunState::kInterrupted);
    EXPECT_GE(record->last_s, until_s - 1.0);
    EXPECT_EQ(record->epochs.size(), static_cast<std::size_t>(until_s / 20.0));
    EXPECT_TRUE(record->notes.empty());
    const double rows = until_s * 10.0 + 1.0;
    EXPECT_GE(static_cast<double>(rows_in(folder)), rows - 10.0);
    EXPECT_LE(static_cast<double>(rows_in(folder)), rows + 0.5);
  }
}

TEST(RunWriter, AKillBetweenFrameAndTailDoublesNothing) {
  const TestFolder store;
  auto writer = RunWriter::create(store.path(), start_of(TestRun()));
  feed(**writer, TestRun(), 59.0);
  const fs::path folder = (*writer)->folder();
  const std::string tail = bytes_of(folder / kTailFile);
  ASSERT_FALSE(tail.empty());
  ASSERT_TRUE((*writer)->finish(test_end(TestRun())).ok());
  ASSERT_EQ(bytes_of(folder / kTailFile), "");
  const std::size_t rows = rows_in(folder);
  write_bytes(folder / kTailFile, tail);
  EXPECT_EQ(rows_in(folder), rows);
}

TEST(RunWriter, RowsThatAreNoneAreCountedNotStored) {
  const TestFolder store;
  auto writer = RunWriter::create(store.path(), start_of(TestRun()));
  ASSERT_TRUE(writer.ok());
  const float power_w[] = {1.0F, 2.0F, 3.0F};
  const std::span<const float> two(power_w, 2);
  (*writer)->sample(0.0, two);  // before the devices
  (*writer)->devices(test_devices());
  (*writer)->sample(1.0, two);
  (*writer)->sample(1.0, two);
  (*writer)->sample(0.5, two);
  (*writer)->sample(2.0, power_w);
  (*writer)->sample(std::numeric_limits<double>::quiet_NaN(), two);
  (*writer)->sample(3.0, two);
  ASSERT_TRUE((*writer)->finish(test_end(TestRun())).ok());
  EXPECT_EQ(rows_in((*writer)->folder()), 2U);
  const auto record = read_record((*writer)->folder());
  ASSERT_TRUE(record.ok());
  ASSERT_EQ(record->notes.size(), 1U);
  EXPECT_THAT(record->notes[0].text, HasSubstr("5 rows of samples were no rows"));
}

// The limit on a file's size stands in for a full disk: writing fails with what is there untouched.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(RunWriter, AFullDiskIsToldOnceAndEventsComeLater) {
  const TestFolder store;
  auto writer = RunWriter::create(store.path(), start_of(TestRun()));
  ASSERT_TRUE(writer.ok());
  const fs::path folder = (*writer)->folder();
  (*writer)->devices(test_devices());
  ASSERT_TRUE((*writer)->flush().ok());
  const auto row = [&](double time_s) {
    const float power_w[] = {100.0F, 50.0F};
    (*writer)->sample(time_s, power_w);
  };
  {
    const FileSizeLimit full(fs::file_size(folder / kEventsFile) + 10);
    (*writer)->note("written while the disk is full", 1.0);
    for (int i = 0; i < 20; ++i) row(1.0 + 0.1 * i);
    const Status first = (*writer)->flush();
    ASSERT_FALSE(first.ok());
    EXPECT_THAT(first.error().message, HasSubstr("cannot write"));
    EXPECT_TRUE((*writer)->flush().ok()) << "it is told once";
    EXPECT_TRUE(read_record(folder)->notes.empty());
  }
  for (int i = 0; i < 20; ++i) row(3.0 + 0.1 * i);
  ASSERT_TRUE((*writer)->flush().ok());
  const auto record = read_record(folder);
  ASSERT_TRUE(record.ok());
  ASSERT_EQ(record->notes.size(), 2U);
  EXPECT_EQ(record->notes[0].text, "written while the disk is full");
  EXPECT_THAT(record->notes[1].text, HasSubstr("nothing could be written from 0.0 s to 4.9 s"));
  EXPECT_EQ(rows_in(folder), 40U) << "a minute of samples is kept";
}

TEST(RunWriter, WhatCannotBeKeptIsCounted) {
  const TestFolder store;
  auto writer = RunWriter::create(store.path(), start_of(TestRun()));
  ASSERT_TRUE(writer.ok());
  const fs::path folder = (*writer)->folder();
  (*writer)->devices(test_devices());
  ASSERT_TRUE((*writer)->flush().ok());
  constexpr int kRows = 6000;  // ten minutes
  {
    const FileSizeLimit full(0);
    for (int i = 0; i < kRows; ++i) {
      const float power_w[] = {100.0F, 50.0F};
      (*writer)->sample(0.1 * i, power_w);
      if (i % 10 == 0) static_cast<void>((*writer)->flush());
    }
    EXPECT_FALSE((*writer)->finish(test_end(TestRun())).ok());
  }
  ASSERT_TRUE((*writer)->finish(test_end(TestRun())).ok());
  const std::size_t kept = rows_in(folder);
  EXPECT_GE(kept, 600U);
  EXPECT_LE(kept, 1300U);
  const auto record = read_record(folder);
  ASSERT_TRUE(record.ok());
  const auto told =
      std::find_if(record->notes.begin(), record->notes.end(), [&](const TimedNote& n) {
        return n.text.starts_with(std::to_string(kRows - static_cast<int>(kept)) +
                                  " rows of samples");
      });
  EXPECT_NE(told, record->notes.end());
  EXPECT_EQ(record->state, RunState::kEnded);
}

TEST(RunWriter, AFolderThatWasDeletedIsTold) {
  const TestFolder store;
  auto writer = RunWriter::create(store.path(), start_of(TestRun()));
  ASSERT_TRUE(writer.ok());
  fs::remove_all((*writer)->folder());
  (*writer)->note("x", 1.0);
  const Status status = (*writer)->flush();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("deleted in mid-run"));
}

TEST(RunWriter, RanksAndHostsWriteToOneStoreAtOnce) {
  const TestFolder store;
  constexpr int kWriters = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < kWriters; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      TestRun run;
      run.host = i < 2 ? "node1" : "node2";  // two ranks with one number on each of two hosts
      run.epoch_s = 2.0;
      ::_exit(write_run(store.path(), run).empty() ? 1 : 0);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 1;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  int runs = 0;
  for (const auto& folder : fs::directory_iterator(store.path())) {
    const auto record = read_record(folder.path());
    ASSERT_TRUE(record.ok()) << record.error().message;
    EXPECT_EQ(record->state, RunState::kEnded);
    EXPECT_EQ(rows_in(folder.path()), 201U);
    ++runs;
  }
  EXPECT_EQ(runs, kWriters);
}

TEST(DefaultStore, IsWhereTheDesktopSays) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(*default_store(), "/data/joulecast/runs");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ::setenv("XDG_DATA_HOME", "relative", 1);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(*default_store(), "/home/me/.local/share/joulecast/runs");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ::unsetenv("XDG_DATA_HOME");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ::unsetenv("HOME");
  EXPECT_FALSE(default_store().ok());
}

}  // namespace
}  // namespace joulecast::store
