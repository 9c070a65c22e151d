#include <fmt/format.h>

#include <string_view>

#include "base/csv.h"
#include "base/text.h"
#include "cli/compare_facts.h"

namespace joulecast::cli {
namespace {

std::string without_endings(std::string name) {
  for (const char* ending : {".gz", ".csv", ".log", ".jsonl", ".txt"}) {
    if (name.ends_with(ending)) name.resize(name.size() - std::string_view(ending).size());
  }
  return name;
}

}  // namespace

Result<FactsTable> FactsTable::read(const std::filesystem::path& file) {
  auto source = open_file(file);
  if (!source) return source.error();
  auto csv = CsvReader::open(LineReader(std::move(source).value()));
  if (!csv) return csv.error();
  const auto run = csv->need_column("run");
  if (!run) return run.error();
  std::vector<std::string> names;
  for (const std::string& column : csv->header()) {
    names.push_back(fact_name(column));
    if (names.back() == "run") continue;
    if (Status status = check_fact_name(names.back(), file.string()); !status)
      return status.error();
  }
  FactsTable table;
  table.folder_ = file.parent_path();
  LineReader::Step step = LineReader::Step::kLine;
  while ((step = csv->next()) == LineReader::Step::kLine) {
    const auto& row = csv->row();
    if (row.size() != names.size()) {
      return csv->error_at(row.back(), fmt::format("the row has {} fields and the header {}",
                                                   row.size(), names.size()));
    }
    const std::string name(row[*run].text);
    const std::string origin = fmt::format("{}:{}", file.string(), csv->lines().line_number());
    Facts facts;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i == *run || row[i].text.empty()) continue;
      facts.insert_or_assign(names[i], pre::Said{std::string(row[i].text), origin});
    }
    if (!table.rows_.emplace(name, std::move(facts)).second) {
      return csv->error_at(row[*run], fmt::format("{} has two rows", quoted(name)));
    }
    table.runs_.push_back(name);
  }
  if (step == LineReader::Step::kError) return csv->error();
  return table;
}

const Facts* FactsTable::find(const std::string& run) const {
  const auto normal = std::filesystem::path(run).lexically_normal();
  const auto path = normal.has_filename() ? normal : normal.parent_path();
  const std::string name = path.filename().string();
  const std::string parent = path.parent_path().filename().string();
  const std::string beside = path.lexically_relative(folder_.lexically_normal()).string();
  const std::string bare = without_endings(name);
  for (const std::string& key : {run, path.string(), beside, fmt::format("{}/{}", parent, name),
                                 fmt::format("{}/{}", parent, bare), name, bare}) {
    const auto found = rows_.find(key);
    if (found != rows_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace joulecast::cli
