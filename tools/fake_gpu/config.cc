#include "config.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "settings.h"

namespace joulecast::fake {
namespace {

constexpr double kMostGpus = 64;
constexpr double kMostSlices = 7;

constexpr std::array kArchitectures = {
    Architecture{"pascal", 4, 6, 1, false, false, 0.0},
    Architecture{"volta", 5, 7, 0, true, false, 0.0},
    Architecture{"turing", 6, 7, 5, true, false, 0.0},
    Architecture{"ampere", 7, 8, 6, true, true, 0.0},
    Architecture{"ga100", 7, 8, 0, true, false, 0.025},
    Architecture{"ada", 8, 8, 9, true, true, 0.0},
    Architecture{"hopper", 9, 9, 0, true, true, 0.025},
    Architecture{"blackwell", 10, 10, 0, true, true, 0.025},
    Architecture{"cdna", 0xffffffffU, 0, 0, true, false, 0.0},  // AMD
};

struct FaultName {
  std::string_view name;
  Fault::Kind kind;
};
constexpr std::array kFaultNames = {
    FaultName{"gpu-lost", Fault::Kind::kLost},
    FaultName{"no-permission", Fault::Kind::kForbidden},
    FaultName{"not-supported", Fault::Kind::kUnsupported},
    FaultName{"unreadable", Fault::Kind::kUnreadable},
    FaultName{"counter-reset", Fault::Kind::kCounterReset},
    FaultName{"counter-stuck", Fault::Kind::kCounterStuck},
};

template <std::size_t n, typename Named>
Result<Named> by_name(const std::array<Named, n>& all, std::string_view name) {
  std::string names;
  for (const Named& one : all) {
    if (one.name == name) return one;
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  return Error{quoted(name) + " is none of " + names};
}

Result<double> number(std::string_view text, std::span<const Unit> units) {
  const auto value = parse_with_unit(text, units);
  if (!value) return Error{quoted(text) + " is not a number"};
  return *value;
}

Result<double> count(std::string_view text, double most) {
  const auto value = parse_integer(text);
  if (!value || *value < 0 || static_cast<double>(*value) > most) {
    return Error{quoted(text) + " is not a whole number from 0 to " +
                 std::to_string(static_cast<int>(most))};
  }
  return static_cast<double>(*value);
}

// KIND[:FUNCTION][@TIME[+DURATION]]
Result<Fault> parse_fault(std::string_view text) {
  Fault fault;
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    const std::string_view when = text.substr(at + 1);
    const std::size_t plus = when.find('+');
    const auto from_s = number(when.substr(0, plus), kTimeUnits);
    if (!from_s) return from_s.error();
    fault.from_s = *from_s;
    if (plus != std::string_view::npos) {
      const auto duration_s = number(when.substr(plus + 1), kTimeUnits);
      if (!duration_s) return duration_s.error();
      fault.until_s = *from_s + *duration_s;
    }
  }
  const std::string_view what = text.substr(0, at);
  const std::size_t colon = what.find(':');
  const auto named = by_name(kFaultNames, what.substr(0, colon));
  if (!named) return named.error();
  fault.kind = named->kind;
  if (colon != std::string_view::npos) fault.function = what.substr(colon + 1);
  return fault;
}

Status set_faults(GpuConfig& gpu, std::string_view text) {
  gpu.faults.clear();
  for (const std::string_view piece : split(text, ',')) {
    auto fault = parse_fault(piece);
    if (!fault) return fault.error();
    gpu.faults.push_back(std::move(*fault));
  }
  return {};
}

Status set_processes(GpuConfig& gpu, std::string_view text) {
  gpu.processes.clear();
  for (const std::string_view piece : split(text, ',')) {
    const std::size_t colon = piece.find(':');
    const auto pid = count(piece.substr(0, colon), 4194304.0);
    if (!pid) return pid.error();
    const std::string_view name =
        colon == std::string_view::npos ? std::string_view() : piece.substr(colon + 1);
    gpu.processes.push_back({static_cast<unsigned>(*pid), std::string(name)});
  }
  return {};
}

Status set_architecture(GpuConfig& gpu, std::string_view text) {
  const auto found = by_name(kArchitectures, text);
  if (!found) return found.error();
  for (const Architecture& one : kArchitectures) {
    if (one.name == text) gpu.architecture = &one;
  }
  return {};
}

Status set_wave(GpuConfig& gpu, std::string_view text) {
  auto wave = Wave::parse(text);
  if (!wave) return wave.error();
  gpu.wave = std::move(*wave);
  return {};
}

using Setter = std::function<Status(GpuConfig&, std::string_view)>;

// A setter for a number kept as T.
template <typename T>
Setter keep(T GpuConfig::*member, std::span<const Unit> units) {
  return [member, units](GpuConfig& gpu, std::string_view text) -> Status {
    const auto value = number(text, units);
    if (!value) return value.error();
    gpu.*member = *value;
    return {};
  };
}

Setter keep_count(unsigned GpuConfig::*member, double most) {
  return [member, most](GpuConfig& gpu, std::string_view text) -> Status {
    const auto value = count(text, most);
    if (!value) return value.error();
    gpu.*member = static_cast<unsigned>(*value);
    return {};
  };
}

Setter keep_text(std::string GpuConfig::*member) {
  return [member](GpuConfig& gpu, std::string_view text) -> Status {
    gpu.*member = text;
    return {};
  };
}

const std::vector<std::pair<std::string_view, Setter>>& setters() {
  static const std::vector<std::pair<std::string_view, Setter>> all = {
      {"model", keep_text(&GpuConfig::model)},
      {"uuid", keep_text(&GpuConfig::uuid)},
      {"architecture", set_architecture},
      {"wave", set_wave},
      {"phase", keep(&GpuConfig::phase_s, kTimeUnits)},
      {"gain", keep(&GpuConfig::gain, {})},
      {"power_gain", keep(&GpuConfig::power_gain, {})},
      {"noise", keep(&GpuConfig::noise, {})},
      {"energy_period", keep(&GpuConfig::energy_period_s, kTimeUnits)},
      {"energy_phase", keep(&GpuConfig::energy_phase_s, kTimeUnits)},
      {"power_period", keep(&GpuConfig::power_period_s, kTimeUnits)},
      {"power_phase", keep(&GpuConfig::power_phase_s, kTimeUnits)},
      {"power_window", keep(&GpuConfig::power_window_s, kTimeUnits)},
      {"power_delay", keep(&GpuConfig::power_delay_s, kTimeUnits)},
      {"limit", keep(&GpuConfig::limit_w, kPowerUnits)},
      {"memory_total", keep(&GpuConfig::memory_total, kByteUnits)},
      {"memory_used", keep(&GpuConfig::memory_used, kByteUnits)},
      {"temperature", keep(&GpuConfig::temperature_c, {})},
      {"clock", keep(&GpuConfig::clock_mhz, {})},
      {"throttle", keep_count(&GpuConfig::throttle, 0xffff)},
      {"utilisation", keep(&GpuConfig::utilisation, {})},
      {"mig", keep_count(&GpuConfig::mig, kMostSlices)},
      {"processes", set_processes},
      {"fault", set_faults},
  };
  return all;
}

Status set_gpu(GpuConfig& gpu, const Item& item) {
  for (const auto& [key, setter] : setters()) {
    if (key != item.key) continue;
    const Status set = setter(gpu, item.value);
    if (!set) return Error{item.key + ": " + set.error().message};
    return {};
  }
  return Error{"there is no key " + quoted(item.key)};
}

Status set_start(Config& config, std::string_view text) {
  if (text == "init") {
    config.start_s.reset();
    return {};
  }
  const auto value = number(text, kTimeUnits);
  if (!value) return value.error();
  config.start_s = *value;
  return {};
}

Status set_gpus(Config& config, std::string_view text) {
  const auto value = count(text, kMostGpus);
  if (!value) return value.error();
  config.gpus.resize(static_cast<std::size_t>(*value));
  return {};
}

Status set_slow(Config& config, std::string_view text) {
  const auto value = number(text, kTimeUnits);
  if (!value) return value.error();
  config.slow_s = *value;
  return {};
}

// Keys of the machine as a whole. False: it is none of them.
Result<bool> set_machine(Config& config, const Item& item) {
  Status set;
  if (item.key == "gpus") {
    set = set_gpus(config, item.value);
  } else if (item.key == "start") {
    set = set_start(config, item.value);
  } else if (item.key == "slow") {
    set = set_slow(config, item.value);
  } else if (item.key == "driver") {
    config.driver = item.value;
  } else if (item.key == "init-fails") {
    config.init_fails = item.value;
  } else {
    return false;
  }
  if (!set) return Error{item.key + ": " + set.error().message};
  return true;
}

// "gpu3.limit=200W" is the item limit=200W of GPU 3. No value: it has no such prefix.
Result<std::optional<std::size_t>> take_gpu_prefix(const Config& config, Item& item) {
  const std::size_t dot = item.key.find('.');
  if (!item.key.starts_with("gpu") || dot == std::string::npos) return std::optional<std::size_t>();
  const auto index = parse_integer(std::string_view(item.key).substr(3, dot - 3));
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= config.gpus.size()) {
    return Error{quoted(item.key) + " names none of the " + std::to_string(config.gpus.size()) +
                 " GPUs (gpus=...)"};
  }
  item.key.erase(0, dot + 1);
  return std::optional(static_cast<std::size_t>(*index));
}

Status replay(Config& config, const std::string& path) {
  const auto waves = Wave::read(path);
  if (!waves) return Error{"replay: " + waves.error().message};
  for (std::size_t i = 0; i < config.gpus.size(); ++i) {
    config.gpus[i].wave = (*waves)[i % waves->size()];
  }
  config.start_s.reset();
  return {};
}

void name_and_shift(Config& config, const GpuConfig& common) {
  for (std::size_t i = 0; i < config.gpus.size(); ++i) {
    GpuConfig& gpu = config.gpus[i];
    gpu = common;
    gpu.phase_s = common.phase_s * static_cast<double>(i);
    std::ostringstream uuid;
    uuid << "GPU-" << std::hex << 0xfa4e0000U + i << "-6a6f-756c-6563-617374000000";
    gpu.uuid = uuid.str();
  }
}

// Items for all GPUs come before those of one GPU, whatever their order in the text.
Status apply(Config& config, std::vector<Item>& items) {
  GpuConfig common;
  common.architecture = &kArchitectures[6];
  common.wave = *Wave::parse("300W*1s");
  std::vector<Item*> of_one_gpu;
  for (Item& item : items) {
    const auto done = set_machine(config, item);
    if (!done) return done.error();
    if (*done || item.key == "replay") continue;
    if (item.key.starts_with("gpu") && item.key.find('.') != std::string::npos) {
      of_one_gpu.push_back(&item);
      continue;
    }
    const Status set = set_gpu(common, item);
    if (!set) return set.error();
  }
  name_and_shift(config, common);
  for (const Item& item : items) {
    if (item.key != "replay") continue;
    const Status read = replay(config, item.value);
    if (!read) return read.error();
  }
  for (Item* item : of_one_gpu) {
    const auto index = take_gpu_prefix(config, *item);
    if (!index) return index.error();
    const Status set = set_gpu(config.gpus[**index], *item);
    if (!set) return set.error();
  }
  return {};
}

}  // namespace

Result<Config> parse_config(std::string_view text) {
  auto items = parse_items(text);
  if (!items) return items.error();
  Config config;
  config.gpus.resize(1);
  const Status applied = apply(config, *items);
  if (!applied) return applied.error();
  return config;
}

Result<Config> config_of_environment() {
  const char* value = std::getenv("JOULECAST_FAKE_GPU");  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return parse_config("");
  std::string text = value;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(text, ignored)) {
    std::ifstream file(text);
    std::ostringstream content;
    content << file.rdbuf();
    text = content.str();
  }
  auto config = parse_config(text);
  if (!config) return Error{"JOULECAST_FAKE_GPU: " + config.error().message};
  return config;
}

}  // namespace joulecast::fake
