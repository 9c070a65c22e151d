// A classifier head as a user writes it.
#pragma once

#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"

namespace joulecast::network {

/// "512,1": global average pooling, dense layers of 512 and 1. "flatten,2048,bn,1024,bn,102": the
/// feature map flattened, dense layers each followed by batch norm but the last. "bn" stands after
/// all dense layers but the last, or after none.
Result<Head> parse_head(std::string_view text);

/// The other way round.
std::string to_string(const Head& head);

}  // namespace joulecast::network
