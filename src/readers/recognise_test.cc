#include "readers/recognise.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "readers/test_files.h"

namespace joulecast::readers {
namespace {

const char* name_of(std::string_view head) {
  const Format* format = recognise(head);
  return format == nullptr ? "none" : format->info.name;
}

TEST(Recognise, KnowsEveryFormatByItsBeginning) {
  EXPECT_STREQ(name_of("timestamp, name, power.draw [W]\n"), "nvidia-smi");
  EXPECT_STREQ(name_of("\n\xEF\xBB\xBF\n"), "none");
  EXPECT_STREQ(name_of("\xEF\xBB\xBFgpu_power_draw,timestamp\r\n"), "nvidia-smi");
  EXPECT_STREQ(name_of("noise\n3: :::MLLOG {\"key\": 1}\n"), "mlperf");
  EXPECT_STREQ(name_of("timestamp,run_id,duration,emissions,energy_consumed\n"), "codecarbon");
  EXPECT_STREQ(name_of("2024-05-01 10:00:00 - carbontracker version 2.4.7\n"), "carbontracker");
  EXPECT_STREQ(name_of("CarbonTracker: \nActual consumption for 1 epoch(s):\n"), "carbontracker");
  EXPECT_STREQ(name_of("epoch,duration_s,energy_j\n"), "epochs");
  EXPECT_STREQ(name_of("time_s,power_w\n"), "samples");
  EXPECT_STREQ(name_of("timestamp,power_gpu0_w\n"), "samples");
  EXPECT_STREQ(name_of("\n 101.5\n"), "samples");
  EXPECT_STREQ(name_of("{\"schema\": \"joulecast.recording/1\"}"), "joulecast");
  EXPECT_STREQ(name_of("{\"schema\": \"joulecast.forecast/1\"}"), "none");
  EXPECT_STREQ(name_of("a,b\n1,2\n"), "none");
  EXPECT_STREQ(name_of(""), "none");
}

TEST(Recognise, CodeCarbonsOwnTableIsNotNvidiaSmis) {
  const TestFolder folder;
  const auto run = must_load(folder.write(
      "emissions.csv",
      "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,"
      "gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_name\n"
      "2026-11-23T10:00:00,p,r1,e,60,0.001,1e-5,42.5,200,10,0.0007,0.0033,0.0002,0.0042,Spain\n"
      "2026-11-23T10:01:00,p,r1,e,60,0.001,1e-5,42.5,201,10,0.0007,0.0033,0.0002,0.0043,Spain\n"));
  EXPECT_EQ(run.report.format, "codecarbon");
  ASSERT_EQ(run.run.epochs.size(), 2U);
  EXPECT_NEAR(run.run.epochs[0].energy->value(), 0.0042 * 3.6e6, 1e-6);
}

TEST(ReadRun, SaysWhatIsWrongInOneLine) {
  const TestFolder folder;
  const std::string names =
      "joulecast, run, mlperf, codecarbon, nvidia-smi, carbontracker, epochs, samples";
  EXPECT_EQ(error_of(folder, folder.write("empty.csv", "")), "empty.csv: the file is empty");
  EXPECT_EQ(error_of(folder, folder.write("blank.csv", "\n \n")), "blank.csv: the file is empty");
  EXPECT_EQ(error_of(folder, folder.write("a.txt", "hello\n")),
            "a.txt: it is in none of the known formats (" + names +
                "); if it should be, name it with --format");
  EXPECT_EQ(error_of(folder, folder.write("b.bin", std::string("\x7f"
                                                               "ELF\0\1\2",
                                                               7))),
            "b.bin: this is a binary file; a recording is text in one of these formats: " + names);
  EXPECT_EQ(error_of(folder, folder.path() / "missing.csv"),
            "missing.csv: cannot open: No such file or directory");
  ReadOptions options;
  options.format = "nvidia_smi";
  EXPECT_EQ(error_of(folder, folder.path() / "a.txt", options),
            "--format: there is no format 'nvidia_smi' (did you mean nvidia-smi?); the formats "
            "are: " +
                names);
}

TEST(ReadRun, ATruncatedGzipFileIsAnError) {
  const TestFolder folder;
  std::string text = "time_s,power_w\n";
  for (int i = 0; i < 100000; ++i) text += fmt::format("{},{}\n", i, 100 + i * 7919 % 101);
  const std::string whole = gzipped(text);
  const std::string expected =
      "a.csv.gz: the gzip data ends early (cut off?); copy the file again, or use the readable "
      "part: gzip -cd FILE > PART";
  for (const std::size_t cut : {whole.size() - 1, whole.size() / 2, std::size_t{20}}) {
    EXPECT_EQ(error_of(folder, folder.write("a.csv.gz", whole.substr(0, cut))), expected) << cut;
  }
  EXPECT_EQ(must_load(folder.write("a.csv.gz", whole)).report.samples, 100000u);
}

TEST(ReadRun, BinaryInTheMiddleIsAnErrorAtItsPlace) {
  const TestFolder folder;
  const std::string text("time_s,power_w\n0,1\n1,\0002\n", 23);
  EXPECT_EQ(error_of(folder, folder.write("a.csv", text)),
            "a.csv:3:3: a zero byte: this is a binary file, not a text recording");
}

TEST(ReadRun, AFolderHoldsOneRecording) {
  const TestFolder folder;
  EXPECT_EQ(error_of(folder, folder.path()),
            ": no file in this folder is in a known format (joulecast, run, mlperf, codecarbon, "
            "nvidia-smi, carbontracker, epochs, samples)");
  folder.write("notes.md", "# notes\n");
  folder.write("power.csv", "time_s,power_w\n0,1\n1,2\n");
  EXPECT_EQ(must_load(folder.path()).report.format, "samples");
  for (int i = 0; i < 7; ++i) {
    folder.write("more" + std::to_string(i) + ".csv", "epoch,duration_s,energy_j\n1,2,3\n");
  }
  EXPECT_EQ(error_of(folder, folder.path()),
            ": 8 recordings in this folder (more0.csv, more1.csv, more2.csv, more3.csv, more4.csv, "
            "and 3 more); name one of them");
  ReadOptions options;
  options.format = "samples";
  EXPECT_EQ(must_load(folder.path(), options).report.samples, 2u);
}

TEST(Formats, HaveNamesAndDescriptions) {
  EXPECT_EQ(formats().size(), 8u);
  for (const FormatInfo& info : formats()) {
    EXPECT_GT(std::string_view(info.name).size(), 0u);
    EXPECT_GT(std::string_view(info.description).size(), 0u);
    EXPECT_TRUE(format_named(info.name).ok());
  }
}

}  // namespace
}  // namespace joulecast::readers
