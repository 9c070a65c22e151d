#include "carbon/tables.h"

#include <cassert>
#include <utility>

#include "base/csv.h"
#include "base/text.h"

namespace joulecast {
// The names are those of joulecast_embed().
// NOLINTBEGIN(readability-identifier-naming)
extern const std::string_view carbon_countries_csv;
extern const std::string_view carbon_cloud_regions_csv;
extern const std::string_view carbon_pue_csv;
// NOLINTEND(readability-identifier-naming)
}  // namespace joulecast

namespace joulecast::carbon {
namespace {

// A row of a table that is built in: its form was checked when it was made.
class Row {
 public:
  explicit Row(const CsvReader& table) : table_(table) {}
  std::string text(std::string_view column) const { return std::string(field(column)); }
  double number(std::string_view column) const { return parse_number(field(column)).value_or(0.0); }
  int year() const { return static_cast<int>(parse_integer(field("year")).value_or(0)); }

 private:
  std::string_view field(std::string_view column) const {
    const auto index = table_.column(column);
    assert(index && *index < table_.row().size());
    return table_.row()[*index].text;
  }
  const CsvReader& table_;
};

template <typename MakeRow>
auto read_table(std::string_view csv, MakeRow make_row) {
  std::vector<decltype(make_row(std::declval<const Row&>()))> rows;
  auto table = CsvReader::open(LineReader(open_memory(csv)));
  if (!table) return rows;
  while (table->next() == LineReader::Step::kLine) rows.push_back(make_row(Row(*table)));
  return rows;
}

Country make_country(const Row& row) {
  return {.code2 = row.text("code2"),
          .code3 = row.text("code3"),
          .name = row.text("name"),
          .g_per_kwh = row.number("g_per_kwh"),
          .year = row.year(),
          .source = row.text("source")};
}

CloudRegion make_region(const Row& row) {
  return {.provider = row.text("provider"),
          .region = row.text("region"),
          .location = row.text("location"),
          .country = row.text("country"),
          .g_per_kwh = row.number("g_per_kwh"),
          .pue = std::nullopt,
          .year = row.year(),
          .source = row.text("source")};
}

PueRow make_pue(const Row& row) {
  return {.provider = row.text("provider"),
          .region = row.text("region"),
          .pue = row.number("pue"),
          .year = row.year(),
          .source = row.text("source")};
}

Tables read_tables() {
  Tables tables = {.countries = read_table(carbon_countries_csv, make_country),
                   .regions = read_table(carbon_cloud_regions_csv, make_region),
                   .pues = read_table(carbon_pue_csv, make_pue)};
  for (CloudRegion& region : tables.regions) {
    for (const PueRow& row : tables.pues) {
      if (row.provider == region.provider && row.region == region.region) region.pue = row.pue;
    }
  }
  return tables;
}

}  // namespace

const Tables& tables() {
  static const Tables tables = read_tables();
  return tables;
}

const PueRow* find_pue(std::string_view provider, std::string_view region) {
  const PueRow* of_provider = nullptr;
  for (const PueRow& row : tables().pues) {
    if (row.provider != provider) continue;
    if (row.region == region) return &row;
    if (row.region.empty()) of_provider = &row;
  }
  return of_provider;
}

std::span<const Country> countries() { return tables().countries; }
std::span<const CloudRegion> cloud_regions() { return tables().regions; }

}  // namespace joulecast::carbon
