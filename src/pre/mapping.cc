#include "pre/mapping.h"

#include <set>

namespace joulecast::pre {
namespace {

void add_columns(const Fields& fields, bool optional, std::set<std::string>& columns) {
  for (const auto& [name, source] : fields) {
    if (source.optional && !optional) continue;
    if (!source.column.empty()) columns.insert(source.column);
    for (std::string& column : columns_in(source.text)) columns.insert(std::move(column));
  }
}

std::vector<std::string> columns_of(const Mapping& mapping, bool optional) {
  std::set<std::string> columns;
  add_columns(mapping.fields, optional, columns);
  for (const When& rule : mapping.when) {
    add_columns(rule.fields, optional, columns);
    for (const Condition& condition : rule.where) columns.insert(condition.column);
  }
  for (const LeaveOut& rule : mapping.leave_out) {
    for (const Condition& condition : rule.where) columns.insert(condition.column);
  }
  columns.erase(std::string(kFileName));
  return {columns.begin(), columns.end()};
}

}  // namespace

std::vector<std::string> Mapping::needed_columns() const { return columns_of(*this, false); }
std::vector<std::string> Mapping::columns() const { return columns_of(*this, true); }

const std::vector<ExtraField>& extra_fields() {
  static const std::vector<ExtraField> fields = {
      {"architecture", FieldKind::kText},
      {"meter", FieldKind::kText},
      {"source", FieldKind::kText},
      {"gflops", FieldKind::kNumber},
      {"steps_per_epoch", FieldKind::kNumber},
      {"power", FieldKind::kPower},
      {"epoch_energy", FieldKind::kEnergy},
      {"stable_epoch_energy", FieldKind::kEnergy},
      {"epoch_time", FieldKind::kTime},
      {"total_energy", FieldKind::kEnergy},
      {"total_time", FieldKind::kTime},
      {"step_time", FieldKind::kTime},
      {"throughput", FieldKind::kNumber},
      {"token_throughput", FieldKind::kNumber},
      {"global_batch", FieldKind::kNumber},
      {"iteration_time", FieldKind::kTime},
  };
  return fields;
}

std::vector<std::string> columns_in(std::string_view text) {
  std::vector<std::string> columns;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    columns.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return columns;
}

}  // namespace joulecast::pre
