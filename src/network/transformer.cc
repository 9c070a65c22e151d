#include "joulecast/network/transformer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "network/transformer_kinds.h"

namespace joulecast::network {
namespace {

struct Kind {
  std::string_view model_type;
  void (*add)(NetworkBuilder&, TransformerConfig&, double tokens);
  const char* what;  // Which of the framework's classes it is.
};

constexpr std::array<Kind, 7> kKinds = {
    {{"bert", add_bert, "encoder and pooler, without a task's head"},
     {"roberta", add_bert, "encoder and pooler, without a task's head"},
     {"distilbert", add_distilbert, "encoder, without a task's head"},
     {"gpt2", add_gpt2, "decoder and language-model head"},
     {"llama", add_llama, "decoder and language-model head"},
     {"mistral", add_llama, "decoder and language-model head"},
     {"t5", add_t5, "encoder, decoder of as many tokens and language-model head"}}};

constexpr std::int64_t kUsualTokens = 512;

}  // namespace

double head_width(TransformerConfig& config, std::int64_t width, std::int64_t heads) {
  if (width % heads != 0) {
    config.refuse(fmt::format("the width of a token, {}, is no multiple of its {} attention heads",
                              width, heads));
  }
  const std::int64_t whole = width / heads;
  return static_cast<double>(whole);
}

TokenLimit token_limit(TransformerConfig& config) {
  const std::string& type = config.model_type();
  if (type == "t5") {
    return {.longest = config.whole("n_positions", kMostTokens, kUsualTokens), .hard = false};
  }
  if (type == "gpt2") {
    const char* key = config.has("n_positions") ? "n_positions" : "n_ctx";
    return {.longest = config.whole(key, kMostTokens), .hard = true};
  }
  if (type == "llama" || type == "mistral") {
    return {.longest = config.whole("max_position_embeddings", kMostTokens, kUsualTokens),
            .hard = false};
  }
  const auto positions = config.whole("max_position_embeddings", kMostTokens);
  // RoBERTa's positions begin after its padding's index, 1.
  const std::int64_t taken = type == "roberta" && positions > 2 ? 2 : 0;
  return {.longest = positions - taken, .hard = true};
}

Result<Network> transformer(std::string_view config_text, std::string_view name,
                            const TransformerOptions& options) {
  auto config = TransformerConfig::parse(config_text, name);
  if (!config) return config.error();
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& each) {
    return each.model_type == config->model_type();
  });
  if (kind == kKinds.end()) {
    return Error{
        fmt::format("{}: model_type {} is none of bert, roberta, distilbert, gpt2, llama, mistral "
                    "and t5; export the model as ONNX instead",
                    name, quoted(config->model_type()))};
  }
  const TokenLimit limit = token_limit(*config);
  if (config->error()) return *config->error();
  const std::int64_t tokens =
      options.sequence_length > 0 ? options.sequence_length : std::min(limit.longest, kUsualTokens);
  if (tokens > kMostTokens || (limit.hard && tokens > limit.longest)) {
    return Error{fmt::format("{}: a sequence of {} tokens is longer than its {} positions", name,
                             tokens, limit.hard ? limit.longest : kMostTokens)};
  }
  if (options.batch_size < 1) return Error{"the batch size must be at least 1"};

  Network network;
  network.name = name;
  network.origin = fmt::format("formula of {}: {}", kind->model_type, kind->what);
  network.batch_size = options.batch_size;
  network.input_shape = {tokens};
  const double inputs = kind->add == add_t5 ? 2.0 : 1.0;
  network.input_elements = inputs * static_cast<double>(tokens);
  const auto window =
      config->has("sliding_window") ? config->whole("sliding_window", kMostTokens) : kMostTokens;
  if (window < tokens) {
    network.notes.push_back("attention is counted in full, though the configuration has a window");
  }
  NetworkBuilder builder(std::move(network));
  kind->add(builder, *config, static_cast<double>(tokens));
  if (config->error()) return *config->error();
  return std::move(builder).take();
}

}  // namespace joulecast::network
