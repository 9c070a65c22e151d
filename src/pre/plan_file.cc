#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "base/text.h"
#include "joulecast/pre/settings.h"
#include "pre/whole_text.h"

namespace joulecast::pre {
namespace {

std::string place(const std::filesystem::path& file, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", file.string(), source.begin.line, source.begin.column);
}

std::optional<std::string> text_of(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  return std::nullopt;
}

Error unknown_key(std::string_view key, const std::string& where) {
  std::vector<std::string_view> names;
  for (const Setting& setting : settings()) names.push_back(setting.name);
  const auto near = nearest(key, names);
  return Error{fmt::format("{}: a plan has no {}{}", where, quoted(key),
                           near ? fmt::format(" (did you mean {}?)", *near) : "")};
}

}  // namespace

Result<SaidSettings> read_plan_file(const std::filesystem::path& file) {
  const auto whole = whole_text(file, 1, "plan");
  if (!whole) return whole.error();
  const toml::parse_result parsed = toml::parse(*whole);
  if (!parsed) {
    return Error{fmt::format("{}: {}", place(file, parsed.error().source()),
                             printable(parsed.error().description()))};
  }
  SaidSettings said;
  for (const auto& [toml_key, node] : parsed.table()) {
    const std::string_view key = toml_key.str();
    const std::string where = place(file, node.source());
    const auto known = std::any_of(settings().begin(), settings().end(),
                                   [&](const Setting& setting) { return setting.name == key; });
    if (!known) return unknown_key(key, where);
    auto text = text_of(node);
    if (!text) {
      return Error{fmt::format("{}: {} must be text, a number or true/false", where, key)};
    }
    said.emplace(std::string(key), Said{std::move(*text), where});
  }
  return said;
}

}  // namespace joulecast::pre
