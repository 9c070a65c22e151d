// GPT networks by their shape alone, as benchmarks name them.
#pragma once

#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/network/transformer.h"

namespace joulecast::network {

/// Whether a name begins as a shape's text does.
bool is_gpt_shape(std::string_view name);

/// "gpt 24x1024x16": 24 layers of width 1024 with 16 heads; otherwise as GPT-2 (learned positions,
/// feed-forward of four times the width), with its vocabulary of 50257 or what a fourth number
/// says. Error: not such a text. Safe from any thread.
Result<Network> gpt_shape(std::string_view text, const TransformerOptions& options = {});

}  // namespace joulecast::network
