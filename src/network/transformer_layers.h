// The parts that transformers are made of.
#pragma once

#include <cstdint>
#include <string>

#include "network/network_builder.h"

namespace joulecast::network {

struct AttentionShape {
  double queries = 0.0, keys = 0.0;  ///< Tokens that ask, tokens that are asked.
  double width = 0.0;                ///< Of a token.
  double heads = 1.0, key_heads = 1.0, head_width = 0.0;
  bool bias = true;          ///< Of all four linear layers.
  bool output_bias = true;   ///< Of the last.
  bool one_product = false;  ///< Query, key and value from one matrix.
  bool rotary = false;       ///< Positions are turned into queries and keys.
  double relative_buckets =
      0.0;                     ///< T5: a table of position biases is looked up; 0: there is none.
  bool position_bias = false;  ///< T5: the biases are added to the scores.
};

struct MlpShape {
  double tokens = 0.0, width = 0.0, inner = 0.0;
  bool bias = true;
  bool gated = false;  ///< Two products into the inner width, multiplied.
  std::string activation = "Gelu";
};

/// Both without norm and residual.
void add_attention(NetworkBuilder& builder, const std::string& name, const AttentionShape& shape);
void add_mlp(NetworkBuilder& builder, const std::string& name, const MlpShape& shape);

}  // namespace joulecast::network
