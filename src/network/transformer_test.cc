#include "joulecast/network/transformer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBertBase = R"({"model_type": "bert", "vocab_size": 30522,
  "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
  "intermediate_size": 3072, "max_position_embeddings": 512, "type_vocab_size": 2})";
constexpr const char* kRobertaBase = R"({"model_type": "roberta", "vocab_size": 50265,
  "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
  "intermediate_size": 3072, "max_position_embeddings": 514, "type_vocab_size": 1})";
constexpr const char* kDistilbert = R"({"model_type": "distilbert", "vocab_size": 30522,
  "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "max_position_embeddings": 512})";
constexpr const char* kGpt2 = R"({"model_type": "gpt2", "vocab_size": 50257, "n_embd": 768,
  "n_layer": 12, "n_head": 12, "n_positions": 1024, "n_ctx": 1024})";
constexpr const char* kLlama2 = R"({"model_type": "llama", "vocab_size": 32000,
  "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
  "num_key_value_heads": 32, "intermediate_size": 11008, "max_position_embeddings": 4096,
  "tie_word_embeddings": false})";
constexpr const char* kLlama3 = R"({"model_type": "llama", "vocab_size": 128256,
  "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
  "num_key_value_heads": 8, "intermediate_size": 14336, "max_position_embeddings": 8192,
  "tie_word_embeddings": false})";
constexpr const char* kLlama32 = R"({"model_type": "llama", "vocab_size": 128256,
  "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32, "head_dim": 64,
  "num_key_value_heads": 8, "intermediate_size": 8192, "max_position_embeddings": 131072,
  "tie_word_embeddings": true})";
constexpr const char* kMistral = R"({"model_type": "mistral", "vocab_size": 32000,
  "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
  "num_key_value_heads": 8, "intermediate_size": 14336, "max_position_embeddings": 32768,
  "sliding_window": 4096})";
constexpr const char* kT5Small = R"({"model_type": "t5", "vocab_size": 32128, "d_model": 512,
  "d_ff": 2048, "d_kv": 64, "num_heads": 8, "num_layers": 6, "n_positions": 512,
  "relative_attention_num_buckets": 32})";
constexpr const char* kT5Base = R"({"model_type": "t5", "vocab_size": 32128, "d_model": 768,
  "d_ff": 3072, "d_kv": 64, "num_heads": 12, "num_layers": 12, "n_positions": 512,
  "relative_attention_num_buckets": 32})";
constexpr const char* kT5V11Small = R"({"model_type": "t5", "vocab_size": 32128, "d_model": 512,
  "d_ff": 1024, "d_kv": 64, "num_heads": 6, "num_layers": 8, "num_decoder_layers": 8,
  "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false,
  "relative_attention_num_buckets": 32})";

Network made(const char* config, const TransformerOptions& options = {}) {
  auto network = transformer(config, "config.json", options);
  EXPECT_TRUE(network.ok()) << network.error().message;
  return *network;
}

struct Published {
  const char* name;
  const char* config;
  double parameters;
};

class Parameters : public ::testing::TestWithParam<Published> {};

TEST_P(Parameters, AreThoseOfThePublishedModel) {
  EXPECT_DOUBLE_EQ(totals(made(GetParam().config)).parameters, GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(Transformers, Parameters,
                         ::testing::Values(Published{"bert_base", kBertBase, 109'482'240},
                                           Published{"roberta_base", kRobertaBase, 124'645'632},
                                           Published{"distilbert_base", kDistilbert, 66'362'880},
                                           Published{"gpt2", kGpt2, 124'439'808},
                                           Published{"llama_2_7b", kLlama2, 6'738'415'616},
                                           Published{"llama_3_8b", kLlama3, 8'030'261'248},
                                           Published{"llama_3_2_1b", kLlama32, 1'235'814'400},
                                           Published{"mistral_7b", kMistral, 7'241'732'096},
                                           Published{"t5_small", kT5Small, 60'506'624},
                                           Published{"t5_base", kT5Base, 222'903'552},
                                           Published{"t5_v1_1_small", kT5V11Small, 76'961'152}),
                         [](const auto& each) { return std::string(each.param.name); });

// By hand: 2 FLOPs a weight of a matrix and token, and 2 * 2 * S * S * width a layer.
TEST(Transformer, MatrixProductsOfGpt2AreTwiceWeightsTimesTokensPlusAttention) {
  constexpr double kTokens = 256, kBatch = 4, kWidth = 768, kLayers = 12, kWords = 50257;
  const double weights = kLayers * 12 * kWidth * kWidth + kWidth * kWords;
  const double attention = kLayers * 2 * kTokens * kTokens * kWidth;
  const Network network = made(kGpt2, {.batch_size = 4, .sequence_length = 256});
  EXPECT_DOUBLE_EQ(totals(network).macs, kBatch * (weights * kTokens + attention));
}

TEST(Transformer, GroupedQueriesSaveWeightsNotScores) {
  constexpr double kTokens = 128, kWidth = 4096, kLayers = 32, kInner = 14336, kWords = 128256;
  const double weights =
      kLayers * (2 * kWidth * kWidth + 2 * kWidth * kWidth / 4 + 3 * kWidth * kInner) +
      kWidth * kWords;
  const double attention = kLayers * 2 * kTokens * kTokens * kWidth;
  const Network network = made(kLlama3, {.batch_size = 1, .sequence_length = 128});
  EXPECT_DOUBLE_EQ(totals(network).macs, weights * kTokens + attention);
}

TEST(Transformer, T5HasCrossAttention) {
  constexpr double kTokens = 64, kWidth = 512, kInner = 2048, kLayers = 6, kWords = 32128;
  const double attention = 4 * kWidth * kWidth * kTokens + 2 * kTokens * kTokens * kWidth;
  const double mlp = 2 * kWidth * kInner * kTokens;
  const double expected = kLayers * (3 * attention + 2 * mlp) + kWidth * kWords * kTokens;
  const Network network = made(kT5Small, {.batch_size = 1, .sequence_length = 64});
  EXPECT_DOUBLE_EQ(totals(network).macs, expected);
}

TEST(Transformer, NamesAreUnique) {
  for (const char* config : {kBertBase, kDistilbert, kGpt2, kLlama3, kT5Small}) {
    std::set<std::string> names;
    for (const Operator& op : made(config).operators) {
      EXPECT_FALSE(op.name.empty());
      EXPECT_TRUE(names.insert(op.name).second) << op.name;
    }
  }
}

TEST(Transformer, TakesAtMost512TokensUnlessToldOtherwise) {
  EXPECT_EQ(made(kBertBase).input_shape, std::vector<std::int64_t>{512});
  EXPECT_EQ(made(kLlama2).input_shape, std::vector<std::int64_t>{512});
  EXPECT_EQ(made(kRobertaBase).input_shape, std::vector<std::int64_t>{512});
}

TEST(Transformer, ASlidingWindowIsNoted) {
  EXPECT_TRUE(made(kMistral).notes.empty());
  EXPECT_EQ(made(kMistral, {.batch_size = 1, .sequence_length = 8192}).notes.size(), 1U);
}

std::string error_of(const std::string& config, const TransformerOptions& options = {}) {
  const auto network = transformer(config, "config.json", options);
  return network.ok() ? "" : network.error().message;
}

// `config` with `from` replaced by `to`.
std::string changed(std::string config, const std::string& from, const std::string& to) {
  const auto at = config.find(from);
  EXPECT_NE(at, std::string::npos);
  return config.replace(at, from.size(), to);
}

TEST(Transformer, WhatIsWrongIsOneLineWithTheKey) {
  EXPECT_EQ(error_of(changed(kBertBase, "\"hidden_size\": 768,", "")),
            "config.json: there is no \"hidden_size\"; model_type 'bert' needs it");
  EXPECT_EQ(error_of(changed(kBertBase, "\"vocab_size\": 30522", "\"vocab_size\": -5")),
            "config.json: \"vocab_size\" must be a whole number from 1 to 100000000, not '-5'");
  for (const char* wrong : {"0", "1e99", "7.5", "\"12\"", "[12]", "99999999999999999999", "true"}) {
    const std::string error =
        error_of(changed(kGpt2, "\"n_layer\": 12", std::string("\"n_layer\": ") + wrong));
    EXPECT_THAT(error, HasSubstr("\"n_layer\" must be a whole number"));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
  }
  EXPECT_THAT(error_of(changed(kGpt2, "\"n_head\": 12", "\"n_head\": 11")),
              HasSubstr("no multiple of its 11"));
  EXPECT_THAT(
      error_of(changed(kLlama3, "\"num_key_value_heads\": 8", "\"num_key_value_heads\": 7")),
      HasSubstr("num_key_value_heads"));
  EXPECT_THAT(error_of(changed(kLlama3, "false", "3")), HasSubstr("true or false"));
}

TEST(Transformer, OtherFilesAreNamed) {
  EXPECT_THAT(error_of("{"), HasSubstr("not the JSON"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("not the JSON"));
  EXPECT_THAT(error_of("{}"), HasSubstr("model_type"));
  EXPECT_THAT(error_of(R"({"model_type": "mamba"})"), HasSubstr("'mamba' is none of"));
  EXPECT_THAT(error_of(std::string(2 << 20, ' ')), HasSubstr("larger than 1 MB"));
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("not the JSON"));
}

TEST(Transformer, NestingHasABottom) {
  const auto nested = [](std::size_t depth) {
    return changed(kBertBase, "\"hidden_size\": 768",
                   "\"hidden_size\": " + std::string(depth, '[') + std::string(depth, ']'));
  };
  EXPECT_THAT(error_of(nested(8)), HasSubstr("must be a whole number"));
  EXPECT_THAT(error_of(nested(8)), HasSubstr("not an array"));
  EXPECT_THAT(error_of(nested(400'000)), HasSubstr("not the JSON"));
  EXPECT_THAT(error_of(changed(kGpt2, "\"n_layer\": 12", "\"n_layer\": {\"a\": 1}")),
              HasSubstr("not an object"));
}

TEST(Transformer, ASequenceIsAsLongAsThePositionsAllow) {
  EXPECT_THAT(error_of(kBertBase, {.batch_size = 1, .sequence_length = 513}),
              HasSubstr("longer than its 512 positions"));
  EXPECT_EQ(error_of(kLlama2, {.batch_size = 1, .sequence_length = 8192}), "");
}

}  // namespace
}  // namespace joulecast::network
