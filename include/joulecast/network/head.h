// A classifier head as a user writes it.
#pragma once

#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"

namespace joulecast::network {

/// "512,10": global average pooling, dense 512, dense 10. "flatten,2048,bn,10": all features of the
/// last map, dense 2048, batch norm, dense 10. Errors: a word or number that is none of these, no
/// unit at all.
Result<Head> parse_head(std::string_view text);

}  // namespace joulecast::network
