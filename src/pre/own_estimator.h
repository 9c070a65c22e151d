// joulecast's own estimator: physics of the network's operators on the GPU's data sheet, corrected
// by what comparable trainings took; runs known already answer for themselves.
#pragma once

#include <functional>
#include <memory>

#include "joulecast/hardware/gpu.h"
#include "joulecast/pre/estimator.h"
#include "pre/network_of.h"
#include "pre/saved_fit.h"

namespace joulecast::pre {

/// Where set-ups get their network and GPU from; both safe for concurrent calls.
struct Catalogues {
  /// At batch size 1, with the set-up's head, nothing frozen.
  std::function<Result<std::shared_ptr<const network::Network>>(const SetUp&)> network = network_of;
  std::function<Result<hardware::Gpu>(const SetUp&)> gpu = [](const SetUp& set_up) {
    return hardware::find_gpu(set_up.gpu);
  };
};

/// "joulecast". Its fits answer every target, whichever they were asked for. Errors of a fit: no
/// observation with watts or seconds; a set-up whose network or GPU is not known.
std::unique_ptr<Estimator> make_own_estimator(Catalogues catalogues = {});

/// A fit of an estimator file: its observations, and the parameters that were found for them.
Result<std::unique_ptr<SavedFit>> read_own(const Json& content, std::span<const Target> targets);

}  // namespace joulecast::pre
