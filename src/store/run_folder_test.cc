#include "joulecast/store/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/test_folder.h"
#include "store/events.h"
#include "store/sample_log.h"
#include "store/sample_reader.h"
#include "store/test_runs.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// One whole run for all tests of damage, copied into each test's folder.
class DamagedRun : public testing::Test {
 protected:
  DamagedRun() : folder_(write_run(store_.path())), events_(bytes_of(folder_ / kEventsFile)) {}

  std::vector<std::string> notes() const {
    std::vector<std::string> texts;
    const auto record = read_record(folder_);
    EXPECT_TRUE(record.ok()) << record.error().message;
    for (const TimedNote& note : record->notes) texts.push_back(note.text);
    return texts;
  }

  TestFolder store_;
  fs::path folder_;
  std::string events_;
};

class Counter : public RunSink {
 public:
  void device(const Device&) override { ++devices; }
  void epoch(const Epoch&) override { ++epochs; }
  void sample(std::size_t, double, double) override { ++samples; }
  std::size_t devices = 0, epochs = 0, samples = 0;
};

TEST_F(DamagedRun, IsStreamedWhole) {
  Counter counter;
  ASSERT_TRUE(stream_run(folder_, counter).ok());
  EXPECT_EQ(counter.devices, 2U);
  EXPECT_EQ(counter.epochs, 10U);
  EXPECT_EQ(counter.samples, 2U * 2001U);
}

TEST_F(DamagedRun, ALastLineCutOffAnywhereIsLeftOutSilently) {
  const std::size_t last = events_.rfind('\n', events_.size() - 2) + 1;
  for (std::size_t size = last; size < events_.size() - 1; size += 7) {
    write_bytes(folder_ / kEventsFile, events_.substr(0, size));
    const auto record = read_record(folder_);
    ASSERT_TRUE(record.ok());
    EXPECT_FALSE(record->end);
    EXPECT_EQ(record->epochs.size(), 10U);
    EXPECT_EQ(record->notes.size(), 1U);  // the run's own
  }
}

TEST_F(DamagedRun, EveryFlippedByteOfALineCostsThatLineAndIsTold) {
  const std::size_t begin = events_.find("{\"event\":\"epoch\",\"number\":3");
  const std::size_t end = events_.find('\n', begin);
  for (std::size_t at = begin; at < end; at += 11) {
    std::string flipped = events_;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x04);
    write_bytes(folder_ / kEventsFile, flipped);
    const auto record = read_record(folder_);
    ASSERT_TRUE(record.ok());
    EXPECT_EQ(record->epochs.size(), 9U) << at - begin;
    ASSERT_EQ(record->notes.size(), 2U);
    EXPECT_THAT(record->notes[1].text, HasSubstr("events.jsonl: damaged, and left out: line "));
  }
}

TEST_F(DamagedRun, WithoutItsFirstLineItIsStillARun) {
  events_[5] = 'X';
  write_bytes(folder_ / kEventsFile, events_);
  EXPECT_TRUE(is_run_folder(folder_));
  const auto record = read_record(folder_);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->epochs.size(), 10U);
  EXPECT_THAT(notes().back(), HasSubstr("line 1"));
}

TEST_F(DamagedRun, WithoutAnyLineItIsAnError) {
  write_bytes(folder_ / kEventsFile, "{\"schema\":\"joulecast.run/1\",nonsense\n");
  const auto record = read_record(folder_);
  ASSERT_FALSE(record.ok());
  EXPECT_THAT(record.error().message, HasSubstr("no line of it is usable"));
}

TEST_F(DamagedRun, AnotherVersionIsAnError) {
  write_bytes(folder_ / kEventsFile,
              to_line({{"schema", "joulecast.run/2"}, {"event", "start"}}) + events_);
  const auto record = read_record(folder_);
  ASSERT_FALSE(record.ok());
  EXPECT_THAT(record.error().message, HasSubstr("use a newer joulecast"));
}

TEST_F(DamagedRun, AFrameInTheMiddleIsMissedAndTold) {
  std::string frames = bytes_of(folder_ / kSamplesFile);
  const std::size_t second = frames.find("jcf1", 100) - 8;
  frames[second + 200] = static_cast<char>(frames[second + 200] ^ 0x55);
  write_bytes(folder_ / kSamplesFile, frames);
  Counter counter;
  const auto record = stream_run(folder_, counter);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(counter.samples, 2U * 1391U);
  EXPECT_THAT(record->notes.back().text, HasSubstr("is damaged: rows 601 to 1210 are missing"));
  // The head of a frame instead.
  frames[second + 20] = static_cast<char>(frames[second + 20] ^ 0x55);
  write_bytes(folder_ / kSamplesFile, frames);
  Counter again;
  const auto headless = stream_run(folder_, again);
  EXPECT_EQ(again.samples, 2U * 1391U);
  EXPECT_THAT(headless->notes.back().text, HasSubstr("damaged bytes between frames"));
}

TEST_F(DamagedRun, AFileCutOffAnywhereGivesTheFramesBefore) {
  const std::string frames = bytes_of(folder_ / kSamplesFile);
  std::size_t before = 0;
  for (std::size_t size = 0; size <= frames.size(); size += 97) {
    write_bytes(folder_ / kSamplesFile, frames.substr(0, size));
    Counter counter;
    const auto record = stream_run(folder_, counter);
    ASSERT_TRUE(record.ok());
    EXPECT_GE(counter.samples, before);
    EXPECT_EQ(record->notes.size(), 1U);
    before = counter.samples;
  }
}

TEST_F(DamagedRun, MissingSamplesAreNoError) {
  fs::remove(folder_ / kSamplesFile);
  fs::remove(folder_ / kTailFile);
  Counter counter;
  ASSERT_TRUE(stream_run(folder_, counter).ok());
  EXPECT_EQ(counter.samples, 0U);
}

TEST_F(DamagedRun, EpochsThatContradictTheOnesBeforeAreLeftOut) {
  EpochRecord back;
  back.epoch.number = 3;
  back.epoch.start_s = 5.0;
  back.epoch.end_s = 6.0;
  write_bytes(folder_ / kEventsFile, events_ + to_line(epoch_event(back)));
  EXPECT_EQ(read_record(folder_)->epochs.size(), 10U);
}

TEST(RunFolder, WhatIsNoRunFolderIsTold) {
  const TestFolder store;
  EXPECT_FALSE(is_run_folder(store.path()));
  EXPECT_FALSE(is_run_folder(store.path() / "none"));
  EXPECT_THAT(read_record(store.path()).error().message, HasSubstr("this is no run folder"));
  EXPECT_FALSE(mark_if_interrupted(store.path()).ok());
}

TEST(Interrupted, IsMarkedOnceAndForGood) {
  const TestFolder store;
  // Its writer had our number, on this machine, but began at another time.
  auto writer = RunWriter::create(store.path(), start_of(TestRun()));
  feed(**writer, TestRun(), 30.0);
  const fs::path folder = (*writer)->folder();
  EXPECT_EQ(read_record(folder)->state, RunState::kRunning);
  EXPECT_TRUE(mark_if_interrupted(folder).ok());
  EXPECT_EQ(read_record(folder)->state, RunState::kRunning);
  writer->reset();
  std::string events = bytes_of(folder / kEventsFile);
  auto first = *parse_line(std::string_view(events).substr(0, events.find('\n')));
  first["writer"]["start_ticks"] = 1;
  events = to_line(first) + events.substr(events.find('\n') + 1) + "{\"event\":\"no";
  write_bytes(folder / kEventsFile, events);
  EXPECT_EQ(read_record(folder)->state, RunState::kInterrupted);
  EXPECT_TRUE(mark_if_interrupted(folder).ok());
  const std::string marked = bytes_of(folder / kEventsFile);
  EXPECT_THAT(marked, HasSubstr("{\"event\":\"interrupted\",\"time_s\":30.0"));
  EXPECT_TRUE(mark_if_interrupted(folder).ok());
  EXPECT_EQ(bytes_of(folder / kEventsFile), marked);
  const auto record = read_record(folder);
  EXPECT_EQ(record->state, RunState::kInterrupted);
  EXPECT_EQ(record->epochs.size(), 1U);
  EXPECT_TRUE(record->notes.empty());
}

TEST(Interrupted, ARunElsewhereIsJudgedByItsLastSign) {
  const TestFolder store;
  TestRun run;
  run.host = "far-away";
  run.boot_id = "another machine's";
  auto writer = RunWriter::create(store.path(), start_of(run));
  feed(**writer, run, 10.0);
  const fs::path folder = (*writer)->folder();
  EXPECT_EQ(read_record(folder)->state, RunState::kRunning);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const char* name : {kEventsFile, kTailFile, kSamplesFile}) {
    fs::last_write_time(folder / name, long_ago);
  }
  EXPECT_TRUE(mark_if_interrupted(folder).ok());
  const auto record = read_record(folder);
  EXPECT_EQ(record->state, RunState::kInterrupted);
  ASSERT_EQ(record->notes.size(), 1U);
  EXPECT_THAT(record->notes[0].text, HasSubstr("not seen since"));
  EXPECT_THAT(record->notes[0].text, HasSubstr("far-away"));
  // It was only out of sight.
  feed(**writer, run, 1.0);
  EXPECT_EQ(read_record(folder)->state, RunState::kRunning);
}

}  // namespace
}  // namespace joulecast::store
