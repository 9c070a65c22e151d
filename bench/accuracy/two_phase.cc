#include "two_phase.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/csv.h"
#include "joulecast/readers/reader.h"
#include "own_period.h"
#include "statistics.h"

namespace joulecast::accuracy {
namespace {

constexpr Watts kRtx3090Limit{350.0};  // runs.csv: max power limit (W)
constexpr std::size_t kFrozenEpochs = 10;
// The last two frozen epochs hold a part of each other: their boundaries are derived.
constexpr std::size_t kCleanFrozenEpochs = 8;
constexpr double kFewestFineTuning = 8.0;
// Below this part of the median power the GPU is idle.
constexpr double kBusy = 0.6;

struct Derived {
  std::string architecture, file;
  double fine_tuning_s = 0.0, epoch_s = 0.0;
};

Result<std::vector<Derived>> read_derived(const std::filesystem::path& file) {
  auto opened = open_file(file);
  if (!opened) return opened.error();
  auto csv = CsvReader::open(LineReader(std::move(opened).value()));
  if (!csv) return csv.error();
  constexpr std::array kNames = {"arch", "file", "t_ft_start_est_s", "ft_epoch_s", "consistent"};
  std::array<std::size_t, kNames.size()> at{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto column = csv->need_column(kNames[i]);
    if (!column) return column.error();
    at[i] = *column;
  }
  std::vector<Derived> runs;
  while (csv->next() == LineReader::Step::kLine) {
    const auto& row = csv->row();
    if (row[at[4]].text != "True") continue;
    const auto start = csv->number(at[2]);
    const auto epoch = csv->number(at[3]);
    if (!start) return start.error();
    if (!epoch) return epoch.error();
    runs.push_back({.architecture = std::string(row[at[0]].text),
                    .file = std::string(row[at[1]].text),
                    .fine_tuning_s = *start,
                    .epoch_s = *epoch});
  }
  return runs;
}

// Linear between the samples; times in order.
std::vector<double> every_second(const Trace& trace, double from_s, double to_s) {
  std::vector<double> power;
  std::size_t next = 1;
  const auto seconds = static_cast<int>(std::ceil(to_s - from_s));
  for (int second = 0; second < seconds; ++second) {
    const double t = from_s + second;
    while (next + 1 < trace.time_s.size() && trace.time_s[next] < t) ++next;
    const double t0 = trace.time_s[next - 1];
    const double t1 = trace.time_s[next];
    const double part = std::clamp((t - t0) / (t1 - t0), 0.0, 1.0);
    power.push_back(trace.power_w[next - 1] +
                    part * (trace.power_w[next] - trace.power_w[next - 1]));
  }
  return power;
}

// Median power of the samples before or after a time.
double median_power(const Trace& trace, double time_s, bool after) {
  std::vector<double> power;
  for (std::size_t i = 0; i < trace.time_s.size(); ++i) {
    if ((trace.time_s[i] > time_s) == after) power.push_back(trace.power_w[i]);
  }
  return power.empty() ? 0.0 : median(power);
}

void cut_idle_tail(Trace& trace, double fine_tuning_s) {
  const double busy = kBusy * median_power(trace, fine_tuning_s, true);
  std::size_t count = trace.time_s.size();
  while (count > 2 && trace.power_w[count - 1] <= busy) --count;
  count = std::min(count + 1, trace.time_s.size());
  trace.time_s.resize(count);
  trace.power_w.resize(count);
}

// Where the epochs begin and, last, where the last one ends. Empty: too few.
std::vector<double> boundaries(const Trace& trace, const Derived& derived) {
  const double end_s = trace.time_s.back();
  const double epochs = std::nearbyint((end_s - derived.fine_tuning_s) / derived.epoch_s);
  if (epochs < kFewestFineTuning) return {};
  const auto whole =
      every_second(trace, derived.fine_tuning_s + 2.0 * derived.epoch_s, end_s - 1.0);
  const PeriodSearch near{.about = derived.epoch_s, .from = 0.97, .to = 1.03, .step = 0.02};
  const double epoch_s = epochs > 16.0 ? own_period(whole, near, {1, 2, 3, 4, 6, 8})
                                       : own_period(whole, near, {1, 2, 3});
  const double change_s = end_s - epochs * epoch_s;
  const double busy = kBusy * median_power(trace, change_s, false);
  const auto start = std::find_if(trace.power_w.begin(), trace.power_w.end(),
                                  [&](double power) { return power > busy; });
  const double start_s = trace.time_s[static_cast<std::size_t>(start - trace.power_w.begin())];
  const double about_s = (change_s - start_s) / static_cast<double>(kFrozenEpochs);
  if (!(about_s > 0.0)) return {};
  // Backwards from the change, second by second: the start-up is of unknown length.
  const double from_s = std::max(start_s, change_s - 9.6 * about_s);
  const double seconds = std::ceil(change_s - 1.0 - from_s);
  const auto frozen = every_second(trace, change_s - seconds, change_s - 0.5);
  const double frozen_s =
      own_period(frozen, {.about = about_s, .from = 0.88, .to = 1.01, .step = 0.1}, {1, 2, 3, 4});

  std::vector<double> bounds = {trace.time_s.front()};
  for (int left = 9; left >= 1; --left) bounds.push_back(change_s - left * frozen_s);
  bounds.push_back(change_s);
  for (int i = 1; i < static_cast<int>(epochs); ++i) bounds.push_back(change_s + i * epoch_s);
  bounds.push_back(end_s);
  return bounds;
}

Result<NamedRun> read_one(const std::filesystem::path& folder, const Derived& derived) {
  const auto path = folder / "rtx3090" / derived.architecture / (derived.file + ".gz");
  auto loaded = readers::load_run(path);
  if (!loaded) return loaded.error();
  if (loaded->run.traces.empty()) return Error{path.string() + ": no samples"};
  Trace trace = std::move(loaded->run.traces.front());
  cut_idle_tail(trace, derived.fine_tuning_s);
  const std::vector<double> bounds = boundaries(trace, derived);
  NamedRun named;
  named.name = derived.architecture + "/" + derived.file;
  named.power_limit = kRtx3090Limit;
  EpochIntegrator integrator;
  integrator.device(trace.device);
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    Epoch epoch;
    epoch.number = static_cast<std::int64_t>(i) + 1;
    epoch.start_s = bounds[i];
    epoch.end_s = bounds[i + 1];
    if (!(epoch.end_s > epoch.start_s)) return Error{path.string() + ": an epoch without length"};
    integrator.epoch(epoch);
  }
  for (std::size_t i = 0; i < trace.time_s.size(); ++i) {
    integrator.sample(0, trace.time_s[i], trace.power_w[i]);
  }
  named.run = integrator.finish();
  return named;
}

NamedRun part_of(const NamedRun& whole, std::size_t from, std::size_t to) {
  NamedRun part = whole;
  const auto first = whole.run.epochs.begin();
  part.run.epochs.assign(first + static_cast<std::ptrdiff_t>(from),
                         first + static_cast<std::ptrdiff_t>(to));
  return part;
}

}  // namespace

Result<std::vector<DataSet>> read_two_phase(const std::filesystem::path& folder) {
  const auto derived = read_derived(folder / "derived_phase.csv");
  if (!derived) return derived.error();
  const std::string name = std::filesystem::weakly_canonical(folder).filename().string();
  DataSet whole;
  DataSet frozen;
  DataSet fine_tuning;
  whole.name = name + ", two phases";
  whole.change_after = kFrozenEpochs;
  // Nobody can know of an undeclared change before it has come, and one epoch may be an outlier.
  whole.pool_from = {2, kFrozenEpochs + 2};
  whole.epochs_seen = {11, 12, 13, 15, 20, 30};
  frozen.name = name + ", frozen only";
  frozen.epochs_seen = {1, 2, 3, 5};
  fine_tuning.name = name + ", fine-tuning only";
  for (const Derived& one : *derived) {
    auto run = read_one(folder, one);
    if (!run) return run.error();
    if (run->run.epochs.empty()) continue;
    frozen.runs.push_back(part_of(*run, 0, kCleanFrozenEpochs));
    fine_tuning.runs.push_back(part_of(*run, kFrozenEpochs, run->run.epochs.size()));
    whole.runs.push_back(std::move(run).value());
  }
  std::vector<DataSet> sets;
  for (DataSet* set : {&whole, &frozen, &fine_tuning}) {
    if (!set->runs.empty()) sets.push_back(std::move(*set));
  }
  return sets;
}

}  // namespace joulecast::accuracy
