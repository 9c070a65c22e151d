#include "readers/recognise.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "joulecast/store/run_folder.h"
#include "readers/carbontracker.h"
#include "readers/head.h"
#include "readers/mlperf.h"
#include "readers/run_folder_format.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFilesInFolder = 1000;

std::string format_names() {
  std::vector<std::string> names;
  for (const Format& format : format_table()) names.emplace_back(format.info.name);
  return joined(names);
}

bool is_binary(std::string_view head) {
  return std::any_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\x1b' && c != '\f';
  });
}

Error unknown(const std::string& file, std::string_view head) {
  if (first_line(head).empty()) return Error{file + ": the file is empty"};
  if (is_binary(head)) {
    return Error{
        fmt::format("{}: this is a binary file; a recording is text in one of these "
                    "formats: {}",
                    file, format_names())};
  }
  return Error{
      fmt::format("{}: it is in none of the known formats ({}); if it should be, name it "
                  "with --format",
                  file, format_names())};
}

Result<Recording> open_recording_file(const fs::path& path, const Format* format) {
  auto source = open_file(path);
  if (!source) return source.error();
  Recording recording{
      .input = {.path = path, .lines = LineReader(std::move(*source)), .companions = {}},
      .format = format};
  if (format != nullptr) return recording;
  const auto head = recording.input.lines.peek();
  if (!head) return head.error();
  recording.format = recognise(*head);
  if (recording.format == nullptr) return unknown(path.string(), *head);
  return recording;
}

struct FoundFile {
  fs::path path;
  const Format* format = nullptr;
  bool of_powers = false;  // an MLPerf power log
  bool of_totals = false;  // Carbontracker's output log
};

// What a file is, if it is anything.
std::optional<FoundFile> look_at(const fs::path& path) {
  auto source = open_file(path);
  if (!source) return std::nullopt;
  LineReader lines(std::move(*source));
  const auto head = lines.peek();
  if (!head) return std::nullopt;
  FoundFile file{.path = path, .format = recognise(*head)};
  if (file.format == nullptr) return std::nullopt;
  file.of_powers = file.format->read == read_mlperf && is_power_log(*head);
  file.of_totals = file.format->read == read_carbontracker && is_carbontracker_output(*head);
  return file;
}

Result<std::vector<fs::path>> files_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) paths.push_back(entry->path());
    if (paths.size() > kMostFilesInFolder) {
      return Error{fmt::format("{}: more than {} files in this folder; name the one to read",
                               folder.string(), kMostFilesInFolder)};
    }
  }
  if (error) {
    return Error{fmt::format("{}: cannot list the folder: {}", folder.string(), error.message())};
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Error several(const fs::path& folder, const std::vector<FoundFile>& found) {
  constexpr std::size_t kNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < found.size() && i < kNamed; ++i) {
    names += (i > 0 ? ", " : "") + found[i].path.filename().string();
  }
  if (found.size() > kNamed) names += fmt::format(", and {} more", found.size() - kNamed);
  return Error{fmt::format("{}: {} recordings in this folder ({}); name one of them",
                           folder.string(), found.size(), names)};
}

// A recording folder, a training log with its power logs, or the only recording in the folder.
Result<Recording> open_recording_folder(const fs::path& folder, const Format* format) {
  std::error_code error;
  if (const fs::path run = folder / "run.json"; fs::exists(run, error)) {
    return open_recording_file(run, format);
  }
  // By name too, since damage may have taken its first line.
  if (store::is_run_folder(folder) && format == nullptr) {
    return open_recording_file(folder / "events.jsonl", *format_named(kRunFolderFormat));
  }
  const auto paths = files_in(folder);
  if (!paths) return paths.error();
  std::vector<FoundFile> recordings, powers, totals;
  for (const fs::path& path : *paths) {
    auto file = look_at(path);
    if (!file || (format != nullptr && file->format != format)) continue;
    auto& list = file->of_powers ? powers : file->of_totals ? totals : recordings;
    list.push_back(std::move(*file));
  }
  // A log of totals says nothing that the log of epochs beside it does not say better.
  if (recordings.empty()) std::swap(recordings, totals);
  if (recordings.empty()) std::swap(recordings, powers);
  if (recordings.size() > 1) return several(folder, recordings);
  if (recordings.empty()) {
    return Error{fmt::format("{}: no file in this folder is in a known format ({})",
                             folder.string(), format_names())};
  }
  auto recording = open_recording_file(recordings[0].path, recordings[0].format);
  if (recording && recordings[0].format->read == read_mlperf) {
    for (const FoundFile& power : powers) recording->input.companions.push_back(power.path);
  }
  return recording;
}

}  // namespace

const Format* recognise(std::string_view head) {
  for (const Format& format : format_table()) {
    if (format.recognises(head)) return &format;
  }
  return nullptr;
}

Result<const Format*> format_named(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Format& format : format_table()) {
    if (name == format.info.name) return &format;
    names.emplace_back(format.info.name);
  }
  const auto near = nearest(name, names);
  return Error{fmt::format("--format: there is no format {}{}; the formats are: {}", quoted(name),
                           near ? fmt::format(" (did you mean {}?)", *near) : "", format_names())};
}

Result<Recording> open_recording(const fs::path& path, const std::string& format) {
  const Format* named = nullptr;
  if (!format.empty()) {
    const auto found = format_named(format);
    if (!found) return found.error();
    named = *found;
  }
  std::error_code error;
  if (fs::is_directory(path, error)) return open_recording_folder(path, named);
  return open_recording_file(path, named);
}

}  // namespace joulecast::readers
