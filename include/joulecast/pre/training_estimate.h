// What a whole training will take, as an estimator sees it before it starts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/network/network.h"
#include "joulecast/pre/estimator_file.h"
#include "joulecast/pre/settings.h"
#include "joulecast/run/forecast.h"

namespace joulecast::pre {

/// Of each GPU, in bytes; a rough figure: 20 % off either way is usual.
struct MemoryNeed {
  double weights = 0.0, gradients = 0.0, optimizer = 0.0, activations = 0.0;
  double framework = 0.0;  ///< Context, libraries and work space: a constant.
  double available = 0.0;  ///< The GPU's.

  double total() const { return weights + gradients + optimizer + activations + framework; }
  bool fits() const { return total() <= available; }
};

struct TrainingEstimate {
  SetUp set_up;
  std::vector<std::string> assumed;   ///< Defaults that nobody said, for the user.
  std::vector<std::string> unheeded;  ///< Settings that were said and change nothing.
  hardware::Gpu gpu;
  std::shared_ptr<const network::Network> network;  ///< At batch size 1 and the set-up's input.
  Forecast epoch;                                   ///< Of one epoch, validation included.
  Forecast total;  ///< Of all epochs: the epoch's times their number.
  /// Where the uncertainty of each comes from; empty where the estimator does not say.
  std::vector<Answer::Part> energy_parts, power_parts, time_parts;
  std::vector<OutOfRange> out_of_range;
  MemoryNeed memory;
};

/// Asks `estimator` about the set-up. Energy and power are its own answers; the time is its own
/// where it has one, else energy / power. Origin of the joules: modelled. Errors: an unknown
/// network or GPU, a size that the network cannot take, a figure that is not finite and above zero.
/// Safe from any thread.
Result<TrainingEstimate> estimate_training(const EstimatorFile& estimator, const SaidSetUp& said);

}  // namespace joulecast::pre
