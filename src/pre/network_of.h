// The network that a set-up names.
#pragma once

#include <memory>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// At batch size 1, with the set-up's input size, width and head; nothing frozen. Reading a graph
/// takes milliseconds and a comparison of set-ups asks for the same one thousands of times, so the
/// last ones are kept: errors too. Safe from any thread.
Result<std::shared_ptr<const network::Network>> network_of(const SetUp& set_up);

}  // namespace joulecast::pre
