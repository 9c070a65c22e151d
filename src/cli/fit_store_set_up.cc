#include "cli/fit_store_set_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "joulecast/hardware/cpu_device.h"
#include "joulecast/hardware/gpu.h"

namespace joulecast::cli {
namespace {

constexpr double kBytesOfGb = 1024.0 * 1024.0 * 1024.0;

bool is_setting(const std::string& name) {
  const auto settings = pre::settings();
  return std::any_of(settings.begin(), settings.end(),
                     [&](const pre::Setting& setting) { return setting.name == name; });
}

// "batch-size=64" among other words; words that are no setting are the user's own.
void add_said(const std::string& word, const char* origin, pre::SaidSettings& said) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return;
  std::string name = word.substr(0, equals);
  std::replace(name.begin(), name.end(), '-', '_');
  if (is_setting(name)) said.insert_or_assign(name, pre::Said{word.substr(equals + 1), origin});
}

// The least of the GPUs', where it is below what the catalogue's TDP allows anyway.
std::optional<Watts> power_limit_of(const store::RunRecord& run, const std::string& gpu_name) {
  std::optional<Watts> least;
  for (const store::RecordedDevice& device : run.devices) {
    if (device.device.kind != DeviceKind::kGpu || !device.device.power_limit) continue;
    least = std::min(least.value_or(*device.device.power_limit), *device.device.power_limit);
  }
  const auto gpu = hardware::find_gpu(gpu_name);
  constexpr double kAsShipped = 0.98;
  if (!least || !gpu || *least >= kAsShipped * gpu->tdp) return std::nullopt;
  return least;
}

void add_devices(const store::RunRecord& run, pre::SaidSettings& said) {
  std::vector<std::string> gpus;
  for (const store::RecordedDevice& device : run.devices) {
    if (device.device.kind == DeviceKind::kGpu) gpus.push_back(device.device.name);
  }
  if (gpus.empty()) return;
  said.try_emplace("gpu", pre::Said{gpus.front(), "its devices"});
  // A set-up that does not say how many means one.
  if (gpus.size() > 1 && run.start.set_up.empty()) {
    said.try_emplace("gpus", pre::Said{std::to_string(gpus.size()), "devices"});
  }
  if (const auto limit = power_limit_of(run, said["gpu"].value)) {
    said.try_emplace("power_limit", pre::Said{fmt::format("{}", limit->value()), "its devices"});
  }
}

// Idle GPUs' watts would count as the training's, and other ranks' would be missing.
Status check_gpus(const store::RunRecord& run, const pre::SetUp& set_up) {
  if (hardware::names_cpu(set_up.gpu)) return {};
  const auto measured = std::count_if(
      run.devices.begin(), run.devices.end(),
      [](const store::RecordedDevice& one) { return one.device.kind == DeviceKind::kGpu; });
  if (measured == 0 || measured == set_up.gpus) return {};
  return Error{
      fmt::format("{} GPUs were measured and its set-up trains on {}", measured, set_up.gpus)};
}

// What a training says of its own epochs must be what its set-up says of them.
Status check_steps(const store::RunRecord& run, const pre::SetUp& set_up) {
  if (run.plan.unit != WorkUnit::kEpochs) return {};
  const double planned = set_up.train_size / samples_of_step(set_up);
  for (const store::EpochRecord& record : run.epochs) {
    const auto steps = record.epoch.steps;
    constexpr double kNear = 0.02;
    if (!steps || std::abs(*steps - planned) <= 1.0 + kNear * planned) continue;
    return Error{
        fmt::format("its epochs have {:.10g} steps, but {:.10g} samples in batches of {:.10g} are "
                    "{:.10g}: mend "
                    "train_size or batch_size",
                    *steps, set_up.train_size, samples_of_step(set_up), std::floor(planned))};
  }
  return {};
}

// A whole epoch's samples are said by some trainings themselves.
void add_train_size(const store::RunRecord& run, pre::SaidSettings& said) {
  if (said.contains("train_size") || run.plan.unit != WorkUnit::kEpochs) return;
  for (const store::EpochRecord& record : run.epochs) {
    if (!record.epoch.samples || !(*record.epoch.samples > 0.0)) continue;
    said["train_size"] = {fmt::format("{}", *record.epoch.samples), "its epochs"};
    return;
  }
}

}  // namespace

double samples_of_step(const pre::SetUp& set_up) {
  return static_cast<double>(set_up.batch_size) * set_up.gpus;
}

pre::SaidSettings said_of(const store::RunRecord& run) {
  pre::SaidSettings said;
  std::istringstream title(run.start.title);
  for (std::string word; title >> word;) add_said(word, "its title", said);
  for (const std::string& tag : run.start.tags) add_said(tag, "its tags", said);
  for (const auto& [name, value] : run.start.set_up) {
    if (is_setting(name)) said.insert_or_assign(name, pre::Said{value, "its set-up"});
  }
  add_devices(run, said);
  if (!run.start.host.empty()) said.try_emplace("host", pre::Said{run.start.host, "its host"});
  if (run.start.ram.value() > 0.0) {
    const double gb = std::round(run.start.ram.value() / kBytesOfGb);
    said.try_emplace("host_memory", pre::Said{fmt::format("{}", gb), "its host"});
  }
  return said;
}

Result<pre::SetUp> set_up_of_run(const store::RunRecord& run) {
  auto said = said_of(run);
  if (!said.contains("network")) return Error{"neither tags nor title say network=NAME"};
  if (!said.contains("gpu")) return Error{"no GPU among the devices, and no tag gpu=NAME"};
  add_train_size(run, said);
  if (!said.contains("train_size")) return Error{"neither tags nor title say train_size=N"};
  auto set_up = pre::set_up_of(said);
  if (!set_up) return set_up.error();
  if (Status status = check_gpus(run, set_up->set_up); !status) return status.error();
  if (Status status = check_steps(run, set_up->set_up); !status) return status.error();
  return std::move(set_up->set_up);
}

}  // namespace joulecast::cli
