#include "joulecast/readers/recording_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "readers/output_file.h"
#include "readers/recording.h"

namespace joulecast::readers {
namespace {

namespace fs = std::filesystem;

struct Sample {
  double time_s;
  double power_w;
};

std::string optional_number(const std::optional<double>& number) {
  return number ? fmt::format("{}", *number) : std::string();
}

std::string optional_number(const std::optional<Joules>& energy) {
  return energy ? fmt::format("{}", energy->value()) : std::string();
}

// "2024-05-17T08:27:23.500000Z"; empty outside the years that four digits can tell.
std::string iso_time(double unix_s) {
  constexpr double kYear1 = -62135596800.0, kYear10000 = 253402300800.0;
  if (!(unix_s >= kYear1 && unix_s < kYear10000 - 1.0)) return {};
  const auto micros = static_cast<std::int64_t>(std::llround(unix_s * 1e6));
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(micros)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace

// The hidden folder and the files in it. Each device's samples go to a file of their own first,
// since devices may come one after the other; finish() merges them into rows.
class RecordingWriter::Files {
 public:
  Files(fs::path target, fs::path folder, std::string title)
      : target_(std::move(target)),
        folder_(std::move(folder)),
        title_(std::move(title)),
        epochs_(folder_ / "epochs.csv") {
    epochs_.write(
        "epoch,start_s,end_s,phase,steps,samples,tokens,evaluation_start_s,evaluation_end_s,loss,"
        "val_loss,"
        "accuracy,energy_j,energy_origin,evaluation_energy_j\n");
  }
  ~Files() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  void add(const Device& device) {
    spools_.emplace_back(folder_ / fmt::format("device{}.samples", spools_.size()));
    devices_.push_back(device);
  }

  void add(const Epoch& epoch) {
    const auto& evaluation = epoch.evaluation;
    const bool known = epoch.energy.has_value();
    epochs_.write(fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", epoch.number, epoch.start_s, epoch.end_s,
        csv_field(epoch.phase), optional_number(epoch.steps), optional_number(epoch.samples),
        optional_number(epoch.tokens), evaluation ? fmt::format("{}", evaluation->start_s) : "",
        evaluation ? fmt::format("{}", evaluation->end_s) : "", optional_number(epoch.loss),
        optional_number(epoch.validation_loss), optional_number(epoch.accuracy),
        optional_number(epoch.energy), known ? to_string(epoch.energy_origin) : "",
        evaluation ? optional_number(evaluation->energy) : ""));
    cover(epoch.start_s, epoch.end_s);
  }

  void add(std::size_t device, double time_s, double power_w) {
    const Sample sample{time_s, power_w};
    spools_[device].write({reinterpret_cast<const char*>(&sample), sizeof(sample)});
    cover(time_s, time_s);
  }

  Status finish(const ReadReport& report) {
    epochs_.close();
    if (Status status = epochs_.status(); !status) return status;
    if (!devices_.empty()) {
      if (Status status = write_samples(); !status) return status;
    }
    if (Status status = write_run_json(report); !status) return status;
    std::error_code error;
    if (fs::exists(target_, error)) return exists(target_);
    fs::rename(folder_, target_, error);
    if (error)
      return Error{fmt::format("{}: cannot create: {}", target_.string(), error.message())};
    folder_.clear();
    return {};
  }

  static Error exists(const fs::path& target) {
    return Error{fmt::format("{}: exists already; name a folder that does not, or remove it",
                             target.string())};
  }

 private:
  void cover(double from_s, double to_s) {
    first_s_ = std::min(first_s_, from_s);
    last_s_ = std::max(last_s_, to_s);
  }

  // One row for each time at which some device has a sample.
  Status write_samples() {
    OutputFile table(folder_ / "samples.csv");
    std::string text = "time_s";
    for (const Device& device : devices_) text += ',' + csv_field("power_" + device.id + "_w");
    text += '\n';
    std::vector<std::optional<Sample>> next(spools_.size());
    for (std::size_t i = 0; i < spools_.size(); ++i) {
      spools_[i].rewind();
      advance(i, next);
    }
    for (;;) {
      double time_s = std::numeric_limits<double>::infinity();
      for (const auto& sample : next) {
        if (sample) time_s = std::min(time_s, sample->time_s);
      }
      if (std::isinf(time_s)) break;
      fmt::format_to(std::back_inserter(text), "{}", time_s);
      for (std::size_t i = 0; i < next.size(); ++i) {
        text += ',';
        if (!next[i] || next[i]->time_s != time_s) continue;
        fmt::format_to(std::back_inserter(text), "{}", next[i]->power_w);
        advance(i, next);
      }
      text += '\n';
      constexpr std::size_t kChunkBytes = 65536;
      if (text.size() >= kChunkBytes) {
        table.write(text);
        text.clear();
      }
    }
    table.write(text);
    table.close();
    for (std::size_t i = 0; i < spools_.size(); ++i) {
      if (Status status = spools_[i].status(); !status) return status;
      std::error_code ignored;
      fs::remove(folder_ / fmt::format("device{}.samples", i), ignored);
    }
    return table.status();
  }

  void advance(std::size_t device, std::vector<std::optional<Sample>>& next) {
    Sample sample{};
    next[device] =
        spools_[device].read(&sample, sizeof(sample)) ? std::optional(sample) : std::nullopt;
  }

  Status write_run_json(const ReadReport& report) {
    nlohmann::ordered_json run;
    run["schema"] = kRecordingSchema;
    run["name"] = target_.filename().string();
    if (!title_.empty()) run["title"] = title_;
    if (report.start_unix_s) {
      if (const std::string started = iso_time(*report.start_unix_s); !started.empty()) {
        run["started"] = started;
      }
    }
    run["duration_s"] = first_s_ <= last_s_ ? last_s_ - first_s_ : 0.0;
    run["unit"] = to_string(report.plan.unit);
    if (report.plan.total) {
      const bool epochs = report.plan.unit == WorkUnit::kEpochs;
      run[epochs ? "planned_epochs" : "planned_total"] = *report.plan.total;
    }
    if (report.plan.duration) run["planned_duration_s"] = report.plan.duration->value();
    if (!report.format.empty()) run["imported_from"] = report.format;
    run["devices"] = nlohmann::ordered_json::array();
    for (const Device& device : devices_) {
      nlohmann::ordered_json entry;
      entry["id"] = device.id;
      entry["kind"] = to_string(device.kind);
      entry["name"] = device.name;
      entry["origin"] = to_string(device.origin);
      entry["source"] = device.source;
      if (device.power_limit) entry["power_limit_w"] = device.power_limit->value();
      run["devices"].push_back(std::move(entry));
    }
    OutputFile file(folder_ / "run.json");
    file.write(run.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    file.close();
    return file.status();
  }

  fs::path target_, folder_;
  std::string title_;
  OutputFile epochs_;
  std::vector<OutputFile> spools_;
  std::vector<Device> devices_;
  double first_s_ = std::numeric_limits<double>::infinity();
  double last_s_ = -std::numeric_limits<double>::infinity();
};

RecordingWriter::RecordingWriter(std::unique_ptr<Files> files) : files_(std::move(files)) {}
RecordingWriter::~RecordingWriter() = default;

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::create(const fs::path& target,
                                                                 std::string title) {
  fs::path whole = target.lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "out/"
  std::error_code error;
  if (fs::exists(whole, error)) return Files::exists(whole);
  const fs::path parent = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
  std::string folder = (parent / ("." + whole.filename().string() + ".partial-XXXXXX")).string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return Error{fmt::format("{}: cannot create a folder here: {}", parent.string(),
                             std::generic_category().message(errno))};
  }
  auto files = std::make_unique<Files>(whole, folder, std::move(title));
  return std::unique_ptr<RecordingWriter>(new RecordingWriter(std::move(files)));
}

void RecordingWriter::device(const Device& device) { files_->add(device); }
void RecordingWriter::epoch(const Epoch& epoch) { files_->add(epoch); }
void RecordingWriter::sample(std::size_t device, double time_s, double power_w) {
  files_->add(device, time_s, power_w);
}
Status RecordingWriter::finish(const ReadReport& report) {
  Status status = files_->finish(report);
  if (!status) files_.reset();
  return status;
}

}  // namespace joulecast::readers
