// BERT, RoBERTa and DistilBERT.

#include <fmt/format.h>

#include "network/transformer_kinds.h"
#include "network/transformer_layers.h"

namespace joulecast::network {
namespace {

struct EncoderShape {
  double tokens, width, inner, heads, head_width;
  std::int64_t layers;
};

// Norms come after the residual additions, as in the paper.
void add_layers(NetworkBuilder& builder, const EncoderShape& shape) {
  const double elements = shape.tokens * shape.width;
  for (std::int64_t i = 0; i < shape.layers; ++i) {
    const std::string name = fmt::format("layer.{}", i);
    add_attention(builder, name + ".attention",
                  {.queries = shape.tokens,
                   .keys = shape.tokens,
                   .width = shape.width,
                   .heads = shape.heads,
                   .key_heads = shape.heads,
                   .head_width = shape.head_width});
    builder.element_wise(name + ".attention.residual", "Add", elements, 2.0);
    builder.token_norm(name + ".attention.norm", elements, shape.width, true);
    add_mlp(builder, name + ".mlp",
            {.tokens = shape.tokens, .width = shape.width, .inner = shape.inner});
    builder.element_wise(name + ".mlp.residual", "Add", elements, 2.0);
    builder.token_norm(name + ".mlp.norm", elements, shape.width, true);
  }
}

struct TableShape {
  double words, positions, types;  // types 0: there is no such table
};

void add_tables(NetworkBuilder& builder, const TableShape& tables, double tokens, double width) {
  builder.embedding("embeddings.word", tokens, tables.words, width);
  builder.embedding("embeddings.position", tokens, tables.positions, width);
  builder.element_wise("embeddings.add_position", "Add", tokens * width, 2.0);
  if (tables.types > 0.0) {
    builder.embedding("embeddings.type", tokens, tables.types, width);
    builder.element_wise("embeddings.add_type", "Add", tokens * width, 2.0);
  }
  builder.token_norm("embeddings.norm", tokens * width, width, true);
}

}  // namespace

void add_bert(NetworkBuilder& builder, TransformerConfig& config, double tokens) {
  const auto width = config.whole("hidden_size", kMostWidth);
  const auto heads = config.whole("num_attention_heads", kMostHeads);
  const TableShape tables{
      .words = static_cast<double>(config.whole("vocab_size", kMostEntries)),
      .positions = static_cast<double>(config.whole("max_position_embeddings", kMostTokens)),
      .types = static_cast<double>(config.whole("type_vocab_size", kMostEntries, 2))};
  const EncoderShape shape{
      .tokens = tokens,
      .width = static_cast<double>(width),
      .inner = static_cast<double>(config.whole("intermediate_size", kMostWidth)),
      .heads = static_cast<double>(heads),
      .head_width = head_width(config, width, heads),
      .layers = config.whole("num_hidden_layers", kMostLayers)};
  if (config.error()) return;
  add_tables(builder, tables, tokens, shape.width);
  add_layers(builder, shape);
  builder.move("pooler.first_token", "Gather", shape.width);
  builder.dense("pooler.dense", {.in = shape.width, .out = shape.width});
  builder.element_wise("pooler.tanh", "Tanh", shape.width);
}

void add_distilbert(NetworkBuilder& builder, TransformerConfig& config, double tokens) {
  const auto width = config.whole("dim", kMostWidth);
  const auto heads = config.whole("n_heads", kMostHeads);
  const TableShape tables{
      .words = static_cast<double>(config.whole("vocab_size", kMostEntries)),
      .positions = static_cast<double>(config.whole("max_position_embeddings", kMostTokens)),
      .types = 0.0};
  const EncoderShape shape{.tokens = tokens,
                           .width = static_cast<double>(width),
                           .inner = static_cast<double>(config.whole("hidden_dim", kMostWidth)),
                           .heads = static_cast<double>(heads),
                           .head_width = head_width(config, width, heads),
                           .layers = config.whole("n_layers", kMostLayers)};
  if (config.error()) return;
  add_tables(builder, tables, tokens, shape.width);
  add_layers(builder, shape);
}

}  // namespace joulecast::network
