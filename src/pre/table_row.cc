#include "pre/table_row.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "base/text.h"
#include "joulecast/network/named.h"
#include "joulecast/pre/settings.h"
#include "pre/measured_fields.h"

namespace joulecast::pre {
namespace {

bool measured(const Observation& row) {
  return row.power || row.epoch_energy || row.stable_epoch_energy || row.epoch_time;
}

bool is_extra(std::string_view field) {
  return std::any_of(extra_fields().begin(), extra_fields().end(),
                     [&](const ExtraField& extra) { return extra.name == field; });
}

// What an estimate changes by, and a table is most likely silent on.
bool is_told(std::string_view setting) {
  constexpr std::array<std::string_view, 4> kTold = {"val_size", "precision", "optimizer",
                                                     "pipeline"};
  return std::find(kTold.begin(), kTold.end(), setting) != kTold.end();
}

}  // namespace

std::string file_of(const CsvReader& csv) {
  return std::filesystem::path(csv.lines().name()).filename().string();
}

RowReader::RowReader(const Mapping& mapping, const CsvReader& csv)
    : mapping_(mapping),
      csv_(csv),
      file_name_(to_lower(file_of(csv))),
      left_out_(mapping.leave_out.size() + 1) {
  for (std::size_t i = 0; i < csv.header().size(); ++i) {
    columns_.emplace(to_lower(csv.header()[i]), i);
  }
}

Result<RowReader> RowReader::open(const Mapping& mapping, const CsvReader& csv) {
  for (const std::string& column : mapping.needed_columns()) {
    if (const auto found = csv.need_column(column); !found) return found.error();
  }
  return RowReader(mapping, csv);
}

// Empty where the table has no such column.
std::string_view RowReader::cell(const std::string& column) const {
  const auto found = columns_.find(to_lower(column));
  return found == columns_.end() ? std::string_view() : csv_.row()[found->second].text;
}

bool RowReader::holds(const std::vector<Condition>& where) const {
  return std::all_of(where.begin(), where.end(), [&](const Condition& condition) {
    const bool file = condition.column == kFileName;
    return std::any_of(condition.any_of.begin(), condition.any_of.end(),
                       [&](const std::string& text) {
                         if (file) return file_name_.find(to_lower(text)) != std::string::npos;
                         return cell(condition.column) == text;
                       });
  });
}

std::string RowReader::place_of(const FieldSource& source) const {
  const auto found = columns_.find(to_lower(source.column));
  if (source.column.empty() || found == columns_.end()) return source.origin;
  return csv_.error_at(csv_.row()[found->second], source.column).message;
}

// None: the cell is empty.
Result<std::optional<RowReader::Value>> RowReader::value_of(const FieldSource& source) const {
  if (source.column.empty()) {
    std::string text = source.text;
    for (const std::string& column : columns_in(source.text)) {
      const std::string name = "{" + column + "}";
      text.replace(text.find(name), name.size(), cell(column));
    }
    return std::optional(Value{text, text, place_of(source)});
  }
  const std::string said(cell(source.column));
  if (said.empty()) return std::optional<Value>();
  std::string text = said;
  if (const auto meaning = source.values.find(text); meaning != source.values.end()) {
    text = meaning->second;
  }
  if (source.factor) {
    const auto number = parse_number(text);
    if (!number) {
      return Error{fmt::format("{}: {} is not a number", place_of(source), quoted(text))};
    }
    text = fmt::format("{}", *number * *source.factor);
  }
  return std::optional(Value{std::move(text), said, place_of(source)});
}

Status RowReader::add(const Fields& fields) {
  for (const auto& [field, source] : fields) {
    auto value = value_of(source);
    if (!value) return value.error();
    if (*value) values_.insert_or_assign(field, std::move(**value));
  }
  return {};
}

bool RowReader::leave_out() {
  for (std::size_t i = 0; i < mapping_.leave_out.size(); ++i) {
    if (!holds(mapping_.leave_out[i].where)) continue;
    ++left_out_[i];
    return true;
  }
  return false;
}

std::string RowReader::value(std::string_view field, const std::string& otherwise) const {
  const auto found = values_.find(field);
  return found == values_.end() ? otherwise : found->second.text;
}

Result<std::optional<double>> RowReader::number(std::string_view field) const {
  const auto found = values_.find(field);
  if (found == values_.end()) return std::optional<double>();
  const auto value = parse_number(found->second.text);
  if (value && std::isfinite(*value) && *value > 0.0) return value;
  return Error{
      fmt::format("{}: {} must be a number above 0; leave the cell empty where it is not known",
                  found->second.origin, quoted(found->second.said))};
}

// Nothing can be estimated of a training of which neither the network nor its FLOPs are known.
Error RowReader::which_network() const {
  const auto field = mapping_.fields.find("network");
  const std::string column = field == mapping_.fields.end() ? "" : field->second.column;
  if (column.empty() || !columns_.contains(to_lower(column))) {
    return Error{fmt::format(
        "{}:1: which network? the table has no column {}: add it (a name of 'joulecast network "
        "--list' or a file), or gflops and image_size",
        csv_.lines().name(), quoted(column.empty() ? "network" : column))};
  }
  return csv_.error_at(csv_.row()[columns_.find(to_lower(column))->second],
                       fmt::format("which network? this row's {} is empty", quoted(column)));
}

Result<SetUp> RowReader::set_up() {
  SaidSettings said;
  for (const auto& [field, value] : values_) {
    if (!is_extra(field)) said.emplace(field, Said{value.text, value.origin});
  }
  // Some tables describe a network only by its FLOPs.
  const bool named = said.contains("network");
  if (!named && !values_.contains("gflops")) return which_network();
  if (!named) said.emplace("network", Said{"not named", ""});
  auto read = set_up_of(said);
  if (!read) return read.error();
  if (!named) read->set_up.network.clear();
  assumed_.clear();
  for (const Setting& setting : settings()) {
    if (is_told(setting.name) && !said.contains(setting.name)) {
      assumed_.emplace_back(setting.otherwise);
    }
  }
  if (read->set_up.gpu.empty()) {
    return csv_.error_at(csv_.row().front(), "which GPU? this row names none");
  }
  return std::move(read->set_up);
}

Result<std::optional<RowReader::Row>> RowReader::read() {
  if (csv_.row().size() != csv_.header().size()) {
    return csv_.error_at(csv_.row().back(), fmt::format("the row has {} fields and the header {}",
                                                        csv_.row().size(), csv_.header().size()));
  }
  if (leave_out()) return std::optional<Row>();
  values_.clear();
  if (Status status = add(mapping_.fields); !status) return status.error();
  for (const When& rule : mapping_.when) {
    if (!holds(rule.where)) continue;
    if (Status status = add(rule.fields); !status) return status.error();
  }
  auto said = set_up();
  if (!said) return said.error();
  Row row;
  row.observation.set_up = std::move(said).value();
  const NumberOf number_of = [this](std::string_view field) { return number(field); };
  const std::string place = fmt::format("{}:{}", csv_.lines().name(), csv_.lines().line_number());
  if (Status status = set_measured(row.observation, number_of, place); !status) {
    return status.error();
  }
  if (const Status status = check_measured(row.observation); !status) {
    return csv_.lines().error_at(0, status.error().message);
  }
  row.observation.source = value("source", mapping_.name);
  row.observation.set_up.stack = row.observation.source;
  row.observation.meter = value("meter", "");
  if (!measured(row.observation)) {
    ++left_out_.back();
    return std::optional<Row>();
  }
  const bool said_architecture = values_.contains("architecture");
  row.architecture = said_architecture ? value("architecture", "")
                                       : architecture_of(row.observation.set_up.network);
  ++kept_;
  for (const std::string& assumption : assumed_) ++assumptions_[assumption];
  return std::optional(std::move(row));
}

// A look-up goes through all names, and tables ask for the same again and again.
const std::string& RowReader::architecture_of(const std::string& network) {
  const auto found = architectures_.find(network);
  if (found != architectures_.end()) return found->second;
  return architectures_.emplace(network, network::architecture_of(network)).first->second;
}

std::vector<std::string> RowReader::notes() const {
  std::vector<std::pair<std::string, std::int64_t>> reasons;  // rules may share one
  for (std::size_t i = 0; i < left_out_.size(); ++i) {
    if (left_out_[i] == 0) continue;
    const std::string why =
        i < mapping_.leave_out.size() ? mapping_.leave_out[i].why : "nothing measured in them";
    const auto same = std::find_if(reasons.begin(), reasons.end(),
                                   [&](const auto& reason) { return reason.first == why; });
    if (same == reasons.end()) {
      reasons.emplace_back(why, left_out_[i]);
    } else {
      same->second += left_out_[i];
    }
  }
  const std::string name = file_of(csv_);
  std::vector<std::string> notes;
  for (const auto& [why, rows] : reasons) {
    notes.push_back(fmt::format("{}: {} rows left out: {}", name, rows, why));
  }
  std::vector<std::string> assumed;
  for (const auto& [what, rows] : assumptions_) {
    assumed.push_back(rows == kept_ ? what : fmt::format("{} ({} of {} rows)", what, rows, kept_));
  }
  if (!assumed.empty()) {
    notes.push_back(
        fmt::format("{}: not said in the table, and assumed: {}", name, fmt::join(assumed, ", ")));
  }
  return notes;
}

}  // namespace joulecast::pre
