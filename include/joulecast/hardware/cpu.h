// The catalogue of CPUs (data/hardware/cpus.toml): what a CPU draws at full load where no meter
// says so. The entry of this room.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/units.h"

namespace joulecast::hardware {

struct Cpu {
  std::string name;  ///< As its maker calls it, e.g. "AMD EPYC 7763".
  Watts tdp;         ///< Of one package.
  int cores = 0;     ///< Physical, of one package.
};

/// Every CPU of the catalogue, in its order. Safe from any thread.
std::span<const Cpu> cpus();

/// The CPU that a "model name" of /proc/cpuinfo means, e.g. "Intel(R) Xeon(R) Gold 6248 CPU @
/// 2.50GHz"; absent where the catalogue does not have it or the name says too little ("Intel(R)
/// Xeon(R) Processor", as virtual machines have it).
std::optional<Cpu> find_cpu(std::string_view model_name);

/// Those that a person may mean by `name`: the one that find_cpu() finds, or else all that have
/// every word of it ("EPYC 7742", "6248 Xeon"; makers' words do not count). In the catalogue's
/// order. Safe from any thread.
std::vector<Cpu> cpus_with_words(std::string_view name);

}  // namespace joulecast::hardware
