#include "report/hardware.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

Json gpu_json(const hardware::Gpu& gpu) {
  const bool has_fp16 = gpu.fp16_plain_tflops > 0.0;
  return {{"name", gpu.name},
          {"vendor", gpu.vendor},
          {"architecture", gpu.architecture},
          {"chip", gpu.chip},
          {"year", gpu.year},
          {"memory_gb", gpu.memory_gb},
          {"memory_type", gpu.memory_type},
          {"memory_bus_bits", gpu.memory_bus_bits},
          {"memory_rate_gbps", gpu.memory_rate_gbps},
          {"memory_bandwidth_gb_s", gpu.memory_bandwidth_gb_s},
          {"l2_mb", gpu.l2_mb},
          {"units", gpu.units},
          {"cores", gpu.cores},
          {"base_clock_mhz", gpu.base_clock_mhz},
          {"boost_clock_mhz", gpu.boost_clock_mhz},
          {"peak_tflops",
           {{"fp32", gpu.fp32_tflops},
            {"fp16", has_fp16 ? Json(gpu.fp16_plain_tflops) : Json(nullptr)},
            {"tensor_tf32", json_number(gpu.tf32_tflops)},
            {"tensor_fp16", json_number(gpu.fp16_tflops)},
            {"tensor_bf16", json_number(gpu.bf16_tflops)},
            {"tensor_fp8", json_number(gpu.fp8_tflops)}}},
          {"tdp_w", gpu.tdp.value()},
          {"power_limit_min_w", json_number(gpu.power_limit_min)},
          {"power_limit_max_w", json_number(gpu.power_limit_max)},
          {"link_gb_s", gpu.link_gb_s},
          {"aliases", gpu.aliases}};
}

Json cpu_json(const hardware::Cpu& cpu) {
  return {{"name", cpu.name}, {"tdp_w", cpu.tdp.value()}, {"cores", cpu.cores}};
}

Json machine_json(const Machine& machine) {
  Json gpus = Json::array();
  for (const MachineGpu& gpu : machine.gpus) {
    gpus.push_back({{"id", gpu.device.id},
                    {"name", gpu.device.name},
                    {"power_limit_w", json_number(gpu.device.power_limit)},
                    {"entry", gpu.entry ? Json(gpu.entry->name) : Json(nullptr)}});
  }
  return {{"gpus", gpus},
          {"cpu",
           {{"name", machine.cpu_name},
            {"packages", machine.packages},
            {"cores", machine.cores},
            {"threads", machine.threads},
            {"entry", machine.cpu ? Json(machine.cpu->name) : Json(nullptr)}}},
          {"memory_bytes", json_number(machine.memory)}};
}

/// One fact of an entry: its title and itself, wrapped to the terminal's width.
std::string fact(const char* title, std::string_view value, const Terminal& terminal) {
  constexpr std::size_t kIndent = 16;
  const std::size_t room = terminal.width - kIndent;
  std::string text = fmt::format("  {:<{}}", title, kIndent - 2);
  while (value.size() > room) {
    const auto blank = value.rfind(' ', room);
    if (blank == std::string_view::npos || blank == 0) break;
    text += fmt::format("{}\n{:{}}", value.substr(0, blank), "", kIndent);
    value.remove_prefix(blank + 1);
  }
  return fmt::format("{}{}\n", text, value);
}

std::string memory_text(const hardware::Gpu& gpu) {
  return fmt::format("{:g} GB {}, {} bit x {:g} Gbit/s = {:g} GB/s", gpu.memory_gb, gpu.memory_type,
                     gpu.memory_bus_bits, gpu.memory_rate_gbps, gpu.memory_bandwidth_gb_s);
}

std::string plain_peaks(const hardware::Gpu& gpu) {
  std::string text = fmt::format("FP32 {:g}", gpu.fp32_tflops);
  if (gpu.fp16_plain_tflops > 0.0) text += fmt::format(", FP16 {:g}", gpu.fp16_plain_tflops);
  return text + " TFLOP/s without tensor cores";
}

// Empty: it has no tensor cores.
std::string tensor_peaks(const hardware::Gpu& gpu) {
  std::string text;
  const auto add = [&text](const char* format, const std::optional<double>& tflops) {
    if (tflops) text += fmt::format("{}{} {:g}", text.empty() ? "" : ", ", format, *tflops);
  };
  add(gpu.vendor == "NVIDIA" || gpu.architecture == "CDNA 3" ? "TF32" : "FP32", gpu.tf32_tflops);
  add("FP16", gpu.fp16_tflops);
  add("BF16", gpu.bf16_tflops);
  add("FP8", gpu.fp8_tflops);
  if (text.empty()) return text;
  return text + " TFLOP/s with tensor cores, dense, FP32 accumulation";
}

std::string power_text(const hardware::Gpu& gpu) {
  std::string text = fmt::format("{:g} W", gpu.tdp.value());
  if (gpu.power_limit_min && gpu.power_limit_max) {
    text += fmt::format("; the limit can be set from {:g} W to {:g} W",
                        gpu.power_limit_min->value(), gpu.power_limit_max->value());
  }
  return text;
}

std::string units_text(const hardware::Gpu& gpu) {
  return fmt::format("{} {}, {} FP32 lanes", gpu.units,
                     gpu.vendor == "NVIDIA" ? "streaming multiprocessors" : "compute units",
                     gpu.cores);
}

std::string aliases_text(const hardware::Gpu& gpu) {
  std::string text;
  for (const std::string& alias : gpu.aliases) text += (text.empty() ? "" : ", ") + alias;
  return text;
}

std::string counted(int count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string cpu_of(const Machine& machine) {
  const std::string name = machine.cpu_name.empty() ? "not named" : printable(machine.cpu_name);
  return fmt::format("{}; {}, {}, {} seen", name, counted(machine.packages, "package"),
                     counted(machine.cores, "core"), counted(machine.threads, "thread"));
}

}  // namespace

Json hardware_json(const Hardware& hardware) {
  Json gpus = Json::array(), cpus = Json::array();
  for (const hardware::Gpu& gpu : hardware.gpus) gpus.push_back(gpu_json(gpu));
  for (const hardware::Cpu& cpu : hardware.cpus) cpus.push_back(cpu_json(cpu));
  return {{"schema", "joulecast.hardware/1"},
          {"gpus", gpus},
          {"cpus", cpus},
          {"machine", hardware.machine ? machine_json(*hardware.machine) : Json(nullptr)}};
}

std::string gpu_text(const hardware::Gpu& gpu, const Terminal& terminal) {
  std::string text = terminal.bold(gpu.name) + "\n";
  const auto add = [&](const char* title, const std::string& value) {
    if (!value.empty()) text += fact(title, value, terminal);
  };
  add("maker", gpu.vendor);
  add("architecture", fmt::format("{} ({}), {}", gpu.architecture, gpu.chip, gpu.year));
  add("memory", memory_text(gpu));
  add("L2 cache", fmt::format("{:g} MB", gpu.l2_mb));
  add("units", units_text(gpu));
  add("clocks",
      fmt::format("{:g} MHz base, {:g} MHz boost", gpu.base_clock_mhz, gpu.boost_clock_mhz));
  add("peak", plain_peaks(gpu));
  add("tensor peak", tensor_peaks(gpu));
  add("TDP", power_text(gpu));
  add("link", fmt::format("{:g} GB/s to other GPUs, one direction", gpu.link_gb_s));
  add("also called", aliases_text(gpu));
  add("source",
      "the maker's figures; the head of data/hardware/gpus.toml says from where, and how they were "
      "checked");
  return text;
}

std::string cpu_text(const hardware::Cpu& cpu, const Terminal& terminal) {
  return terminal.bold(cpu.name) + "\n" +
         fact("cores", fmt::format("{} of one package", cpu.cores), terminal) +
         fact("TDP", fmt::format("{:g} W of one package", cpu.tdp.value()), terminal) +
         fact("source", "the maker's figures, as data/hardware/cpus.toml has them", terminal);
}

std::string machine_text(const Machine& machine, const Terminal& terminal) {
  std::string text = terminal.bold("This machine") + "\n";
  if (machine.gpus.empty()) {
    text += fact("GPU", "none found ('joulecast doctor' says why)", terminal);
  }
  for (const MachineGpu& gpu : machine.gpus) {
    std::string value = printable(gpu.device.name);
    if (gpu.device.power_limit) {
      value += fmt::format(", limited to {:g} W", gpu.device.power_limit->value());
    }
    value += "; " + (gpu.entry ? "in the catalogue as " + gpu.entry->name
                               : std::string("not in the catalogue"));
    text += fact(printable(gpu.device.id).c_str(), value, terminal);
  }
  text += fact("CPU",
               cpu_of(machine) + "; " +
                   (machine.cpu ? "in the catalogue as " + machine.cpu->name +
                                      fmt::format(", {:g} W a package", machine.cpu->tdp.value())
                                : std::string("not in the catalogue")),
               terminal);
  text += fact("memory",
               machine.memory ? fmt::format("{:.4g} GiB", machine.memory->value() / kGib)
                              : std::string("not known"),
               terminal);
  return text;
}

}  // namespace joulecast::report
