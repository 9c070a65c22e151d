// What each GPU must hold.
#pragma once

#include "joulecast/hardware/gpu.h"
#include "joulecast/network/network.h"
#include "joulecast/pre/set_up.h"
#include "joulecast/pre/training_estimate.h"

namespace joulecast::pre {

/// `network` at batch size 1.
MemoryNeed memory_need(const SetUp& set_up, const network::Network& network,
                       const hardware::Gpu& gpu);

}  // namespace joulecast::pre
