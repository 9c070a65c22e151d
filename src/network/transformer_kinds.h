// One function for each kind of transformer; transformer.cc chooses among them.
#pragma once

#include <cstdint>

#include "network/network_builder.h"
#include "network/transformer_config.h"

namespace joulecast::network {

// Most of what a configuration may say; more is a slip, and would take memory for its operators.
inline constexpr std::int64_t kMostLayers = 1000;
inline constexpr std::int64_t kMostWidth = 1'000'000;
inline constexpr std::int64_t kMostHeads = 10'000;
inline constexpr std::int64_t kMostEntries = 100'000'000;
inline constexpr std::int64_t kMostTokens = 100'000'000;

/// The longest sequence that the configuration's position embeddings allow; 0: any.
struct TokenLimit {
  std::int64_t longest = 0;  ///< What is taken where nobody says.
  bool hard = false;         ///< Longer ones are not possible.
};
TokenLimit token_limit(TransformerConfig& config);

// Each appends its operators for `tokens` tokens; errors are kept in `config`.
void add_bert(NetworkBuilder& builder, TransformerConfig& config, double tokens);
void add_distilbert(NetworkBuilder& builder, TransformerConfig& config, double tokens);
void add_gpt2(NetworkBuilder& builder, TransformerConfig& config, double tokens);
void add_llama(NetworkBuilder& builder, TransformerConfig& config, double tokens);
void add_t5(NetworkBuilder& builder, TransformerConfig& config, double tokens);

/// Width over heads, or an error kept in `config`.
double head_width(TransformerConfig& config, std::int64_t width, std::int64_t heads);

}  // namespace joulecast::network
