// What the machine that joulecast runs on has.
#pragma once

#include <optional>

#include "joulecast/base/units.h"

namespace joulecast::hardware {

/// Its main memory; absent where the system does not say. Safe from any thread.
std::optional<Bytes> memory_of_machine();

}  // namespace joulecast::hardware
