// The catalogues of GPUs and CPUs, and what this machine has of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/hardware/cpu.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/run/run.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// A GPU as the measuring room names it, and its entry in the catalogue, if that has it.
struct MachineGpu {
  Device device;
  std::optional<hardware::Gpu> entry;
};

struct Machine {
  std::vector<MachineGpu> gpus;
  std::string cpu_name;                      ///< As the system calls it; may be empty.
  int packages = 0, cores = 0, threads = 0;  ///< That this system sees.
  std::optional<hardware::Cpu> cpu;
  std::optional<Bytes> memory;
};

/// The entries to show, and the machine where it was asked for.
struct Hardware {
  std::vector<hardware::Gpu> gpus;
  std::vector<hardware::Cpu> cpus;
  std::optional<Machine> machine;
};

/// joulecast.hardware/1, one form for all that the command shows.
Json hardware_json(const Hardware& hardware);

/// One line each. Columns that the terminal is too narrow for are left out, names never.
std::string hardware_list_text(const Hardware& hardware, const Terminal& terminal);
/// Everything that is known of them.
std::string gpu_text(const hardware::Gpu& gpu, const Terminal& terminal);
std::string cpu_text(const hardware::Cpu& cpu, const Terminal& terminal);
/// What this machine has, and which entries that is.
std::string machine_text(const Machine& machine, const Terminal& terminal);

}  // namespace joulecast::report
