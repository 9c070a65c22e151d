// What writing and reading an estimator file share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace joulecast::pre {

inline constexpr std::string_view kEstimatorSchema = "joulecast.estimator/";
inline constexpr int kEstimatorFormat = 1;

/// Keys sorted, no blanks, numbers in the shortest form that reads back equal.
std::string canonical(const nlohmann::json& content);
/// "sha256:..." of the canonical text.
std::string checksum_of(const nlohmann::json& content);

}  // namespace joulecast::pre
