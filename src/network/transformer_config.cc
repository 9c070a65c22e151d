#include "network/transformer_config.h"

#include <fmt/format.h>

#include <utility>

#include "base/bounded_json.h"
#include "base/text.h"

namespace joulecast::network {
namespace {

std::string described(const nlohmann::json& value) {
  if (!value.is_primitive()) return fmt::format("an {}", value.type_name());  // array, object
  return quoted(value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

}  // namespace

Result<TransformerConfig> TransformerConfig::parse(std::string_view text, std::string_view name) {
  constexpr std::size_t kMostBytes = 1 << 20;
  constexpr int kDeepest = 32;
  TransformerConfig config;
  config.name_ = name;
  if (text.size() > kMostBytes) {
    return Error{fmt::format("{}: larger than 1 MB, which no config.json is", name)};
  }
  auto json = parse_bounded(text, kDeepest);
  if (!json || !json->is_object()) {
    return Error{fmt::format("{}: not the JSON of a transformer's config.json", name)};
  }
  config.json_ = std::move(*json);
  const nlohmann::json* type = config.find("model_type");
  if (type == nullptr || !type->is_string()) {
    return Error{fmt::format(
        "{}: there is no \"model_type\"; it must be bert, roberta, distilbert, gpt2, llama, "
        "mistral or t5",
        name)};
  }
  config.model_type_ = type->get<std::string>();
  return config;
}

const nlohmann::json* TransformerConfig::find(const char* key) const {
  const auto found = json_.find(key);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

bool TransformerConfig::has(const char* key) const { return find(key) != nullptr; }

void TransformerConfig::refuse(const std::string& what) {
  if (!error_) error_ = Error{fmt::format("{}: {}", name_, what)};
}

std::int64_t TransformerConfig::whole(const char* key, std::int64_t most,
                                      std::optional<std::int64_t> otherwise) {
  const nlohmann::json* value = find(key);
  if (value == nullptr) {
    if (!otherwise) {
      refuse(fmt::format("there is no \"{}\"; model_type {} needs it", key, quoted(model_type_)));
    }
    return otherwise.value_or(1);
  }
  // Through a double: whatever the number's JSON type, none is out of its range.
  const double number = value->is_number() ? value->get<double>() : 0.0;
  const bool is_whole = value->is_number_integer();
  if (!is_whole || number < 1.0 || number > static_cast<double>(most)) {
    refuse(fmt::format("\"{}\" must be a whole number from 1 to {}, not {}", key, most,
                       described(*value)));
    return 1;
  }
  return value->get<std::int64_t>();
}

bool TransformerConfig::flag(const char* key, bool otherwise) {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) refuse(fmt::format("\"{}\" must be true or false", key));
  return value->is_boolean() ? value->get<bool>() : otherwise;
}

std::string TransformerConfig::text(const char* key, const std::string& otherwise) {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_string()) refuse(fmt::format("\"{}\" must be a text", key));
  return value->is_string() ? value->get<std::string>() : otherwise;
}

}  // namespace joulecast::network
