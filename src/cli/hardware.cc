#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>
#include <span>

#include "base/text.h"
#include "cli/command.h"
#include "cli/gpu_option.h"
#include "hardware/near_names.h"
#include "joulecast/hardware/machine.h"
#include "measure/cpu_model_info.h"
#include "report/hardware.h"

namespace joulecast::cli {
namespace {

struct HardwareOptions {
  std::vector<std::string> words;  ///< Of one name that the shell split, or a name each.
  std::string vendor, architecture;
  bool cpus = false;
  bool json = false;

  bool filters() const { return !vendor.empty() || !architecture.empty() || cpus; }
};

bool same_word(std::string_view a, std::string_view b) { return to_lower(a) == to_lower(b); }

// "ada" is "Ada Lovelace", "rdna" any of its generations.
bool begins_with_words(std::string_view text, std::string_view words) {
  return to_lower(text).starts_with(to_lower(words)) &&
         (text.size() == words.size() || text[words.size()] == ' ');
}

bool wanted(const hardware::Gpu& gpu, const HardwareOptions& options) {
  return (options.vendor.empty() || same_word(gpu.vendor, options.vendor)) &&
         (options.architecture.empty() ||
          begins_with_words(gpu.architecture, options.architecture));
}

Error nothing_of(const HardwareOptions& options) {
  std::set<std::string> vendors, architectures;
  for (const hardware::Gpu& gpu : hardware::gpus()) {
    vendors.insert(gpu.vendor);
    architectures.insert(gpu.architecture);
  }
  std::string asked;
  if (!options.vendor.empty()) asked += " --vendor " + quoted(options.vendor);
  if (!options.architecture.empty()) asked += " --architecture " + quoted(options.architecture);
  return {fmt::format("no GPU is of{}; there are {} and {}", asked, fmt::join(vendors, ", "),
                      fmt::join(architectures, ", "))};
}

Result<report::Hardware> listed(const HardwareOptions& options) {
  report::Hardware hardware;
  for (const hardware::Gpu& gpu : hardware::gpus()) {
    if (wanted(gpu, options)) hardware.gpus.push_back(gpu);
  }
  for (const hardware::Cpu& cpu : hardware::cpus()) {
    const bool by_vendor = options.vendor.empty() || begins_with_words(cpu.name, options.vendor);
    if (options.cpus && by_vendor) hardware.cpus.push_back(cpu);
  }
  if (hardware.gpus.empty() && hardware.cpus.empty()) return nothing_of(options);
  return hardware;
}

Result<report::Hardware> of_this_machine() {
  auto gpus = gpus_of_this_machine();
  if (!gpus) return gpus.error();
  const measure::CpuInfo info = measure::read_cpu_info("");
  report::Hardware hardware;
  for (const report::MachineGpu& gpu : *gpus) {
    const auto same = [&gpu](const hardware::Gpu& other) { return other.name == gpu.entry->name; };
    if (gpu.entry && std::none_of(hardware.gpus.begin(), hardware.gpus.end(), same)) {
      hardware.gpus.push_back(*gpu.entry);
    }
  }
  hardware.machine = {.gpus = std::move(*gpus),
                      .cpu_name = info.model_name,
                      .packages = info.packages,
                      .cores = info.cores,
                      .threads = info.threads,
                      .cpu = hardware::find_cpu(info.model_name),
                      .memory = hardware::memory_of_machine()};
  if (hardware.machine->cpu) hardware.cpus.push_back(*hardware.machine->cpu);
  return hardware;
}

Error which_of(const std::string& name, std::span<const hardware::Cpu> cpus) {
  constexpr std::size_t kMostShown = 5;
  std::vector<std::string> names;
  for (const auto& cpu : cpus.first(std::min(kMostShown, cpus.size()))) names.push_back(cpu.name);
  return {fmt::format("{} means {} CPUs: {}{}", quoted(name), cpus.size(), fmt::join(names, ", "),
                      cpus.size() > kMostShown ? ", ..." : "")};
}

Error unknown(const std::string& name) {
  auto near = hardware::near_gpus(name);
  const auto cpus = hardware::near_cpus(name);
  near.insert(near.end(), cpus.begin(), cpus.end());
  return {
      fmt::format("{} is in the catalogue neither of GPUs nor of CPUs{}; 'joulecast hardware "
                  "--cpus' lists both",
                  quoted(name), hardware::near_text(std::move(near)))};
}

Status add_named(const std::string& name, report::Hardware& hardware) {
  if (auto gpu = hardware::find_gpu(name)) {
    hardware.gpus.push_back(std::move(*gpu));
    return {};
  }
  const auto cpus = hardware::cpus_with_words(name);
  if (cpus.empty()) return unknown(name);
  if (cpus.size() > 1) return which_of(name, cpus);
  hardware.cpus.push_back(cpus.front());
  return {};
}

// The words as one name, or else as a name each: hardware A100 H100.
Result<report::Hardware> named(const std::string& name, const std::vector<std::string>& words) {
  report::Hardware together, apart;
  const Status one = add_named(name, together);
  if (one) return together;
  for (const std::string& word : words) {
    if (!add_named(word, apart)) return one.error();
  }
  return apart;
}

std::string details(const report::Hardware& hardware, const report::Terminal& terminal) {
  std::string text;
  if (hardware.machine) text = report::machine_text(*hardware.machine, terminal);
  for (const auto& gpu : hardware.gpus) {
    text += (text.empty() ? "" : "\n") + report::gpu_text(gpu, terminal);
  }
  for (const auto& cpu : hardware.cpus) {
    text += (text.empty() ? "" : "\n") + report::cpu_text(cpu, terminal);
  }
  return text;
}

int hardware(const HardwareOptions& options) {
  const std::string name = fmt::format("{}", fmt::join(options.words, " "));
  if (!options.words.empty() && options.filters()) {
    return fail({"--vendor, --architecture and --cpus choose what is listed; leave out the name"},
                kBadUsage);
  }
  if (options.cpus && !options.architecture.empty()) {
    return fail({"--architecture is one of GPUs; leave out --cpus"}, kBadUsage);
  }
  const auto found = options.words.empty()     ? listed(options)
                     : same_word(name, "auto") ? of_this_machine()
                                               : named(name, options.words);
  if (!found) return fail(found.error(), options.filters() ? kBadUsage : kBadInput);
  if (options.json) return print(report::json_text(report::hardware_json(*found)));
  const report::Terminal terminal = report::stdout_terminal();
  return print(options.words.empty() ? report::hardware_list_text(*found, terminal)
                                     : details(*found, terminal));
}

}  // namespace

void add_hardware(CLI::App& program, Action& action) {
  auto options = std::make_shared<HardwareOptions>();
  CLI::App* command = program.add_subcommand(
      "hardware", "The catalogue of GPUs and CPUs, one of them, or what this machine has");
  command
      ->add_option(
          "name", options->words,
          "A GPU or CPU, as its maker, a driver or a cloud calls it; auto: this machine's; "
          "several: quote names of several words")
      ->type_name("NAME")
      ->option_text("NAME...");
  command->add_option("--vendor", options->vendor, "List those of this maker only")
      ->type_name("NAME");
  command
      ->add_option("--architecture", options->architecture, "List GPUs of this architecture only")
      ->type_name("NAME");
  command->add_flag("--cpus", options->cpus, "List CPUs too");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/hardware-1.json)");
  command->footer(
      R"(Examples:
  joulecast hardware --vendor AMD
  joulecast hardware "RTX 3090"
  joulecast hardware A100 H100 "EPYC 7742"
  joulecast hardware p4d.24xlarge                 the GPU of a cloud's instance type
  joulecast hardware auto --json                  what this machine has

A name that means several variants is the commonest: V100 the PCIe one, A100 the SXM4 40GB.)");
  command->callback([options, &action] { action = [options] { return hardware(*options); }; });
}

}  // namespace joulecast::cli
