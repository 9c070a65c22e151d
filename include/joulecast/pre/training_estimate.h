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

struct TrainingEstimate {
  SetUp set_up;
  std::vector<std::string> assumed;  ///< Defaults that nobody said, for the user.
  hardware::Gpu gpu;
  std::shared_ptr<const network::Network> network;  ///< At batch size 1 and the set-up's input.
  Forecast epoch;                                   ///< Of one epoch, validation included.
  Forecast total;  ///< Of all epochs: the epoch's times their number.
  std::vector<OutOfRange> out_of_range;
};

/// Asks `estimator` about the set-up. Energy and power are its own answers; the time is its own
/// where it has one, else energy / power. Origin of the joules: modelled. Errors: an unknown
/// network or GPU, a size that the network cannot take, a figure that is not finite and above zero.
/// Safe from any thread.
Result<TrainingEstimate> estimate_training(const EstimatorFile& estimator, const SaidSetUp& said);

}  // namespace joulecast::pre
