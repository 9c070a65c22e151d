// What each GPU that ROCm-SMI lists can be measured by, found out once at opening.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/rocm_smi_api.h"

namespace joulecast::measure {

/// One GPU of the library: a card, or one of the two dies of a card.
struct RocmGpu {
  std::uint32_t index = 0;  ///< The library's.
  std::string name;
  std::string uuid;  ///< "GPU-cf1182f2988c0a4c" as ROCR_VISIBLE_DEVICES has it; may be empty.
  std::string pci_address;  ///< May be empty.
  bool counter = false;     ///< Its energy counter counts.
  bool power = false;
  bool instant_power = false;
  std::string counter_trouble;  ///< Why the counter is not used; empty: it is.
  Fault fault = Fault::kNone;   ///< Why it can be measured by neither.
  /// The die whose sensors see the whole card, this one included: an MI250's second die has none
  /// of its own and reads 0 W and 0 J.
  std::optional<std::size_t> sensed_by;
  /// Graphics inside the CPU's chip, whose power is that of the whole chip.
  bool integrated = false;
  std::size_t dies = 1;  ///< How many GPUs of the list its sensors see.

  bool measurable() const { return counter || power; }
};

/// All GPUs in the library's order. Takes at most 60 ms, and only where a counter does not move.
/// `root` as SourceOptions::root: the library does not say which are integrated, hwmon does.
std::vector<RocmGpu> survey_rocm_gpus(const RocmSmiApi& api, const std::string& root);

}  // namespace joulecast::measure
