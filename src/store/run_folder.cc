#include "joulecast/store/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "store/civil_text.h"
#include "store/events.h"
#include "store/record_builder.h"
#include "store/sample_log.h"
#include "store/sample_reader.h"
#include "store/settle.h"
#include "store/tags.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;

// Lines of events in their order, and what was wrong with them.
struct EventLines {
  RecordBuilder builder;
  std::size_t good = 0;
  std::vector<std::uint64_t> damaged;  ///< Line numbers.
  std::optional<Error> foreign;        ///< Another version of the format.
};

void read_line(std::string_view line, std::uint64_t number, bool last, EventLines& lines) {
  if (line.empty()) return;
  const auto event = parse_line(line);
  if (!event) {
    // A killed writer leaves the last line cut off; who marked the run went on behind it.
    if (!last) lines.damaged.push_back(number);
    return;
  }
  const std::string schema = text_in(*event, "schema");
  if (!schema.empty() && schema != kRunSchema) {
    lines.foreign = Error{
        fmt::format("the schema is {}, this version of joulecast reads {}; use a newer joulecast",
                    quoted(schema), kRunSchema)};
  }
  ++lines.good;
  lines.builder.apply(*event);
  if (lines.builder.interrupted && !lines.damaged.empty() && lines.damaged.back() + 1 == number) {
    lines.damaged.pop_back();
  }
}

EventLines read_lines(std::string_view text) {
  EventLines lines;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const bool last = end == std::string_view::npos || end + 1 == text.size();
    read_line(text.substr(0, end), number, last, lines);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::optional<std::string> text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// When the writer last gave a sign of life: the youngest of its files.
double last_sign_unix_s(const fs::path& folder) {
  double youngest_s = 0.0;
  for (const char* name : {kEventsFile, kTailFile, kSamplesFile}) {
    struct stat status {};
    if (::stat((folder / name).c_str(), &status) != 0) continue;
    youngest_s = std::max(youngest_s, static_cast<double>(status.st_mtim.tv_sec));
  }
  return youngest_s;
}

double now_unix_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Whether the writer is certainly gone; `record` gets its state.
bool judge_state(const fs::path& folder, const RecordBuilder& builder, RunRecord& record) {
  record.state = record.end ? RunState::kEnded : RunState::kInterrupted;
  if (record.end || builder.interrupted) return false;
  switch (liveness_of(builder.writer)) {
    case Liveness::kAlive:
      record.state = RunState::kRunning;
      return false;
    case Liveness::kGone:
      return true;
    case Liveness::kElsewhere:
      break;
  }
  const double seen_s = last_sign_unix_s(folder);
  if (now_unix_s() - seen_s < kSilentAfterS) {
    record.state = RunState::kRunning;
  } else {
    record.notes.push_back(
        {.time_s = record.last_s,
         .text = fmt::format("not seen since {}: it ran where this machine cannot look (host {}), "
                             "and is taken for interrupted",
                             iso_time(seen_s), quoted(record.start.host))});
  }
  return false;
}

struct Folder {
  RunRecord record;
  bool writer_gone = false;
  bool is_final = false;
};

Status append_interrupted(const fs::path& path, double time_s) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  // The line before may be cut off.
  const std::string line = "\n" + to_line(interrupted_event(time_s));
  const bool written =
      file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int code = errno;
  if (file >= 0) ::close(file);
  if (written) return {};
  return Error{fmt::format("{}: cannot mark the run as interrupted: {}", path.string(),
                           std::generic_category().message(code))};
}

std::string lines_text(const std::vector<std::uint64_t>& numbers) {
  constexpr std::size_t kNamed = 5;
  std::string text;
  for (std::size_t i = 0; i < numbers.size() && i < kNamed; ++i) {
    text += fmt::format("{}{}", i > 0 ? ", " : "", numbers[i]);
  }
  if (numbers.size() > kNamed) text += fmt::format(", and {} more", numbers.size() - kNamed);
  return text;
}

Result<Folder> read_once(const fs::path& folder) {
  const fs::path path = folder / kEventsFile;
  const auto text = text_of(path);
  if (!text) {
    return Error{fmt::format("{}: this is no run folder: there is no {} to read in it",
                             folder.string(), kEventsFile)};
  }
  EventLines lines = read_lines(*text);
  if (lines.foreign) return Error{path.string() + ": " + lines.foreign->message};
  if (lines.good == 0) {
    return Error{fmt::format("{}: no line of it is usable; delete the folder", path.string())};
  }
  Folder found{.record = std::move(lines.builder.record)};
  RunRecord& record = found.record;
  const fs::path normal = fs::absolute(folder).lexically_normal();
  record.id = (normal.has_filename() ? normal : normal.parent_path()).filename().string();
  record.last_s = std::max(record.last_s, last_row_time(folder));
  if (!lines.damaged.empty()) {
    record.notes.push_back({.time_s = record.last_s,
                            .text = fmt::format("{}: damaged, and left out: line {}", kEventsFile,
                                                lines_text(lines.damaged))});
  }
  apply_tags(folder, record.start.tags);
  found.writer_gone = judge_state(folder, lines.builder, record);
  found.is_final = record.end || lines.builder.interrupted;
  return found;
}

// A writer that was found to be gone may have written its last lines before it went, and after they
// were read.
Result<Folder> read_folder(const fs::path& folder) {
  auto found = read_once(folder);
  return found && found->writer_gone ? read_once(folder) : found;
}

}  // namespace

const char* to_string(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "running";
    case RunState::kEnded:
      return "ended";
    case RunState::kInterrupted:
      break;
  }
  return "interrupted";
}

bool is_run_folder(const fs::path& folder) {
  std::ifstream file(folder / kEventsFile, std::ios::binary);
  constexpr std::size_t kHeadBytes = 1U << 16U;
  std::string head(kHeadBytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  // Damage may have taken the first line, or any other.
  return head.find(kSchemaPrefix) != std::string::npos ||
         head.find(",\"crc32\":\"") != std::string::npos;
}

Result<RunRecord> read_record(const fs::path& folder) {
  auto found = read_folder(folder);
  if (!found) return found.error();
  return std::move(found->record);
}

namespace {

// The trace is kept to the milliwatt; what a float adds behind that is none of it.
double in_milliwatts(float power_w) {
  constexpr double kMilli = 1000.0;
  return std::round(static_cast<double>(power_w) * kMilli) / kMilli;
}

}  // namespace

Result<RunRecord> stream_run(const fs::path& folder, RunSink& sink) {
  auto found = read_folder(folder);
  if (!found) return found.error();
  RunRecord& record = found->record;
  for (const RecordedDevice& device : record.devices) sink.device(device.device);
  for (const EpochRecord& epoch : record.epochs) sink.epoch(epoch.epoch);
  const auto hand_on = [&sink](double time_s, std::span<const float> power_w) {
    for (std::size_t d = 0; d < power_w.size(); ++d) {
      // What is not known, or is no power, is a gap.
      if (power_w[d] >= 0.0F) sink.sample(d, time_s, in_milliwatts(power_w[d]));
    }
  };
  const TraceDamage damage = read_rows(folder, record.devices.size(), hand_on);
  for (const std::string& note : damage.notes) {
    record.notes.push_back({.time_s = record.last_s, .text = note});
  }
  return std::move(record);
}

Result<SettledRun> settle(const fs::path& folder) {
  auto found = read_folder(folder);
  if (!found) return found.error();
  SettledRun run{.record = std::move(found->record), .final = found->is_final, .marked = {}};
  if (found->writer_gone) {
    run.marked = append_interrupted(folder / kEventsFile, run.record.last_s);
    run.final = run.marked.ok();
  }
  return run;
}

std::optional<Error> newer_schema(const fs::path& folder) {
  const fs::path path = folder / kEventsFile;
  const auto text = text_of(path);
  auto foreign = text ? read_lines(*text).foreign : std::nullopt;
  if (foreign) foreign->message = path.string() + ": " + foreign->message;
  return foreign;
}

Status mark_if_interrupted(const fs::path& folder) {
  const auto run = settle(folder);
  return run ? run->marked : Status(run.error());
}

}  // namespace joulecast::store
