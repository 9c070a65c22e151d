#include "cli/fit_store_observation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "cli/fit_store_set_up.h"
#include "joulecast/hardware/cpu_device.h"

namespace joulecast::cli {
namespace {

// A block that lacks more of its time is left out.
constexpr double kMostUncovered = 0.01;

// What the joules cover, and whether they were metered: "joulecast: gpu+ram", "joulecast: cpu+ram,
// modelled".
std::string meter_of(const store::RunRecord& run, const std::vector<bool>& counted) {
  std::set<std::string> kinds;
  bool modelled = false;
  for (std::size_t i = 0; i < run.devices.size(); ++i) {
    const Device& device = run.devices[i].device;
    if (!counted[i]) continue;
    kinds.insert(to_string(device.kind));
    modelled = modelled || (device.kind != DeviceKind::kRam && device.origin >= Origin::kModelled);
  }
  return fmt::format("joulecast: {}{}", fmt::join(kinds, "+"), modelled ? ", modelled" : "");
}

/// A stretch of training without its evaluations.
struct Stretch {
  double seconds = 0.0, energy_j = 0.0, work = 0.0;
};

struct Blocks {
  std::vector<Stretch> whole;  ///< In order of time.
  std::size_t left_out = 0;
};

// In proportion: what an evaluation takes of each device is not recorded.
double without_evaluation(const Epoch& epoch, double energy_j) {
  if (!epoch.evaluation || !epoch.evaluation->energy || !epoch.energy) return energy_j;
  return energy_j * (1.0 - epoch.evaluation->energy->value() / epoch.energy->value());
}

Blocks blocks_of(const store::RunRecord& run, const std::vector<bool>& counted) {
  const bool epochs = run.plan.unit == WorkUnit::kEpochs;
  Blocks blocks;
  for (const store::EpochRecord& record : run.epochs) {
    const Epoch& epoch = record.epoch;
    const auto work = work_of(epoch, run.plan.unit);
    if (!work || *work <= 0.0) continue;  // an epoch's end between two stretches of steps
    const auto energy = estimated_energy(counted, record.devices, epoch.duration());
    if (!energy || !(energy->value() > 0.0)) {
      ++blocks.left_out;
      continue;
    }
    Stretch stretch{
        .seconds = epoch.duration().value(), .energy_j = energy->value(), .work = *work};
    if (!epochs && epoch.evaluation) {
      if (!epoch.evaluation->energy) continue;
      stretch.energy_j = without_evaluation(epoch, stretch.energy_j);
      stretch.seconds -= epoch.evaluation->end_s - epoch.evaluation->start_s;
    }
    if (stretch.seconds > 0.0 && stretch.energy_j > 0.0) blocks.whole.push_back(stretch);
  }
  return blocks;
}

// How many stretches at the beginning are not what comes later: always the first of several, then
// those that are more than a fifth off the pace of the later half.
std::size_t warm_up_of(const std::vector<Stretch>& all) {
  constexpr std::size_t kFewest = 2;
  if (all.size() < kFewest) return 0;
  std::vector<double> later;
  for (std::size_t i = all.size() / 2; i < all.size(); ++i) {
    later.push_back(all[i].seconds / all[i].work);
  }
  std::sort(later.begin(), later.end());
  const double pace = later[later.size() / 2];
  constexpr double kNear = 0.2;
  std::size_t warm_up = 1;
  while (warm_up < all.size() / 2 &&
         std::abs(all[warm_up].seconds / all[warm_up].work / pace - 1.0) > kNear) {
    ++warm_up;
  }
  return warm_up;
}

Stretch sum_from(const std::vector<Stretch>& all, std::size_t first) {
  Stretch sum;
  for (std::size_t i = first; i < all.size(); ++i) {
    sum.seconds += all[i].seconds;
    sum.energy_j += all[i].energy_j;
    sum.work += all[i].work;
  }
  return sum;
}

// An epoch of the set-up at the pace of the stretches that were seen.
void scale_to_epoch(const Stretch& seen, WorkUnit unit, pre::Observation& observation) {
  pre::SetUp& set_up = observation.set_up;
  double epochs = seen.work;
  if (unit == WorkUnit::kSteps) {
    epochs = seen.work / std::floor(set_up.train_size / samples_of_step(set_up));
  } else if (unit == WorkUnit::kSamples) {
    epochs = seen.work / set_up.train_size;
  }
  // Between steps nothing was validated.
  if (unit != WorkUnit::kEpochs) set_up.validation_size = 0.0;
  observation.power = Joules(seen.energy_j) / Seconds(seen.seconds);
  observation.epoch_energy = Joules(seen.energy_j / epochs);
  observation.epoch_time = Seconds(seen.seconds / epochs);
}

std::vector<Origin> origins_of(const store::RunRecord& run, const std::vector<bool>& counted) {
  std::vector<Origin> origins;
  for (std::size_t i = 0; i < run.devices.size(); ++i) {
    const Origin origin = run.devices[i].device.origin;
    const bool new_one = std::find(origins.begin(), origins.end(), origin) == origins.end();
    if (counted[i] && new_one) origins.push_back(origin);
  }
  std::sort(origins.begin(), origins.end());
  return origins;
}

}  // namespace

std::vector<bool> estimated_devices(const store::RunRecord& run) {
  const auto said = run.start.set_up.find("gpu");
  const bool on_cpu = said != run.start.set_up.end() && hardware::names_cpu(said->second);
  const bool any_gpu = std::any_of(
      run.devices.begin(), run.devices.end(),
      [](const store::RecordedDevice& one) { return one.device.kind == DeviceKind::kGpu; });
  const bool gpus = any_gpu && !on_cpu;
  std::vector<bool> counted;
  for (const store::RecordedDevice& device : run.devices) {
    const DeviceKind kind = device.device.kind;
    counted.push_back(kind == DeviceKind::kRam || (kind == DeviceKind::kGpu) == gpus);
  }
  return counted;
}

std::optional<Joules> estimated_energy(const std::vector<bool>& counted,
                                       const std::vector<MeasuredEnergy>& devices,
                                       Seconds duration) {
  Joules sum;
  bool any = false;
  for (std::size_t i = 0; i < devices.size() && i < counted.size(); ++i) {
    if (!counted[i]) continue;
    if (devices[i].uncovered > kMostUncovered * duration) return std::nullopt;
    sum += devices[i].energy;
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

Result<StoredObservation> observation_of(const store::RunRecord& run) {
  if (run.plan.unit == WorkUnit::kTokens) return Error{"it counts in tokens, not in samples"};
  auto set_up = set_up_of_run(run);
  if (!set_up) return set_up.error();
  const auto counted = estimated_devices(run);
  const Blocks blocks = blocks_of(run, counted);
  if (blocks.whole.empty()) {
    return Error{blocks.left_out > 0 ? "no epoch that was measured whole"
                                     : "no epoch with a measured energy"};
  }
  constexpr std::size_t kFewestOfRunning = 3;
  if (run.state == store::RunState::kRunning && blocks.whole.size() < kFewestOfRunning) {
    return Error{"still running, and too few epochs have ended"};
  }
  const bool epochs = run.plan.unit == WorkUnit::kEpochs;
  StoredObservation result;
  // All epochs of a training count, its first ones too; a probe has seen the first ones only.
  result.warm_up = run.start.probe || !epochs ? warm_up_of(blocks.whole) : 0;
  result.used = blocks.whole.size() - result.warm_up;
  const Stretch seen = sum_from(blocks.whole, result.warm_up);
  result.steps = run.plan.unit == WorkUnit::kSteps ? seen.work : 0.0;
  result.origins = origins_of(run, counted);
  result.observation.set_up = std::move(set_up).value();
  // What its user had timed before is no part of what was measured.
  result.observation.set_up.epoch_time.reset();
  if (result.observation.set_up.train_size < samples_of_step(result.observation.set_up)) {
    return Error{"its epoch is less than one step: mend train_size or batch_size of its set-up"};
  }
  result.observation.source = run.start.probe ? "probe" : "store";
  result.observation.meter = meter_of(run, counted);
  result.observation.place = fmt::format("run {}", run.id);
  scale_to_epoch(seen, run.plan.unit, result.observation);
  constexpr std::size_t kFewestStable = 3;
  if (epochs && !run.start.probe && blocks.whole.size() >= kFewestStable) {
    const Stretch stable = sum_from(blocks.whole, warm_up_of(blocks.whole));
    result.observation.stable_epoch_energy = Joules(stable.energy_j / stable.work);
  }
  return result;
}

}  // namespace joulecast::cli
