// The figures in a config.json, checked.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::network {

/// Reads the keys of one configuration. The first key that is missing or not usable is kept as the
/// error, and what is read after it means nothing: ask error() once all is read.
class TransformerConfig {
 public:
  /// `name` stands for the file in errors.
  static Result<TransformerConfig> parse(std::string_view text, std::string_view name);

  const std::string& model_type() const { return model_type_; }

  /// A whole number from 1 to `most`; `otherwise` counts where the key is absent or null.
  std::int64_t whole(const char* key, std::int64_t most,
                     std::optional<std::int64_t> otherwise = std::nullopt);
  bool flag(const char* key, bool otherwise);
  std::string text(const char* key, const std::string& otherwise);
  bool has(const char* key) const;

  /// Keeps an error of the caller's, unless there is an earlier one.
  void refuse(const std::string& what);
  const std::optional<Error>& error() const { return error_; }

 private:
  TransformerConfig() {
  }  // NOLINT(modernize-use-equals-default): clang-tidy 14 takes it for noexcept
  const nlohmann::json* find(const char* key) const;

  nlohmann::json json_;
  std::string name_, model_type_;
  std::optional<Error> error_;
};

}  // namespace joulecast::network
