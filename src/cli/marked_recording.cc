#include "cli/marked_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "joulecast/readers/epoch_log.h"
#include "joulecast/step/period.h"
#include "report/quantity_text.h"

namespace joulecast::cli {
namespace {

// Hands everything on but epochs.
class SamplesOnly : public RunSink {
 public:
  explicit SamplesOnly(RunSink& sink) : sink_(sink) {}
  void device(const Device& device) override { sink_.device(device); }
  void epoch(const Epoch&) override {}
  void sample(std::size_t device, double time_s, double power_w) override {
    sink_.sample(device, time_s, power_w);
  }

 private:
  RunSink& sink_;
};

// Only looks: for the first of two passes.
class NoSink : public RunSink {
 public:
  void device(const Device&) override {}
  void epoch(const Epoch&) override {}
  void sample(std::size_t, double, double) override {}
};

// Reads the recording's samples into the sinks, after the epochs given.
Result<MarkedRecording> read_with(const RunOptions& options, const std::vector<Epoch>& epochs) {
  EpochIntegrator integrator;
  report::PowerThumbnail thumbnail;
  TeeSink both({&integrator, &thumbnail});
  SamplesOnly samples(both);
  for (Epoch epoch : epochs) {
    epoch.energy.reset();
    if (epoch.evaluation) epoch.evaluation->energy.reset();
    both.epoch(epoch);
  }
  RunSink& sink = epochs.empty() ? static_cast<RunSink&>(both) : samples;
  auto report = readers::read_run(options.path, options.read_options(), sink);
  if (!report) return report.error();
  return MarkedRecording{.report = std::move(*report),
                         .run = integrator.finish(),
                         .power = thumbnail.points(),
                         .told = {}};
}

Result<MarkedRecording> read_by_marks(const RunOptions& options, const std::string& file) {
  RunCollector collector;
  readers::ReadOptions as_epochs;
  as_epochs.format = "epochs";
  const auto marks = readers::read_run(file, as_epochs, collector);
  if (!marks) return marks.error();
  return read_with(options, collector.take().epochs);
}

Result<MarkedRecording> read_by_log(const RunOptions& options, const MarkOptions& marks) {
  auto log = readers::read_epoch_log(marks.log_file, marks.log_pattern);
  if (!log) return log.error();
  if (log->clock == readers::EpochLog::Clock::kUnix) {
    // Dates mean something only relative to the recording's beginning, which comes first.
    NoSink look;
    const auto report = readers::read_run(options.path, options.read_options(), look);
    if (!report) return report.error();
    if (!report->start_unix_s) {
      return Error{fmt::format(
          "{} has dates, but {} does not say when it began; use a group (?P<time>...) with the "
          "recording's seconds",
          marks.log_file, options.path)};
    }
    for (Epoch& epoch : log->epochs) {
      epoch.start_s -= *report->start_unix_s;
      epoch.end_s -= *report->start_unix_s;
    }
  }
  auto recording = read_with(options, log->epochs);
  if (recording) {
    auto& notes = recording->report.notes;
    notes.insert(notes.end(), log->notes.begin(), log->notes.end());
  }
  return recording;
}

// The trace that shows the training best: the device that draws most.
const Trace* hungriest(const Run& run) {
  const auto mean_w = [](const Trace& trace) {
    double sum = 0.0;
    for (const double w : trace.power_w) sum += w;
    return trace.power_w.empty() ? 0.0 : sum / static_cast<double>(trace.power_w.size());
  };
  const auto most =
      std::max_element(run.traces.begin(), run.traces.end(),
                       [&](const Trace& a, const Trace& b) { return mean_w(a) < mean_w(b); });
  return most == run.traces.end() ? nullptr : &*most;
}

Result<MarkedRecording> read_by_period(const RunOptions& options) {
  const auto loaded = readers::load_run(options.path, options.read_options());
  if (!loaded) return loaded.error();
  const Trace* trace = hungriest(loaded->run);
  if (trace == nullptr || trace->time_s.size() < 2) {
    return Error{fmt::format("{}: --detect-epochs looks at power samples, and there are none",
                             options.path)};
  }
  const auto analysis = step::detect_period(trace->time_s, trace->power_w);
  if (!analysis) return Error{fmt::format("{}: {}", options.path, analysis.error().message)};
  std::vector<Epoch> epochs;
  std::string found;
  std::size_t periodic = 0;
  for (const step::PowerPhase& phase : analysis->phases) periodic += phase.period ? 1U : 0U;
  std::size_t number = 0;
  for (const step::PowerPhase& phase : analysis->phases) {
    if (!phase.period) continue;
    ++number;
    const auto& cuts = phase.period->cuts_s;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      Epoch epoch;
      epoch.number = static_cast<std::int64_t>(epochs.size() + 1);
      if (periodic > 1) epoch.phase = fmt::format("phase {}", number);
      epoch.start_s = epochs.empty() ? cuts[i] : std::max(cuts[i], epochs.back().end_s);
      epoch.end_s = cuts[i + 1];
      if (!(epoch.start_s < epoch.end_s)) continue;
      // What lies between two phases belongs to the epoch before it, as between any two marks.
      if (!epochs.empty()) epochs.back().end_s = epoch.start_s;
      epochs.push_back(epoch);
    }
    found += fmt::format("{}{} epochs of {} (confidence {:.2f})", found.empty() ? "" : ", then ",
                         cuts.size() - 1, report::to_text(Seconds(phase.period->seconds)),
                         phase.period->confidence);
  }
  if (epochs.empty()) {
    return Error{fmt::format(
        "{}: the power trace does not repeat itself, so no epochs can be found in it; give them "
        "with --epoch-marks or --epoch-log",
        options.path)};
  }
  auto recording = read_with(options, epochs);
  if (recording) {
    recording->report.notes.push_back("epochs found in the power trace: " + found);
    recording->told.push_back("epoch boundaries: found in the whole recording's power");
  }
  return recording;
}

}  // namespace

void MarkOptions::add_to(CLI::App& command) {
  CLI::Option* file = command
                          .add_option("--epoch-marks", marks_file,
                                      "Where epochs begin and end, if RUN does not say: a CSV of "
                                      "epoch,start_s,end_s in RUN's seconds")
                          ->type_name("FILE");
  CLI::Option* log =
      command
          .add_option("--epoch-log", log_file,
                      "The training's log, in which --epoch-pattern marks the epochs' ends")
          ->type_name("FILE")
          ->excludes(file);
  CLI::Option* pattern = command
                             .add_option("--epoch-pattern", log_pattern,
                                         "Regular expression (RE2) of the line that ends an epoch; "
                                         "groups (?P<epoch>), (?P<time>), "
                                         "(?P<duration>), (?P<val_loss>), ... say what is where")
                             ->type_name("REGEX")
                             ->needs(log);
  log->needs(pattern);
  command.add_flag("--detect-epochs", detect, "Find the epochs in the power trace: its own period")
      ->excludes(file)
      ->excludes(log);
}

Result<MarkedRecording> read_marked(const RunOptions& options, const MarkOptions& marks) {
  auto recording = !marks.marks_file.empty() ? read_by_marks(options, marks.marks_file)
                   : !marks.log_file.empty() ? read_by_log(options, marks)
                   : marks.detect            ? read_by_period(options)
                                             : read_with(options, {});
  if (recording && recording->run.epochs.empty()) {
    return Error{fmt::format(
        "{}: the recording has no epoch marks, so there is nothing to go by; give them with "
        "--epoch-marks FILE or --epoch-log FILE, or try --detect-epochs",
        options.path)};
  }
  return recording;
}

}  // namespace joulecast::cli
