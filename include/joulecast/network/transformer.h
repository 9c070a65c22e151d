// Transformers by formula from a Hugging Face config.json: BERT, GPT-2, Llama, T5 and their like.
#pragma once

#include <cstdint>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/network/network.h"

namespace joulecast::network {

struct TransformerOptions {
  std::int64_t batch_size = 1;
  std::int64_t sequence_length = 0;  ///< 0: the configuration's longest, at most 512.
};

/// The operators of the transformer that `config` (the text of a config.json) describes; its
/// "model_type" must be bert, roberta, distilbert, gpt2, llama, mistral or t5. `name` stands for
/// the file in errors. Matrix products are counted as 2 FLOPs a MAC, attention with its full S x S
/// matrix. Safe from any thread.
Result<Network> transformer(std::string_view config, std::string_view name,
                            const TransformerOptions& options = {});

}  // namespace joulecast::network
