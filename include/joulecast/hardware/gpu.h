// The catalogue of GPUs (data/hardware/gpus.toml): what a data sheet says of one, before it was
// ever measured.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"

namespace joulecast::hardware {

/// One GPU model as shipped, counted as its driver counts GPUs (an MI250 or K80 board has two, with
/// half of its watts each); cloud names and drivers' names are aliases of it. Peaks are of
/// multiply-accumulates counted as two operations, dense (no sparsity), at boost clock.
struct Gpu {
  std::string name;          ///< "RTX 3090", "V100 SXM2 16GB": without the maker.
  std::string vendor;        ///< "NVIDIA" or "AMD".
  std::string architecture;  ///< "Ampere", "CDNA 2".
  std::string chip;          ///< "GA102".
  int year = 0;              ///< Of its release.
  double memory_gb = 0.0;    ///< GiB, as makers write GB.
  std::string memory_type;   ///< "GDDR6X", "HBM2e".
  int memory_bus_bits = 0;
  double memory_rate_gbps = 0.0;       ///< Gigabits a second of one pin.
  double memory_bandwidth_gb_s = 0.0;  ///< 1e9 bytes a second.
  double l2_mb = 0.0;
  int units = 0;  ///< Streaming multiprocessors or compute units.
  /// FP32 lanes of all units: "CUDA cores"; "stream processors", twice where they issue two at once
  /// (RDNA 3 and 4, CDNA 3 and 4).
  int cores = 0;
  double base_clock_mhz = 0.0, boost_clock_mhz = 0.0;
  double fp32_tflops = 0.0;  ///< Without tensor cores.
  /// With tensor (matrix) cores and FP32 accumulation; absent where it has none for the format.
  /// TF32 stands for FP32 data: it is true FP32 on AMD's MI100, MI200 and MI350 series.
  std::optional<double> tf32_tflops, fp16_tflops, bf16_tflops, fp8_tflops;
  double fp16_plain_tflops = 0.0;  ///< Without tensor cores; 0 where not worth using.
  Watts tdp;
  std::optional<Watts> power_limit_min, power_limit_max;  ///< What the driver lets a user set.
  double link_gb_s = 0.0;  ///< To other GPUs, one direction: NVLink, Infinity Fabric, else PCIe.
  std::vector<std::string> aliases;

  /// Stacked memory: HBM of any generation.
  bool hbm() const { return memory_type.starts_with("HBM"); }
};

/// Every GPU of the catalogue, sorted by name. Safe from any thread.
std::span<const Gpu> gpus();

/// The GPU that a name means. Case, spaces, hyphens, the order of words, the maker's name and words
/// such as "GeForce", "Quadro" and "Tesla" do not count, nor does a size of memory where there is
/// but that one; "Laptop" does. A cloud's instance type ("p3.2xlarge", "a2-highgpu-1g") is an
/// alias. A name that means several variants (memory sizes, SXM or PCIe) is the commonest: the head
/// of the table says which. A CPU's name of cpu_device.h is answered too. The error names up to
/// three near ones. Safe from any thread.
Result<Gpu> find_gpu(std::string_view name);

}  // namespace joulecast::hardware
