#include "readers/mlperf.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "readers/mllog.h"
#include "readers/mlperf_epochs.h"
#include "readers/report_notes.h"
#include "readers/sample_cleaner.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;

// "X" of "X.log" and "X.log.gz".
std::string stem_of(const fs::path& path) {
  std::string name = path.filename().string();
  for (const std::string_view end : {".gz", ".log", ".txt", ".out"}) {
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  }
  return name;
}

Device node_device(std::string id, std::string name) {
  return Device{.id = std::move(id),
                .kind = DeviceKind::kNode,
                .name = std::move(name),
                .origin = Origin::kIntegrated,
                .source = "MLPerf power_reading of the whole node",
                .power_limit = {}};
}

// Streams a power log's readings. Without run_start_ms the first reading is time zero.
Status read_power(PowerLog power, std::optional<double> run_start_ms, Progress& progress,
                  ReadContext& context) {
  LineReader& lines = power.lines;
  ReadReport& report = context.report;
  const std::size_t index = context.announce(power.device);
  SampleStream stream(context.sink, report, index, {power.device});
  for (;;) {
    const auto step = lines.next();
    if (step == LineReader::Step::kError) return lines.error();
    if (step == LineReader::Step::kEnd) break;
    progress.line(lines);
    if (!is_mllog_line(lines.line())) continue;
    const auto event = parse_mllog(lines.line(), lines.line_number());
    if (event && event->key != "power_reading") continue;
    ++report.rows;
    if (!event) {
      count_bad_row(report, lines.line_number(), 0,
                    [] { return "the JSON is broken, or has no time_ms and key"; });
      continue;
    }
    const char* fault =
        event->value ? stream.fault(0, *event->value) : "the power_reading has no number as value";
    if (fault != nullptr) {
      count_bad_row(report, lines.line_number(), 0, [&] { return fault; });
      continue;
    }
    if (!run_start_ms) {
      run_start_ms = event->time_ms;
      report.start_unix_s = 1e-3 * event->time_ms;
    }
    const double time_s = 1e-3 * (event->time_ms - *run_start_ms);
    stream.add(time_s, &*event->value);
  }
  stream.finish();
  progress.done();
  return {};
}

Status read_power_alone(LineReader lines, const std::string& name, ReadContext& context) {
  Progress progress(context.options);
  context.note("a power log alone: there are no epochs; give the training log to have them");
  const std::string file = lines.name();
  if (Status status = read_power({std::move(lines), node_device("node", name)}, std::nullopt,
                                 progress, context);
      !status) {
    return status;
  }
  return check_usable(context.report, file);
}

}  // namespace

bool recognises_mlperf(std::string_view head) {
  return head.find(":::MLLOG {") != std::string_view::npos;
}

bool is_power_log(std::string_view head) {
  const auto has = [&](std::string_view text) { return head.find(text) != std::string_view::npos; };
  return has("\"power_reading\"") && !has("\"run_start\"") && !has("\"epoch_start\"");
}

std::vector<fs::path> power_logs_beside(const fs::path& path) {
  std::vector<fs::path> found;
  if (path.empty()) return found;
  const std::string stem = stem_of(path) + ".";
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(stem) || name == path.filename().string()) continue;
    if (name.find("power", stem.size()) == std::string::npos) continue;
    if (name.ends_with(".log") || name.ends_with(".log.gz")) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

Status read_mlperf_logs(LineReader training, std::vector<PowerLog> powers, ReadContext& context) {
  const std::string file = training.name();
  MlTrainingBuilder builder(file);
  std::uint64_t events = 0, broken = 0;
  for (;;) {
    const auto step = training.next();
    if (step == LineReader::Step::kError) return training.error();
    if (step == LineReader::Step::kEnd) break;
    if (!is_mllog_line(training.line())) continue;
    const auto event = parse_mllog(training.line(), training.line_number());
    if (!event) {
      ++broken;
      continue;
    }
    ++events;
    if (Status status = builder.add(*event); !status) return status;
  }
  auto result = builder.finish();
  if (!result) return result.error();
  context.report.plan = result->plan;
  context.report.start_unix_s = 1e-3 * result->run_start_ms;
  for (std::string& note : result->notes) context.note(std::move(note));
  if (broken > 0) {
    context.note(fmt::format("{} of {} MLLOG lines of the training log are broken and not used",
                             broken, events + broken));
  }
  for (const Epoch& epoch : result->epochs) context.sink.epoch(epoch);

  if (powers.empty()) {
    context.note("no power log was found beside the training log: epochs without energy");
    Progress(context.options).done();
  }
  const auto count = static_cast<double>(powers.size());
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const std::string power_file = powers[i].lines.name();
    const auto done = static_cast<double>(i);
    Progress progress(context.options, done / count, (done + 1.0) / count);
    if (Status status = read_power(std::move(powers[i]), result->run_start_ms, progress, context);
        !status) {
      return status;
    }
    if (Status status = check_usable(context.report, power_file); !status) return status;
  }
  return {};
}

Status read_mlperf(Input& input, ReadContext& context) {
  const auto head = input.lines.peek();
  if (!head) return head.error();
  if (is_power_log(*head)) {
    return read_power_alone(std::move(input.lines), stem_of(input.path), context);
  }
  std::vector<fs::path> paths =
      input.companions.empty() ? power_logs_beside(input.path) : input.companions;
  std::vector<PowerLog> powers;
  for (const fs::path& path : paths) {
    auto source = open_file(path);
    if (!source) return source.error();
    const std::string id =
        paths.size() == 1 ? std::string("node") : fmt::format("node{}", powers.size());
    powers.push_back({LineReader(std::move(*source)), node_device(id, stem_of(path))});
  }
  return read_mlperf_logs(std::move(input.lines), std::move(powers), context);
}

}  // namespace joulecast::readers
