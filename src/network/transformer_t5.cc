// T5: an encoder, and a decoder that reads as many tokens.

#include <fmt/format.h>

#include "network/transformer_kinds.h"
#include "network/transformer_layers.h"

namespace joulecast::network {
namespace {

struct T5Shape {
  double tokens, width, inner, heads, head_width, words, buckets;
  std::int64_t encoder_layers, decoder_layers;
  bool gated, tied;
};

T5Shape read_shape(TransformerConfig& config, double tokens) {
  const auto layers = config.whole("num_layers", kMostLayers);
  const std::string mlp = config.text("feed_forward_proj", "relu");
  return {.tokens = tokens,
          .width = static_cast<double>(config.whole("d_model", kMostWidth)),
          .inner = static_cast<double>(config.whole("d_ff", kMostWidth)),
          .heads = static_cast<double>(config.whole("num_heads", kMostHeads)),
          .head_width = static_cast<double>(config.whole("d_kv", kMostWidth)),
          .words = static_cast<double>(config.whole("vocab_size", kMostEntries)),
          .buckets =
              static_cast<double>(config.whole("relative_attention_num_buckets", kMostWidth, 32)),
          .encoder_layers = layers,
          .decoder_layers = config.whole("num_decoder_layers", kMostLayers, layers),
          .gated = mlp.starts_with("gated-"),
          .tied = config.flag("tie_word_embeddings", true)};
}

class Maker {
 public:
  Maker(NetworkBuilder& builder, const T5Shape& shape) : builder_(builder), shape_(shape) {}

  void stack(const std::string& name, std::int64_t layers, bool decoder) {
    for (std::int64_t i = 0; i < layers; ++i) {
      const std::string layer = fmt::format("{}.layer.{}", name, i);
      attention(layer + ".attention", true, i == 0);
      if (decoder) attention(layer + ".cross_attention", false, false);
      mlp(layer + ".mlp");
    }
    norm(name + ".norm");
  }

 private:
  double elements() const { return shape_.tokens * shape_.width; }

  void norm(const std::string& name) { builder_.token_norm(name, elements(), shape_.width, false); }

  void residual(const std::string& name) {
    builder_.element_wise(name + ".residual", "Add", elements(), 2.0);
  }

  // Position biases are looked up in a stack's first layer and added in all.
  void attention(const std::string& name, bool position_bias, bool first) {
    norm(name + ".norm");
    add_attention(builder_, name,
                  {.queries = shape_.tokens,
                   .keys = shape_.tokens,
                   .width = shape_.width,
                   .heads = shape_.heads,
                   .key_heads = shape_.heads,
                   .head_width = shape_.head_width,
                   .bias = false,
                   .output_bias = false,
                   .relative_buckets = first ? shape_.buckets : 0.0,
                   .position_bias = position_bias});
    residual(name);
  }

  void mlp(const std::string& name) {
    norm(name + ".norm");
    add_mlp(builder_, name,
            {.tokens = shape_.tokens,
             .width = shape_.width,
             .inner = shape_.inner,
             .bias = false,
             .gated = shape_.gated,
             .activation = shape_.gated ? "Gelu" : "Relu"});
    residual(name);
  }

  NetworkBuilder& builder_;
  const T5Shape& shape_;
};

}  // namespace

void add_t5(NetworkBuilder& builder, TransformerConfig& config, double tokens) {
  const T5Shape shape = read_shape(config, tokens);
  if (config.error()) return;
  Maker maker(builder, shape);
  builder.embedding("embeddings.word", tokens, shape.words, shape.width);
  maker.stack("encoder", shape.encoder_layers, false);
  // The same table again: its parameters are counted above.
  builder.embedding("decoder.embeddings.word", tokens, 0.0, shape.width);
  maker.stack("decoder", shape.decoder_layers, true);
  builder.begin_head();
  builder.dense(
      "lm_head",
      {.rows = tokens, .in = shape.width, .out = shape.words, .bias = false, .tied = shape.tied});
}

}  // namespace joulecast::network
