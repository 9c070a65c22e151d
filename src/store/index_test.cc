#include "joulecast/store/index.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "base/test_folder.h"
#include "joulecast/store/run_folder.h"
#include "store/events.h"
#include "store/index_file.h"
#include "store/sample_log.h"
#include "store/test_runs.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TestRun short_run(int n) {
  TestRun run;
  run.epochs = 2;
  run.epoch_s = 2.0;
  run.start_unix_s += 1000.0 * n;
  run.title = "run " + std::to_string(n);
  return run;
}

std::vector<std::string> titles(const Store& store, const ListFilter& filter = {}) {
  std::vector<std::string> names;
  for (const RunSummary& run : store.list(filter)) names.push_back(run.title);
  return names;
}

class ThreeRuns : public testing::Test {
 protected:
  ThreeRuns() {
    for (int n = 1; n <= 3; ++n) folders_.push_back(write_run(store_.path(), short_run(n)));
  }
  std::unique_ptr<Store> open() const {
    auto store = Store::open(store_.path());
    EXPECT_TRUE(store.ok()) << store.error().message;
    return std::move(*store);
  }
  fs::path index() const { return store_.path() / "index.sqlite"; }

  TestFolder store_;
  std::vector<fs::path> folders_;
};

TEST_F(ThreeRuns, AreListedTheNewestFirst) {
  for (int times = 0; times < 2; ++times) {  // the second time from the index
    const auto store = open();
    EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2", "run 1"));
    EXPECT_THAT(store->notes(), IsEmpty());
    const RunSummary run = store->list().front();
    EXPECT_EQ(run.folder, folders_[2]);
    EXPECT_EQ(run.state, RunState::kEnded);
    EXPECT_EQ(run.energy, Joules(340.0 * 4.0));
    EXPECT_EQ(run.origin, Origin::kModelled);
    EXPECT_EQ(run.duration_s, 4.0);
    EXPECT_EQ(run.epochs, 2U);
    EXPECT_EQ(run.planned_epochs, 2.0);
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.command, "python train.py");
  }
  EXPECT_EQ(fs::status(index()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ThreeRuns, AreFilteredAndFound) {
  const auto store = open();
  ASSERT_TRUE(store->tag(folders_[0], {"exp1", "old"}).ok());
  ASSERT_TRUE(store->tag(folders_[1], {"exp1"}).ok());
  ASSERT_TRUE(store->tag(folders_[1], {"-exp1", "new"}).ok());
  EXPECT_FALSE(store->tag(folders_[1], {"two words"}).ok());
  const auto again = open();
  ListFilter filter;
  filter.tag = "exp1";
  EXPECT_THAT(titles(*again, filter), ElementsAre("run 1"));
  EXPECT_THAT(titles(*store, filter), ElementsAre("run 1"));
  filter = {};
  filter.text = "RUN 2";
  EXPECT_THAT(titles(*again, filter), ElementsAre("run 2"));
  filter = {};
  filter.since_unix_s = short_run(2).start_unix_s;
  filter.most = 1;
  EXPECT_THAT(titles(*again, filter), ElementsAre("run 3"));
  filter = {};
  filter.state = RunState::kRunning;
  EXPECT_THAT(titles(*again, filter), IsEmpty());

  EXPECT_EQ(*again->find("last"), folders_[2]);
  EXPECT_EQ(*again->find("last~2"), folders_[0]);
  EXPECT_EQ(*again->find(folders_[1].filename().string()), folders_[1]);
  EXPECT_EQ(*again->find(folders_[1].filename().string().substr(0, 14)), folders_[1]);
  EXPECT_EQ(*again->find(folders_[1].string()), folders_[1]);
  EXPECT_THAT(again->find("last~3").error().message, HasSubstr("only 3 runs"));
  EXPECT_THAT(again->find("2026").error().message, HasSubstr("3 runs begin so"));
  EXPECT_THAT(again->find("").error().message, HasSubstr("there is no run ''"));
  std::string wrong = folders_[1].filename().string();
  wrong.back() = 'x';
  EXPECT_THAT(again->find(wrong).error().message, HasSubstr("did you mean"));
}

TEST_F(ThreeRuns, FoldersThatComeAndGoAreSeen) {
  open();
  fs::remove_all(folders_[1]);
  write_run(store_.path(), short_run(4));
  EXPECT_THAT(titles(*open()), ElementsAre("run 4", "run 3", "run 1"));
}

TEST_F(ThreeRuns, ADamagedIndexIsMadeAnew) {
  open();
  const std::string whole = bytes_of(index());
  std::string holes = whole;
  for (std::size_t at = 200; at < holes.size(); at += 37) holes[at] = '\x5a';
  for (const std::string& bytes :
       {std::string("this is no index"), whole.substr(0, whole.size() / 2), holes,
        std::string(4096, '\0')}) {
    IndexFile::remove(store_.path());
    write_bytes(index(), bytes);
    const auto store = open();
    EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2", "run 1"));
    EXPECT_THAT(titles(*open()), ElementsAre("run 3", "run 2", "run 1"));
    EXPECT_THAT(open()->notes(), IsEmpty());
  }
}

TEST_F(ThreeRuns, AFlippedBitInTheIndexCostsThatEntryAndIsTold) {
  for (const char* change : {"summary = replace(summary, '\"energy_j\"', '\"enersy_j\"')",
                             "summary = replace(summary, '1360', '1361')", "open = 1",
                             "id = id || 'x'", "events_ns = events_ns + 1"}) {
    open();
    {
      SQLite::Database database(index().string(), SQLite::OPEN_READWRITE);
      const std::string id = folders_[1].filename().string();
      ASSERT_EQ(
          database.exec(std::string("UPDATE runs SET ") + change + " WHERE id = '" + id + "'"), 1);
    }
    const auto store = open();
    EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2", "run 1"));
    EXPECT_EQ(store->list()[1].energy, Joules(1360.0)) << change;
    EXPECT_THAT(store->notes(), ElementsAre(HasSubstr("1 entries of the index were damaged")));
    EXPECT_THAT(open()->notes(), IsEmpty()) << change;
  }
}

TEST_F(ThreeRuns, ASilentRunElsewhereIsReadOnce) {
  TestRun run = short_run(5);
  run.boot_id = "another machine's";
  {
    auto writer = RunWriter::create(store_.path(), start_of(run));
    feed(**writer, run, 2.0);
  }
  const fs::path folder = open()->list().front().folder;
  EXPECT_EQ(open()->list().front().state, RunState::kRunning);
  for (const char* name : {kEventsFile, kTailFile, kSamplesFile}) {
    fs::last_write_time(folder / name, fs::file_time_type::clock::now() - std::chrono::minutes(10));
  }
  const auto energy = open()->list().front().energy;
  EXPECT_EQ(open()->list().front().state, RunState::kInterrupted);
  fs::remove(folder / kTailFile);  // what nobody reads is not missed
  EXPECT_EQ(open()->list().front().energy, energy);
  fs::last_write_time(folder / kEventsFile, fs::file_time_type::clock::now());
  EXPECT_EQ(open()->list().front().state, RunState::kRunning) << "a sign of life";
}

TEST_F(ThreeRuns, WhatIsNotCoveredIsInTheList) {
  TestRun run = short_run(5);
  auto writer = RunWriter::create(store_.path(), start_of(run));
  feed(**writer, run, 4.0);
  RunEnd end = test_end(run);
  end.devices[0].uncovered = Seconds(4.0);
  ASSERT_TRUE((*writer)->finish(end).ok());
  for (int times = 0; times < 2; ++times) {  // the second time from the index
    const RunSummary partly = open()->list().front();
    EXPECT_EQ(partly.uncovered_s, 4.0);
    EXPECT_TRUE(partly.energy) << "the other device's";
  }
  run = short_run(6);
  writer = RunWriter::create(store_.path(), start_of(run));
  feed(**writer, run, 4.0);
  for (MeasuredEnergy& device : end.devices) device.uncovered = Seconds(3.9);
  ASSERT_TRUE((*writer)->finish(end).ok());
  EXPECT_FALSE(open()->list().front().energy);
}

TEST_F(ThreeRuns, AnIndexOfAnotherVersionIsMadeAnew) {
  open();
  {
    SQLite::Database database(index().string(), SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE runs; CREATE TABLE runs (x); PRAGMA user_version=99");
  }
  EXPECT_THAT(titles(*open()), ElementsAre("run 3", "run 2", "run 1"));
  // The right number on a table that is not ours.
  {
    SQLite::Database database(index().string(), SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE runs");
  }
  const auto store = open();
  EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2", "run 1"));
  EXPECT_THAT(store->notes(), ElementsAre("the index was damaged and has been made anew"));
}

TEST_F(ThreeRuns, ALockedIndexIsNoObstacle) {
  open();
  SQLite::Database database(index().string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE");
  const auto store = open();
  EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2", "run 1"));
  EXPECT_THAT(store->notes(), ElementsAre(HasSubstr("in use by another process")));
}

TEST_F(ThreeRuns, AnIndexThatCannotBeMadeIsNoObstacle) {
  fs::create_directory(index());
  const auto store = open();
  EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2", "run 1"));
  EXPECT_THAT(store->notes(), ElementsAre(HasSubstr("the index cannot be used")));
}

TEST_F(ThreeRuns, ARunWhoseWriterWasKilledIsMarkedAndSummedUp) {
  TestRun run = short_run(5);
  const pid_t pid = ::fork();
  if (pid == 0) {
    auto writer = RunWriter::create(store_.path(), start_of(run));
    feed(**writer, run, 2.0);
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  const auto store = open();
  const RunSummary newest = store->list().front();
  EXPECT_EQ(newest.state, RunState::kInterrupted);
  EXPECT_NEAR(newest.energy->value(), 2.0 * 365.0, 30.0);
  EXPECT_EQ(open()->list().front().state, RunState::kInterrupted);
  EXPECT_THAT(bytes_of(newest.folder / kEventsFile), HasSubstr("\"interrupted\""));
}

TEST_F(ThreeRuns, OnlyWhatIsOursIsDeleted) {
  const auto store = open();
  ASSERT_TRUE(store->remove(folders_[0]).ok());
  EXPECT_FALSE(fs::exists(folders_[0]));
  EXPECT_THAT(titles(*store), ElementsAre("run 3", "run 2"));
  write_bytes(folders_[1] / "thesis.tex", "x");
  const Status partly = store->remove(folders_[1]);
  ASSERT_FALSE(partly.ok());
  EXPECT_THAT(partly.error().message, HasSubstr("holds other files and stays"));
  EXPECT_TRUE(fs::exists(folders_[1] / "thesis.tex"));
  EXPECT_THAT(titles(*open()), ElementsAre("run 3"));
  EXPECT_THAT(store->remove(store_.path()).error().message, HasSubstr("no run folder"));
  auto writer = RunWriter::create(store_.path(), start_of(short_run(9)));
  EXPECT_THAT(store->remove((*writer)->folder()).error().message, HasSubstr("being written"));
}

TEST_F(ThreeRuns, AFolderWithoutAUsableLineIsNamedAndDeleted) {
  for (const char* events : {"", "nonsense"}) {
    const fs::path folder = store_.path() / "20261123T000000Z-node-1";
    fs::create_directory(folder);
    write_bytes(folder / kEventsFile, events);
    const auto store = open();
    EXPECT_THAT(store->notes(), ElementsAre(HasSubstr("delete the folder")));
    ASSERT_TRUE(store->find(folder.filename().string()).ok());
    EXPECT_EQ(*store->find(folder.filename().string()), folder);
    EXPECT_TRUE(store->remove(folder).ok());
    EXPECT_FALSE(fs::exists(folder));
  }
}

TEST_F(ThreeRuns, ALinkAndANewerFormatAreNotDeleted) {
  const fs::path link = store_.path() / "20261123T000000Z-link-1";
  const fs::path target = store_.path() / ".elsewhere";
  fs::rename(folders_[0], target);
  fs::create_directory_symlink(target, link);
  const auto store = open();
  for (const fs::path& path : {link, link / "", link / "."}) {
    const Status status = store->remove(path);
    ASSERT_FALSE(status.ok()) << path;
    EXPECT_THAT(status.error().message, HasSubstr("this is a link"));
  }
  EXPECT_TRUE(fs::exists(target / kEventsFile));
  Json newer = {{"schema", "joulecast.run/2"}, {"event", "start"}};
  write_bytes(folders_[1] / kEventsFile, to_line(newer));
  const Status status = open()->remove(folders_[1]);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("use a newer joulecast"));
  EXPECT_TRUE(fs::exists(folders_[1] / kSamplesFile));
}

TEST_F(ThreeRuns, RebuildReadsAllAgain) {
  const auto store = open();
  double last = -1.0;
  ASSERT_TRUE(store
                  ->rebuild([&](double fraction) {
                    EXPECT_GE(fraction, last);
                    last = fraction;
                  })
                  .ok());
  EXPECT_GT(last, 0.0);
  EXPECT_EQ(store->list().size(), 3U);
}

TEST(Store, ThatIsNotThereIsEmptyAndNotMade) {
  const TestFolder folder;
  const auto store = Store::open(folder.path() / "none");
  ASSERT_TRUE(store.ok());
  EXPECT_THAT((*store)->list(), IsEmpty());
  EXPECT_FALSE(fs::exists(folder.path() / "none"));
  write_bytes(folder.path() / "file", "x");
  EXPECT_THAT(Store::open(folder.path() / "file").error().message, HasSubstr("is a file"));
}

TEST(IndexFile, TakesWalOnlyWhereTheDiskIsOurs) {
  const TestFolder folder;
  EXPECT_TRUE(is_local(folder.path()));
  EXPECT_EQ(IndexFile(folder.path()).journal_mode(), "wal");
  EXPECT_FALSE(is_local("/proc"));  // stands for whatever is not in the list
  EXPECT_FALSE(is_local("/none"));
}

}  // namespace
}  // namespace joulecast::store
