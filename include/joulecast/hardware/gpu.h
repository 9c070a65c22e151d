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

/// One GPU model as shipped; cloud names and drivers' names are aliases of it. Peaks are of
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
  int cores = 0;  ///< FP32 lanes ("CUDA cores", "stream processors"), all units.
  double base_clock_mhz = 0.0, boost_clock_mhz = 0.0;
  double fp32_tflops = 0.0;  ///< Without tensor cores.
  /// With tensor (matrix) cores and FP32 accumulation; absent where it has none for the format.
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

/// The GPU that a name means: case, spaces, hyphens, the maker's name and words such as "GeForce",
/// "Quadro", "Tesla" and "Laptop"-free driver suffixes do not count; a cloud's instance type
/// ("p3.2xlarge", "a2-highgpu-1g") is an alias. The error names the nearest ones, and where a name
/// means several variants (memory sizes, SXM or PCIe) it is the commonest, documented in the table.
Result<Gpu> find_gpu(std::string_view name);

}  // namespace joulecast::hardware
