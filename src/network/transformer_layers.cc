#include "network/transformer_layers.h"

namespace joulecast::network {
namespace {

void add_projections(NetworkBuilder& builder, const std::string& name,
                     const AttentionShape& shape) {
  const double all = shape.heads * shape.head_width;
  const double keys = shape.key_heads * shape.head_width;
  if (shape.one_product) {
    builder.dense(
        name + ".query_key_value",
        {.rows = shape.queries, .in = shape.width, .out = all + 2.0 * keys, .bias = shape.bias});
    return;
  }
  builder.dense(name + ".query",
                {.rows = shape.queries, .in = shape.width, .out = all, .bias = shape.bias});
  for (const char* part : {".key", ".value"}) {
    builder.dense(name + part,
                  {.rows = shape.keys, .in = shape.width, .out = keys, .bias = shape.bias});
  }
}

}  // namespace

void add_attention(NetworkBuilder& builder, const std::string& name, const AttentionShape& shape) {
  const double all = shape.heads * shape.head_width;
  const double keys = shape.key_heads * shape.head_width;
  const double scores = shape.heads * shape.queries * shape.keys;
  add_projections(builder, name, shape);
  if (shape.rotary) {
    builder.element_wise(name + ".rotary_query", "RotaryEmbedding", shape.queries * all);
    builder.element_wise(name + ".rotary_key", "RotaryEmbedding", shape.keys * keys);
  }
  builder.product(name + ".scores", {.count = shape.heads,
                                     .rows = shape.queries,
                                     .inner = shape.head_width,
                                     .columns = shape.keys,
                                     .read = shape.queries * all + shape.keys * keys});
  if (shape.relative_buckets > 0.0) {
    builder.embedding(name + ".position_bias", shape.queries * shape.keys, shape.relative_buckets,
                      shape.heads);
  }
  // The mask, and in T5 the position biases with it; T5 alone does not scale.
  builder.element_wise(name + ".mask", "Add", scores, shape.position_bias ? 2.0 : 1.0);
  builder.element_wise(name + ".softmax", "Softmax", scores);
  builder.product(name + ".context", {.count = shape.heads,
                                      .rows = shape.queries,
                                      .inner = shape.keys,
                                      .columns = shape.head_width,
                                      .read = scores + shape.keys * keys});
  builder.move(name + ".merge_heads", "Transpose", shape.queries * all);
  builder.dense(name + ".output",
                {.rows = shape.queries, .in = all, .out = shape.width, .bias = shape.output_bias});
}

void add_mlp(NetworkBuilder& builder, const std::string& name, const MlpShape& shape) {
  const double inner = shape.tokens * shape.inner;
  const DenseShape up{
      .rows = shape.tokens, .in = shape.width, .out = shape.inner, .bias = shape.bias};
  if (shape.gated) builder.dense(name + ".gate", up);
  builder.dense(name + ".up", up);
  builder.element_wise(name + ".activation", shape.activation, inner);
  if (shape.gated) builder.element_wise(name + ".multiply", "Mul", inner, 2.0);
  builder.dense(name + ".down",
                {.rows = shape.tokens, .in = shape.inner, .out = shape.width, .bias = shape.bias});
}

}  // namespace joulecast::network
