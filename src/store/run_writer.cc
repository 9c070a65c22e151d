#include "joulecast/store/run_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "store/append_file.h"
#include "store/civil_text.h"
#include "store/events.h"
#include "store/liveness.h"
#include "store/sample_log.h"

namespace joulecast::store {
namespace {

namespace fs = std::filesystem;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Events that cannot be written are kept up to so many bytes.
constexpr std::size_t kMostPendingBytes = std::size_t{8} << 20U;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

// A host's name as part of a folder's.
std::string folder_word(const std::string& host) {
  constexpr std::size_t kLongest = 63;
  std::string word;
  for (const char c : host.substr(0, kLongest)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_';
    word += plain ? c : '-';
  }
  return word.empty() ? "host" : word;
}

// 20261123T174500Z-host-4711, with -2, -3, ... where that is taken.
Result<fs::path> make_run_folder(const fs::path& store, const RunStart& start) {
  const std::string name =
      fmt::format("{}-{}-{}", compact_time(start.start_unix_s), folder_word(start.host), start.pid);
  constexpr int kMostTries = 1000;
  for (int n = 1; n <= kMostTries; ++n) {
    fs::path folder = store / (n == 1 ? name : fmt::format("{}-{}", name, n));
    const auto made = make_private_folder(folder);
    if (!made) return made.error();
    if (*made) return folder;
  }
  return Error{fmt::format("{}: {} is there {} times already; choose another folder with --store",
                           store.string(), name, kMostTries)};
}

}  // namespace

Result<fs::path> default_store() {
  const fs::path data = environment("XDG_DATA_HOME");
  // The specification says that a relative path is to be ignored.
  if (data.is_absolute()) return data / "joulecast" / "runs";
  const fs::path home = environment("HOME");
  if (home.is_absolute()) return home / ".local" / "share" / "joulecast" / "runs";
  return Error{
      "neither XDG_DATA_HOME nor HOME says where runs are kept; name a folder with --store"};
}

struct RunWriter::State {
  fs::path folder;
  AppendFile events;
  SampleLog samples;
  std::size_t devices = 0;
  double last_s = 0.0;
  std::optional<double> last_sample_s;

  std::string pending;             ///< Whole lines.
  std::size_t dropped_events = 0;  ///< Since the last success.
  std::size_t refused_rows = 0;    ///< Rows that are no rows: wrong width, time going back.
  std::optional<Error> failure;    ///< The first one since the last success.
  double written_until_s = 0.0;    ///< At the last success.
  SteadyTime last_sync;
  SteadyTime last_sign;

  State(fs::path path, AppendFile event_file, SampleLog sample_log)
      : folder(std::move(path)), events(std::move(event_file)), samples(std::move(sample_log)) {}

  static Result<std::unique_ptr<State>> open(const fs::path& folder, const RunStart& start);

  void add(const Json& event) {
    std::string line = to_line(event);
    if (pending.size() + line.size() > kMostPendingBytes) {
      ++dropped_events;
    } else {
      pending += line;
    }
  }
  void note_time(double time_s) {
    if (std::isfinite(time_s)) last_s = std::max(last_s, time_s);
  }

  Status write(bool all);
  Status write_events();
  void tell_recovery();
  void sync_now_and_then();
};

Status RunWriter::State::write_events() {
  if (pending.empty()) return {};
  if (Status status = events.append(pending); !status) return status;
  pending.clear();
  last_sign = std::chrono::steady_clock::now();
  return {};
}

// After an outage: what it was and what it cost.
void RunWriter::State::tell_recovery() {
  const LostRows lost = samples.take_lost();
  if (failure) {
    std::string text = fmt::format("nothing could be written from {:.1f} s to {:.1f} s ({})",
                                   written_until_s, last_s, failure->message);
    if (dropped_events > 0) text += fmt::format("; {} events are missing", dropped_events);
    add(note_event(text, last_s));
    failure.reset();
    dropped_events = 0;
  }
  if (lost.rows > 0) {
    add(note_event(fmt::format("{} rows of samples from {:.1f} s to {:.1f} s are missing: they "
                               "could not be written in time",
                               lost.rows, lost.from_s, lost.to_s),
                   last_s));
  }
  if (refused_rows > 0) {
    add(note_event(fmt::format("{} rows of samples were no rows (times that go back, or not one "
                               "value for each device) and are missing",
                               refused_rows),
                   last_s));
    refused_rows = 0;
  }
}

void RunWriter::State::sync_now_and_then() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sign >= std::chrono::minutes(1)) {
    events.touch();
    last_sign = now;
  }
  if (now - last_sync < std::chrono::seconds(1)) return;
  events.sync();
  samples.sync();
  last_sync = now;
}

// Samples and events fail apart: a full disk may still have room for a line.
Status RunWriter::State::write(bool all) {
  const Status rows = samples.flush(all);
  Status lines = write_events();
  if (rows.ok() && lines.ok()) {
    tell_recovery();
    lines = write_events();
  }
  if (rows.ok() && lines.ok()) {
    written_until_s = last_s;
    return {};
  }
  const bool first = !failure;
  if (first) {
    failure = rows.ok() ? lines.error() : rows.error();
  }
  return first || all ? Status(*failure) : Status();
}

Result<std::unique_ptr<RunWriter>> RunWriter::create(const fs::path& store, const RunStart& start) {
  if (Status status = make_private_folders(store); !status) return status.error();
  const auto folder = make_run_folder(store, start);
  if (!folder) return folder.error();
  auto state = State::open(*folder, start);
  if (!state) {
    std::error_code ignored;
    fs::remove_all(*folder, ignored);  // made just now, by us
    return state.error();
  }
  return std::unique_ptr<RunWriter>(new RunWriter(std::move(*state)));
}

Result<std::unique_ptr<RunWriter::State>> RunWriter::State::open(const fs::path& folder,
                                                                 const RunStart& start) {
  auto events = AppendFile::create(folder / kEventsFile);
  if (!events) return events.error();
  auto samples = SampleLog::create(folder);
  if (!samples) return samples.error();
  auto state = std::make_unique<State>(folder, std::move(*events), std::move(*samples));
  Writer writer = this_process();
  if (!start.boot_id.empty() && start.boot_id != writer.boot_id) {
    writer.boot_id = start.boot_id;
    writer.machine.clear();  // then it is not this one's either
  }
  state->add(start_event(start, writer));
  if (Status status = state->write_events(); !status) return status.error();
  return state;
}

RunWriter::RunWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunWriter::~RunWriter() = default;

const fs::path& RunWriter::folder() const { return state_->folder; }

void RunWriter::devices(const std::vector<RecordedDevice>& devices) {
  state_->devices = devices.size();
  state_->samples.set_devices(devices.size());
  state_->add(devices_event(devices));
}

void RunWriter::software(const std::map<std::string, std::string>& versions) {
  state_->add(software_event(versions));
}

void RunWriter::plan(const Plan& plan, double time_s) {
  state_->note_time(time_s);
  state_->add(plan_event(plan, time_s));
}

void RunWriter::estimate(const Forecast& forecast) { state_->add(estimate_event(forecast)); }

void RunWriter::epoch(const EpochRecord& epoch) {
  state_->note_time(epoch.epoch.end_s);
  state_->add(epoch_event(epoch));
}

void RunWriter::window(const WindowRecord& window) {
  state_->note_time(window.end_s);
  state_->add(window_event(window));
}

void RunWriter::forecast(const Forecast& forecast, double time_s) {
  state_->note_time(time_s);
  state_->add(forecast_event(forecast, time_s));
}

void RunWriter::note(const std::string& text, double time_s) {
  state_->note_time(time_s);
  state_->add(note_event(text, time_s));
}

void RunWriter::sample(double time_s, std::span<const float> power_w) {
  if (state_->devices == 0 && power_w.empty()) return state_->note_time(time_s);
  const bool later = !state_->last_sample_s || time_s > *state_->last_sample_s;
  if (!std::isfinite(time_s) || !later || power_w.empty() || power_w.size() != state_->devices) {
    ++state_->refused_rows;
    return;
  }
  state_->last_sample_s = time_s;
  state_->note_time(time_s);
  state_->samples.add(time_s, power_w);
}

Status RunWriter::flush() {
  Status status = state_->write(/*all=*/false);
  state_->sync_now_and_then();
  return status;
}

Status RunWriter::finish(const RunEnd& end) {
  // What was refused or lost is told before the end, so that the end is the last word.
  Status status = state_->write(/*all=*/true);
  state_->note_time(end.end_s);
  state_->add(end_event(end));
  if (Status last = state_->write(/*all=*/true); !last) status = last;
  state_->events.sync();
  state_->samples.sync();
  return status;
}

}  // namespace joulecast::store
