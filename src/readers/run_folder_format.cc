#include "readers/run_folder_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "joulecast/store/run_folder.h"
#include "readers/head.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {
namespace {

// Hands everything on and counts it.
class CountingSink : public RunSink {
 public:
  explicit CountingSink(ReadContext& context) : context_(context) {}

  void device(const Device& device) override {
    context_.announce(device);
    series_.emplace_back();
  }
  void epoch(const Epoch& epoch) override { context_.sink.epoch(epoch); }
  void sample(std::size_t device, double time_s, double power_w) override {
    Series& series = series_[device];
    if (series.begun) series.intervals.add(time_s - series.last_s);
    series.begun = true;
    series.last_s = time_s;
    ++context_.report.rows;
    ++context_.report.samples;
    context_.sink.sample(device, time_s, power_w);
  }

  // Devices of one run share its gaps, so the worst device's count.
  void finish() {
    ReadReport& report = context_.report;
    for (Series& series : series_) {
      series.intervals.finish();
      if (series.intervals.gap_s() <= report.gap_s) continue;
      report.gaps = series.intervals.gaps();
      report.gap_s = series.intervals.gap_s();
      report.longest_gap_s = series.intervals.longest_gap_s();
    }
  }

 private:
  struct Series {
    IntervalWatch intervals;
    double last_s = 0.0;
    bool begun = false;
  };
  ReadContext& context_;
  std::vector<Series> series_;
};

}  // namespace

bool recognises_run_folder(std::string_view head) {
  return first_line(head).starts_with("{\"schema\":\"joulecast.run/");
}

Status read_run_folder(Input& input, ReadContext& context) {
  if (input.path.empty() || input.path.filename() != "events.jsonl") {
    return Error{fmt::format("{}: this is a part of a run folder; name the folder it came from",
                             input.lines.name())};
  }
  CountingSink sink(context);
  const std::filesystem::path parent = input.path.parent_path();
  const std::filesystem::path folder = parent.empty() ? "." : parent;
  const auto record = store::stream_run(folder, sink);
  if (!record) return record.error();
  sink.finish();
  context.report.plan = record->plan;
  context.report.start_unix_s = record->start.start_unix_s;
  if (record->state != store::RunState::kEnded) {
    context.note(fmt::format(
        "the run {}: this is what there is up to {:.1f} s",
        record->state == store::RunState::kRunning ? "is still under way" : "was interrupted",
        record->last_s));
  }
  for (const store::TimedNote& note : record->notes) context.note(note.text);
  Progress(context.options).done();
  return {};
}

}  // namespace joulecast::readers
