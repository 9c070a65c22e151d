#include "pre/mapping.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/quantity_parse.h"
#include "base/text.h"
#include "joulecast/pre/settings.h"

namespace joulecast::pre {
namespace {

using Keys = std::span<const std::string_view>;
constexpr std::array<std::string_view, 5> kMappingKeys = {"name", "about", "fields", "when",
                                                          "leave_out"};
constexpr std::array<std::string_view, 6> kFieldKeys = {"column", "text",   "values",
                                                        "unit",   "factor", "optional"};
constexpr std::array<std::string_view, 2> kWhenKeys = {"where", "fields"};
constexpr std::array<std::string_view, 2> kLeaveOutKeys = {"where", "why"};

class MappingParser {
 public:
  explicit MappingParser(std::string file) : file_(std::move(file)) {}

  Result<Mapping> parse(const toml::table& root);

 private:
  std::string place(const toml::node& node) const {
    return fmt::format("{}:{}:{}", file_, node.source().begin.line, node.source().begin.column);
  }
  Error error_at(const toml::node& node, const std::string& what) const {
    return Error{fmt::format("{}: {}", place(node), what)};
  }
  Status check_keys(const toml::table& table, Keys known, const char* what) const;
  Result<std::string> scalar(const toml::node& node, std::string_view key) const;
  Result<std::optional<double>> factor(const toml::table& table, std::string_view field) const;
  Status values(const toml::table& table, FieldSource& source) const;
  Result<FieldSource> source(const toml::node& node, std::string_view field) const;
  Result<Fields> fields(const toml::node* node) const;
  Result<std::vector<Condition>> conditions(const toml::table& rule) const;
  Status parse_when(const toml::table& rule, Mapping& mapping) const;
  Status parse_leave_out(const toml::table& rule, Mapping& mapping) const;
  Status each_table(const toml::table& root, const char* key, Mapping& mapping,
                    Status (MappingParser::*parse_rule)(const toml::table&, Mapping&) const) const;

  std::string file_;
};

std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names;
  for (const Setting& setting : settings()) names.push_back(setting.name);
  for (const ExtraField& field : extra_fields()) names.push_back(field.name);
  return names;
}

FieldKind kind_of(std::string_view field) {
  if (field == "power_limit") return FieldKind::kPower;
  for (const ExtraField& extra : extra_fields()) {
    if (extra.name == field) return extra.kind;
  }
  return FieldKind::kText;
}

// What one `unit` is in the field's own (J, W, s).
Result<double> unit_factor(FieldKind kind, const std::string& unit) {
  const std::string one = "1" + unit;
  const auto value = [](const auto& parsed) -> Result<double> {
    if (!parsed) return parsed.error();
    return parsed->value();
  };
  if (kind == FieldKind::kEnergy) return value(parse_energy(one));
  if (kind == FieldKind::kPower) return value(parse_power(one));
  if (kind == FieldKind::kTime) return value(parse_duration(one));
  return Error{"this field takes no unit; a factor, perhaps"};
}

Status MappingParser::check_keys(const toml::table& table, Keys known, const char* what) const {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const auto near = nearest(key.str(), known);
    return error_at(node, fmt::format("{} has no {}{}", what, quoted(key.str()),
                                      near ? fmt::format(" (did you mean {}?)", *near) : ""));
  }
  return {};
}

Result<std::string> MappingParser::scalar(const toml::node& node, std::string_view key) const {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (const auto truth = node.value_exact<bool>()) return std::string(*truth ? "true" : "false");
  return error_at(node, fmt::format("{} must be text, a number or true/false", key));
}

// The factor of a number; none where it is in the field's own unit.
Result<std::optional<double>> MappingParser::factor(const toml::table& table,
                                                    std::string_view field) const {
  if (const toml::node* node = table.get("factor")) {
    const auto number = node->value<double>();
    if (!number || !(*number > 0.0)) return error_at(*node, "a factor must be a number above 0");
    return number;
  }
  const FieldKind kind = kind_of(field);
  const toml::node* unit = table.get("unit");
  if (unit == nullptr) {
    if (kind == FieldKind::kText || kind == FieldKind::kNumber) return std::optional<double>();
    return error_at(table, fmt::format("{} needs a unit", field));
  }
  const auto text = scalar(*unit, "unit");
  if (!text) return text.error();
  const auto value = unit_factor(kind, *text);
  if (!value) return error_at(*unit, fmt::format("{}: {}", field, value.error().message));
  return std::optional(*value);
}

Status MappingParser::values(const toml::table& table, FieldSource& source) const {
  const toml::node* node = table.get("values");
  if (node == nullptr) return {};
  const toml::table* meanings = node->as_table();
  if (meanings == nullptr) return error_at(*node, "write values = { CELL = MEANING }");
  for (const auto& [from, to] : *meanings) {
    auto meaning = scalar(to, from.str());
    if (!meaning) return meaning.error();
    source.values.emplace(from.str(), std::move(meaning).value());
  }
  return {};
}

Result<FieldSource> MappingParser::source(const toml::node& node, std::string_view field) const {
  FieldSource source;
  source.origin = place(node);
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    auto text = scalar(node, field);
    if (!text) return text.error();
    source.text = std::move(text).value();
    return source;
  }
  if (Status status = check_keys(*table, kFieldKeys, "a field"); !status) return status.error();
  const bool has_column = table->contains("column");
  if (has_column == table->contains("text")) {
    return error_at(node, fmt::format("{} needs either a column or a text", field));
  }
  auto text = scalar(*table->get(has_column ? "column" : "text"), field);
  if (!text) return text.error();
  (has_column ? source.column : source.text) = std::move(text).value();
  source.optional = (*table)["optional"].value_or(false);
  if (Status status = values(*table, source); !status) return status.error();
  const auto unit = factor(*table, field);
  if (!unit) return unit.error();
  source.factor = *unit;
  return source;
}

Result<Fields> MappingParser::fields(const toml::node* node) const {
  Fields all;
  const toml::table* table = node == nullptr ? nullptr : node->as_table();
  if (table == nullptr) return Error{fmt::format("{}: there is no table of fields", file_)};
  const std::vector<std::string_view> names = field_names();
  for (const auto& [key, value] : *table) {
    if (std::find(names.begin(), names.end(), key.str()) == names.end()) {
      const auto near = nearest(key.str(), names);
      return error_at(value, fmt::format("there is no field {}{}", quoted(key.str()),
                                         near ? fmt::format(" (did you mean {}?)", *near) : ""));
    }
    auto found = source(value, key.str());
    if (!found) return found.error();
    all.emplace(key.str(), std::move(found).value());
  }
  return all;
}

Result<std::vector<Condition>> MappingParser::conditions(const toml::table& rule) const {
  std::vector<Condition> all;
  const toml::table* where = rule["where"].as_table();
  if (where == nullptr || where->empty()) {
    return error_at(rule, "a rule needs where = { COLUMN = TEXT }");
  }
  for (const auto& [key, node] : *where) {
    Condition condition{.column = std::string(key.str()), .any_of = {}};
    if (const toml::array* array = node.as_array()) {
      for (const toml::node& each : *array) {
        auto text = scalar(each, key.str());
        if (!text) return text.error();
        condition.any_of.push_back(std::move(text).value());
      }
    } else {
      auto text = scalar(node, key.str());
      if (!text) return text.error();
      condition.any_of.push_back(std::move(text).value());
    }
    all.push_back(std::move(condition));
  }
  return all;
}

Status MappingParser::parse_when(const toml::table& rule, Mapping& mapping) const {
  if (Status status = check_keys(rule, kWhenKeys, "[[when]]"); !status) return status;
  auto where = conditions(rule);
  if (!where) return where.error();
  auto said = fields(rule.get("fields"));
  if (!said) return said.error();
  mapping.when.push_back({std::move(where).value(), std::move(said).value()});
  return {};
}

Status MappingParser::parse_leave_out(const toml::table& rule, Mapping& mapping) const {
  if (Status status = check_keys(rule, kLeaveOutKeys, "[[leave_out]]"); !status) return status;
  auto where = conditions(rule);
  if (!where) return where.error();
  const auto why = rule["why"].value<std::string>();
  if (!why) return error_at(rule, "[[leave_out]] needs why = \"...\", for the user");
  mapping.leave_out.push_back({std::move(where).value(), *why});
  return {};
}

Status MappingParser::each_table(const toml::table& root, const char* key, Mapping& mapping,
                                 Status (MappingParser::*parse_rule)(const toml::table&, Mapping&)
                                     const) const {
  const toml::node* node = root.get(key);
  if (node == nullptr) return {};
  const toml::array* rules = node->as_array();
  if (rules == nullptr) return error_at(*node, fmt::format("write [[{}]]", key));
  for (const toml::node& rule : *rules) {
    const toml::table* table = rule.as_table();
    if (table == nullptr) return error_at(rule, fmt::format("write [[{}]]", key));
    if (Status status = (this->*parse_rule)(*table, mapping); !status) return status;
  }
  return {};
}

Result<Mapping> MappingParser::parse(const toml::table& root) {
  if (Status status = check_keys(root, kMappingKeys, "a mapping"); !status) return status.error();
  Mapping mapping;
  mapping.name = root["name"].value_or(std::string());
  mapping.about = root["about"].value_or(std::string());
  if (mapping.name.empty()) return Error{fmt::format("{}: a mapping needs a name", file_)};
  auto said = fields(root.get("fields"));
  if (!said) return said.error();
  mapping.fields = std::move(said).value();
  if (Status status = each_table(root, "when", mapping, &MappingParser::parse_when); !status)
    return status.error();
  if (Status status = each_table(root, "leave_out", mapping, &MappingParser::parse_leave_out);
      !status) {
    return status.error();
  }
  return mapping;
}

}  // namespace

Result<Mapping> parse_mapping(std::string_view toml, const std::string& file) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    return Error{fmt::format("{}:{}:{}: {}", file, parsed.error().source().begin.line,
                             parsed.error().source().begin.column,
                             printable(parsed.error().description()))};
  }
  return MappingParser(file).parse(parsed.table());
}

}  // namespace joulecast::pre
