// Which GPUs a training uses: what the user, CUDA's variables, a container or Slurm say.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::measure {

/// A GPU that the driver shows, in the driver's order.
struct VisibleGpu {
  std::string id;                   ///< "gpu0"
  std::string name;                 ///< As its maker calls it.
  std::string uuid;                 ///< "GPU-fa4e0000-..."; empty: it has none.
  std::vector<std::string> slices;  ///< UUIDs of its MIG slices.
};

/// An environment variable that names GPUs.
struct SelectionVariable {
  const char* name;
  /// What its numbers count. Container runtimes and Slurm number the machine's GPUs, but may show
  /// this process only the ones named, which it sees numbered from 0.
  enum class Numbering { kVisible, kMachine } numbering;
};

// In order of precedence: the first that is set decides.
inline constexpr SelectionVariable kNvidiaVariables[] = {
    {"CUDA_VISIBLE_DEVICES", SelectionVariable::Numbering::kVisible},
    {"NVIDIA_VISIBLE_DEVICES", SelectionVariable::Numbering::kMachine},
    {"SLURM_STEP_GPUS", SelectionVariable::Numbering::kMachine},
    {"SLURM_JOB_GPUS", SelectionVariable::Numbering::kMachine},
};
// HIP numbers what ROCR_VISIBLE_DEVICES leaves; where both are set they mean the same in practice.
inline constexpr SelectionVariable kAmdVariables[] = {
    {"ROCR_VISIBLE_DEVICES", SelectionVariable::Numbering::kVisible},
    {"HIP_VISIBLE_DEVICES", SelectionVariable::Numbering::kVisible},
    {"CUDA_VISIBLE_DEVICES", SelectionVariable::Numbering::kVisible},
    {"SLURM_STEP_GPUS", SelectionVariable::Numbering::kMachine},
    {"SLURM_JOB_GPUS", SelectionVariable::Numbering::kMachine},
};

struct GpuSelection {
  struct Chosen {
    std::size_t gpu = 0;     ///< Index into the GPUs given.
    bool by_slice = false;   ///< A MIG slice of it was named.
    bool by_number = false;  ///< By its number rather than a UUID.
  };
  std::vector<Chosen> gpus;  ///< In ascending order, each once.
  std::string reason;        ///< "CUDA_VISIBLE_DEVICES=0,1"; empty: nobody chose, so all of them.
  std::string variable;      ///< Its name; empty: none.
};

/// Value of a variable; no value: it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> process_environment(const char* name);

/// `option` as in SourceOptions::gpus comes before the variables. Variables mean what they mean to
/// CUDA: an entry that names nothing ends the list; an empty list hides all GPUs, which is no
/// error. Errors: `option` has an entry that names no GPU here; the message lists those there are.
Result<GpuSelection> select_gpus(const std::optional<std::string>& option,
                                 std::span<const SelectionVariable> variables,
                                 std::span<const VisibleGpu> gpus,
                                 const Environment& environment = process_environment);

}  // namespace joulecast::measure
