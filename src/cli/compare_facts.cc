#include "cli/compare_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/text.h"
#include "joulecast/analysis/table_comparison.h"
#include "joulecast/hardware/cpu.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/network/named.h"

namespace joulecast::cli {
namespace {

bool is_setting(std::string_view name) {
  const auto settings = pre::settings();
  return std::any_of(settings.begin(), settings.end(),
                     [&](const pre::Setting& setting) { return setting.name == name; });
}

// Numbers among the facts; 0 counts only for shares.
class Numbers {
 public:
  Numbers(const std::string& run, const Facts& facts) : run_(run), facts_(facts) {}

  std::optional<double> above_zero(const char* name) {
    return number(
        name, [](double value) { return value > 0.0; }, "must be a number above 0");
  }
  std::optional<double> whole(const char* name) {
    constexpr double kMost = 1e6;
    return number(
        name,
        [](double value) { return value >= 1.0 && value <= kMost && value == std::floor(value); },
        "must be a whole number from 1 to a million");
  }
  std::optional<double> share_above_zero(const char* name) {
    return number(
        name, [](double value) { return value > 0.0 && value <= 1.0; },
        "must be a share above 0, up to 1");
  }
  std::optional<double> share(const char* name) {
    return number(
        name, [](double value) { return value >= 0.0 && value <= 1.0; },
        "must be a share from 0 to 1");
  }
  const Status& status() const { return status_; }

 private:
  template <typename Check>
  std::optional<double> number(const char* name, Check check, const char* rule) {
    const auto found = facts_.find(name);
    if (found == facts_.end()) return std::nullopt;
    const auto value = parse_number(found->second.value);
    if (value && std::isfinite(*value) && check(*value)) return value;
    if (status_) {
      status_ = Error{fmt::format("{}: {}: {} {} {}", run_, found->second.origin, name,
                                  quoted(found->second.value), rule)};
    }
    return std::nullopt;
  }

  const std::string& run_;
  const Facts& facts_;
  Status status_;
};

std::string text_of(const Facts& facts, const char* name) {
  const auto found = facts.find(name);
  return found == facts.end() ? std::string() : found->second.value;
}

// The machine alone, where nobody named a network.
pre::SetUp machine_of(const Facts& facts, Numbers& numbers) {
  pre::SetUp set_up;
  set_up.gpu = text_of(facts, "gpu");
  set_up.gpus = static_cast<int>(numbers.whole("gpus").value_or(1.0));
  if (const auto limit = numbers.above_zero("power_limit")) set_up.power_limit = Watts(*limit);
  set_up.host_memory_gb = numbers.above_zero("host_memory").value_or(0.0);
  set_up.train_size = numbers.above_zero("train_size").value_or(0.0);
  set_up.validation_size = numbers.above_zero("val_size").value_or(0.0);
  return set_up;
}

// Unknown names would silently leave methods without an answer. What a record says of its own
// devices is taken as it stands.
Status check_names(const std::string& run, const Facts& facts) {
  const auto network = facts.find("network");
  std::error_code ignored;
  if (network != facts.end() && !std::filesystem::exists(network->second.value, ignored)) {
    const auto found = network::find_network(network->second.value);
    if (!found) {
      return Error{fmt::format("{}: {}: {}", run, network->second.origin, found.error().message)};
    }
  }
  const auto gpu = facts.find("gpu");
  const bool said = gpu != facts.end() && gpu->second.origin != kOwnDevices;
  if (!said || facts.contains("gpu_tdp_w")) return {};
  const auto found = hardware::find_gpu(gpu->second.value);
  if (found) return {};
  return Error{fmt::format("{}: {}: {}", run, gpu->second.origin, found.error().message)};
}

Result<pre::SetUp> set_up_of_facts(const std::string& run, const Facts& facts, double epochs) {
  pre::SaidSettings said;
  for (const auto& [name, value] : facts) {
    if (is_setting(name)) said.insert_or_assign(name, value);
  }
  // What was planned is not what was run.
  said.insert_or_assign("epochs", pre::Said{fmt::format("{:.0f}", epochs), "its epochs"});
  auto set_up = pre::set_up_of(said);
  if (!set_up) return Error{fmt::format("{}: {}", run, set_up.error().message)};
  return std::move(set_up->set_up);
}

Status add_cpu(const std::string& run, const Facts& facts, Numbers& numbers, KnownOfRun& known) {
  const auto named = facts.find("cpu");
  if (named != facts.end()) {
    const auto cpu = hardware::find_cpu(named->second.value);
    if (!cpu && !facts.contains("cpu_tdp_w")) {
      return Error{
          fmt::format("{}: {}: the catalogue has no CPU {}; 'joulecast hardware' lists "
                      "them, or give cpu_tdp_w",
                      run, named->second.origin, quoted(named->second.value))};
    }
    if (cpu) {
      known.facts.cpu_tdp = cpu->tdp;
      known.facts.cpu_cores = cpu->cores;
    }
  }
  if (const auto tdp = numbers.above_zero("cpu_tdp_w")) known.facts.cpu_tdp = Watts(*tdp);
  if (const auto cores = numbers.above_zero("cpu_cores")) known.facts.cpu_cores = cores;
  known.facts.cpu_load = numbers.share("cpu_load");
  return {};
}

Status add_scope(const std::string& run, const Facts& facts, KnownOfRun& known) {
  const auto said = facts.find("meter");
  if (said == facts.end()) return {};
  analysis::MeterScope scope{.gpu = false, .cpu = false, .memory = false, .whole_node = false};
  std::istringstream words(said->second.value);
  for (std::string word; std::getline(words, word, '+');) {
    const std::string part = to_lower(trim(word));
    scope.whole_node = scope.whole_node || part == "node";
    scope.gpu = scope.gpu || part == "gpu" || part == "node";
    scope.cpu = scope.cpu || part == "cpu" || part == "node";
    scope.memory = scope.memory || part == "memory" || part == "node";
    if (part == "gpu" || part == "cpu" || part == "memory" || part == "node") continue;
    return Error{fmt::format("{}: {}: meter {}: write what it sees as gpu, gpu+cpu+memory or node",
                             run, said->second.origin, quoted(said->second.value))};
  }
  known.scope = scope;
  return {};
}

// "10,*": ten epochs, then the rest.
Status add_phases(const std::string& run, const Facts& facts, KnownOfRun& known) {
  const auto said = facts.find("phases");
  if (said == facts.end()) return {};
  std::istringstream parts(said->second.value);
  for (std::string part; std::getline(parts, part, ',');) {
    if (known.open_phases) break;
    if (trim(part) == "*") {
      known.open_phases = true;
      continue;
    }
    const auto work = parse_number(part);
    if (!work || !std::isfinite(*work) || !(*work > 0.0)) {
      return Error{fmt::format("{}: {}: phases {}: write epochs such as 10,*", run,
                               said->second.origin, quoted(said->second.value))};
    }
    known.phases.push_back(*work);
  }
  return {};
}

std::string group_of(const Facts& facts, const KnownOfRun& known) {
  std::string said = text_of(facts, "group");
  if (!said.empty()) return said;
  return known.set_up ? pre::configuration_of(*known.set_up) : std::string();
}

}  // namespace

const std::vector<FactName>& fact_names() {
  static const std::vector<FactName> names = {
      {"group", "trainings that must not be fitted on for each other; left out: the set-up"},
      {"meter", "what the meter saw: gpu, gpu+cpu+memory, node; left out: as the recording says"},
      {"phases", "epochs of the phases that were planned, such as 10,*; for joulecast alone"},
      {"epoch_marks", "a file of epoch,start_s,end_s, for a recording without marks"},
      {"gpu_use", "mean GPU utilisation, 0 to 1, for green-algorithms-paper"},
      {"gpu_tdp_w", "of one GPU, where the catalogue has none"},
      {"cpu", "its name, for TDP and cores"},
      {"cpu_tdp_w", "of all packages"},
      {"cpu_cores", "of all packages"},
      {"cpu_load", "mean, 0 to 1"},
      {"gflops", "forward, one sample; left out: the network's own"},
      {"parameters", "for llmcarbon, with tokens and efficiency"},
      {"tokens", "of the whole training"},
      {"efficiency", "share of the GPUs' peak that is reached"},
      {"peak_tflops", "of one GPU; left out: FP16 with tensor cores, by the catalogue"}};
  return names;
}

Status check_fact_name(const std::string& name, const std::string& origin) {
  std::vector<std::string_view> names;
  for (const FactName& fact : fact_names()) names.emplace_back(fact.name);
  for (const pre::Setting& setting : pre::settings()) names.push_back(setting.name);
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  const auto near = nearest(name, names);
  return Error{fmt::format("{}: {} is no fact of a run{}; 'joulecast compare --help' lists them",
                           origin, quoted(name),
                           near ? fmt::format(" (did you mean {}?)", *near) : "")};
}

std::string fact_name(std::string_view text) {
  std::string name = to_lower(trim(text));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Status add_fact(const std::string& word, const std::string& origin, Facts& facts) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
    return Error{fmt::format("{} {}: write name=value", origin, quoted(word))};
  }
  const std::string name = fact_name(word.substr(0, equals));
  if (Status status = check_fact_name(name, origin); !status) return status;
  facts.insert_or_assign(name, pre::Said{word.substr(equals + 1), origin});
  return {};
}

void add_known_words(const std::string& text, const std::string& origin, Facts& facts) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    Facts one;
    if (!add_fact(word, origin, one)) continue;
    facts.insert_or_assign(one.begin()->first, one.begin()->second);
  }
}

Result<KnownOfRun> known_of(const std::string& run, const Facts& facts, double epochs) {
  if (Status status = check_names(run, facts); !status) return status.error();
  Numbers numbers(run, facts);
  KnownOfRun known;
  pre::SetUp machine;
  if (facts.contains("network")) {
    auto set_up = set_up_of_facts(run, facts, epochs);
    if (!set_up) return set_up.error();
    known.set_up = std::move(set_up).value();
    machine = *known.set_up;
  } else {
    machine = machine_of(facts, numbers);
  }
  machine.recorded_gflops = numbers.above_zero("gflops");
  if (const auto tdp = numbers.above_zero("gpu_tdp_w")) machine.recorded_gpu_tdp = Watts(*tdp);
  if (known.set_up) known.set_up->recorded_gflops = machine.recorded_gflops;
  known.facts = analysis::facts_of(machine, epochs);
  known.facts.gpu_use = numbers.share("gpu_use");
  known.planned_epochs = numbers.above_zero("epochs");
  known.facts.parameters = numbers.above_zero("parameters");
  known.facts.tokens = numbers.above_zero("tokens");
  known.facts.efficiency = numbers.share_above_zero("efficiency");
  constexpr double kTera = 1e12;
  if (const auto peak = numbers.above_zero("peak_tflops")) known.facts.peak_flops = kTera * *peak;
  if (Status status = add_cpu(run, facts, numbers, known); !status) return status.error();
  if (Status status = add_scope(run, facts, known); !status) return status.error();
  if (Status status = add_phases(run, facts, known); !status) return status.error();
  if (!numbers.status()) return numbers.status().error();
  known.group = group_of(facts, known);
  known.epoch_marks = text_of(facts, "epoch_marks");
  return known;
}

}  // namespace joulecast::cli
