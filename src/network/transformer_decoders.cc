// GPT-2, and Llama and Mistral, which are alike.

#include <fmt/format.h>

#include "network/transformer_kinds.h"
#include "network/transformer_layers.h"

namespace joulecast::network {

void add_gpt2(NetworkBuilder& builder, TransformerConfig& config, double tokens) {
  const auto units = config.whole("n_embd", kMostWidth);
  const auto heads = config.whole("n_head", kMostHeads);
  const auto layers = config.whole("n_layer", kMostLayers);
  const auto words = static_cast<double>(config.whole("vocab_size", kMostEntries));
  const auto positions = static_cast<double>(
      config.whole(config.has("n_positions") ? "n_positions" : "n_ctx", kMostTokens));
  const auto inner = static_cast<double>(config.whole("n_inner", kMostWidth, 4 * units));
  const bool tied = config.flag("tie_word_embeddings", true);
  const double per_head = head_width(config, units, heads);
  if (config.error()) return;

  const auto width = static_cast<double>(units);
  const double elements = tokens * width;
  builder.embedding("embeddings.word", tokens, words, width);
  builder.embedding("embeddings.position", tokens, positions, width);
  builder.element_wise("embeddings.add", "Add", elements, 2.0);
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::string name = fmt::format("layer.{}", i);
    builder.token_norm(name + ".attention.norm", elements, width, true);
    add_attention(builder, name + ".attention",
                  {.queries = tokens,
                   .keys = tokens,
                   .width = width,
                   .heads = static_cast<double>(heads),
                   .key_heads = static_cast<double>(heads),
                   .head_width = per_head,
                   .one_product = true});
    builder.element_wise(name + ".attention.residual", "Add", elements, 2.0);
    builder.token_norm(name + ".mlp.norm", elements, width, true);
    add_mlp(builder, name + ".mlp", {.tokens = tokens, .width = width, .inner = inner});
    builder.element_wise(name + ".mlp.residual", "Add", elements, 2.0);
  }
  builder.token_norm("norm", elements, width, true);
  builder.begin_head();
  builder.dense("lm_head",
                {.rows = tokens, .in = width, .out = words, .bias = false, .tied = tied});
}

void add_llama(NetworkBuilder& builder, TransformerConfig& config, double tokens) {
  const auto units = config.whole("hidden_size", kMostWidth);
  const auto heads = config.whole("num_attention_heads", kMostHeads);
  const auto key_heads = config.whole("num_key_value_heads", kMostHeads, heads);
  const auto layers = config.whole("num_hidden_layers", kMostLayers);
  const auto words = static_cast<double>(config.whole("vocab_size", kMostEntries));
  const auto inner = static_cast<double>(config.whole("intermediate_size", kMostWidth));
  const double per_head = config.has("head_dim")
                              ? static_cast<double>(config.whole("head_dim", kMostWidth))
                              : head_width(config, units, heads);
  const bool attention_bias = config.flag("attention_bias", false);
  const bool mlp_bias = config.flag("mlp_bias", false);
  const bool tied = config.flag("tie_word_embeddings", false);
  if (heads % key_heads != 0) {
    config.refuse(fmt::format("\"num_key_value_heads\" {} does not divide num_attention_heads {}",
                              key_heads, heads));
  }
  if (config.error()) return;

  const auto width = static_cast<double>(units);
  const double elements = tokens * width;
  builder.embedding("embeddings.word", tokens, words, width);
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::string name = fmt::format("layer.{}", i);
    builder.token_norm(name + ".attention.norm", elements, width, false);
    add_attention(builder, name + ".attention",
                  {.queries = tokens,
                   .keys = tokens,
                   .width = width,
                   .heads = static_cast<double>(heads),
                   .key_heads = static_cast<double>(key_heads),
                   .head_width = per_head,
                   .bias = attention_bias,
                   .output_bias = attention_bias,
                   .rotary = true});
    builder.element_wise(name + ".attention.residual", "Add", elements, 2.0);
    builder.token_norm(name + ".mlp.norm", elements, width, false);
    add_mlp(builder, name + ".mlp",
            {.tokens = tokens,
             .width = width,
             .inner = inner,
             .bias = mlp_bias,
             .gated = true,
             .activation = "Swish"});
    builder.element_wise(name + ".mlp.residual", "Add", elements, 2.0);
  }
  builder.token_norm("norm", elements, width, false);
  builder.begin_head();
  builder.dense("lm_head",
                {.rows = tokens, .in = width, .out = words, .bias = false, .tied = tied});
}

}  // namespace joulecast::network
