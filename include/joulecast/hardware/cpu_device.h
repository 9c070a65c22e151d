// A CPU that trains by itself, in the figures that a GPU's data sheet has.
#pragma once

#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/hardware/gpu.h"

namespace joulecast::hardware {

/// All that is asked of it, of all its cores together where not said otherwise.
struct CpuDevice {
  int cores = 0;                ///< Physical.
  double clock_ghz = 0.0;       ///< Of all cores at work.
  int flops_per_cycle = 0;      ///< FP32, of one core: 64 with AVX-512, 32 with AVX2, 16 with NEON.
  double bandwidth_gb_s = 0.0;  ///< Of the memory, 1e9 bytes a second.
  double full_load_w = 0.0;
  double memory_gb = 0.0;  ///< GiB.
};

/// "CPU 2 cores 2.5 GHz 64 FLOP 10 GB/s 8 W 24 GB": a GPU's name for find_gpu(), on any machine.
/// Figures are rounded, so that one machine has one name: bandwidth and memory to a power of two,
/// the clock to half a gigahertz, watts to two digits.
std::string name_of(const CpuDevice& cpu);

/// Whether a name is of that form, well or badly made.
bool names_cpu(std::string_view name);

/// The data sheet behind such a name: architecture and vendor are "CPU", a unit is a core. Error:
/// a figure is missing or is none; the line shows the form. Safe from any thread.
Result<Gpu> gpu_of_cpu(std::string_view name);

}  // namespace joulecast::hardware
