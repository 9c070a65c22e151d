#include "cli/tradeoff_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/text.h"

namespace joulecast::cli {

std::optional<TradeoffCondition> TradeoffCondition::of(const std::vector<pre::Condition>& where,
                                                       const CsvReader& csv) {
  const std::string file = to_lower(std::filesystem::path(csv.lines().name()).filename().string());
  TradeoffCondition all;
  for (const pre::Condition& condition : where) {
    if (condition.column != pre::kFileName) {
      const auto index = csv.column(condition.column);
      if (!index) return std::nullopt;
      all.parts_.push_back({.index = *index, .any_of = &condition.any_of});
      continue;
    }
    const bool fits = std::any_of(
        condition.any_of.begin(), condition.any_of.end(),
        [&](const std::string& text) { return file.find(to_lower(text)) != std::string::npos; });
    if (!fits) return std::nullopt;
  }
  return all;
}

bool TradeoffCondition::holds(const CsvReader& csv) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return std::find(part.any_of->begin(), part.any_of->end(), csv.row()[part.index].text) !=
           part.any_of->end();
  });
}

std::optional<TradeoffColumn> TradeoffColumn::of_field(const pre::Mapping* mapping,
                                                       const CsvReader& csv,
                                                       std::string_view field) {
  if (mapping == nullptr) return std::nullopt;
  TradeoffColumn column(csv);
  for (auto rule = mapping->when.rbegin(); rule != mapping->when.rend(); ++rule) {
    const auto found = rule->fields.find(field);
    if (found == rule->fields.end()) continue;
    if (auto where = TradeoffCondition::of(rule->where, csv))
      column.add(found->second, std::move(*where));
  }
  const auto found = mapping->fields.find(field);
  if (found != mapping->fields.end()) column.add(found->second, {});
  return column.sources_.empty() ? std::nullopt : std::optional(std::move(column));
}

TradeoffColumn TradeoffColumn::of_cell(const CsvReader& csv, std::size_t index) {
  TradeoffColumn column(csv);
  column.sources_.push_back({.where = {}, .field = nullptr, .index = index});
  return column;
}

void TradeoffColumn::add(const pre::FieldSource& field, TradeoffCondition where) {
  std::optional<std::size_t> index;
  if (!field.column.empty()) {
    index = csv_->column(field.column);
    if (!index) return;
  }
  sources_.push_back({.where = std::move(where), .field = &field, .index = index});
}

std::string_view TradeoffColumn::text_of(const Source& source) {
  if (source.field == nullptr) return csv_->row()[*source.index].text;
  if (source.index) {
    const std::string_view text = csv_->row()[*source.index].text;
    if (source.field->values.empty()) return text;
    const auto meaning = source.field->values.find(std::string(text));
    return meaning == source.field->values.end() ? text : std::string_view(meaning->second);
  }
  const std::string& text = source.field->text;
  if (text.find('{') == std::string::npos) return text;
  made_ = text;
  for (const std::string& name : pre::columns_in(text)) {
    const auto index = csv_->column(name);
    const std::string braced = "{" + name + "}";
    made_.replace(made_.find(braced), braced.size(),
                  index ? csv_->row()[*index].text : std::string_view());
  }
  return made_;
}

std::string_view TradeoffColumn::text() {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i].where.holds(*csv_)) continue;
    const std::string_view text = text_of(sources_[i]);
    if (text.empty()) continue;
    last_ = i;
    return text;
  }
  return {};
}

Result<double> TradeoffColumn::number() {
  const std::string_view said = text();
  if (said.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (said != number_text_) {
    const auto value = parse_number(said);
    if (!value || !std::isfinite(*value)) {
      return error("is not a number; leave the cell empty where it is not known");
    }
    number_text_ = said;
    number_ = *value;
  }
  const Source& source = sources_[last_];
  const bool scaled = source.field != nullptr && source.field->factor;
  return scaled ? number_ * *source.field->factor : number_;
}

Error TradeoffColumn::error(std::string_view what) const {
  const Source& source = sources_[last_];
  if (!source.index)
    return {fmt::format("{}: {} {}", source.field->origin, quoted(source.field->text), what)};
  const CsvField& field = csv_->row()[*source.index];
  return csv_->error_at(
      field, fmt::format("{}: {} {}", csv_->header()[*source.index], quoted(field.text), what));
}

}  // namespace joulecast::cli
