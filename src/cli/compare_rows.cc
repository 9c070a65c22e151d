#include "cli/compare_rows.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/csv.h"
#include "base/text.h"
#include "cli/tradeoff_columns.h"
#include "cli/tradeoff_facts.h"
#include "joulecast/analysis/table_comparison.h"
#include "joulecast/hardware/gpu.h"
#include "pre/recognise.h"

namespace joulecast::cli {
namespace {

Result<CsvReader> open_csv(const std::string& file) {
  auto source = open_file(file);
  if (!source) return source.error();
  return CsvReader::open(LineReader(std::move(source).value()));
}

Result<pre::Mapping> mapping_of(const std::string& said, const CsvReader& csv) {
  if (said.empty()) {
    const auto found = pre::recognise(csv.header(), csv.lines().name());
    if (!found) return found.error();
    return **found;
  }
  if (const pre::Mapping* known = pre::find_mapping(said)) return *known;
  std::ifstream file(said);
  if (!file)
    return Error{fmt::format("--columns {}: no such file or built-in mapping", quoted(said))};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return pre::parse_mapping(text, said);
}

// Adds the rows of one table.
class Rows {
 public:
  Rows(const pre::Mapping& mapping, CsvReader& csv, const std::string& groups)
      : csv_(csv), facts_(&mapping, csv) {
    const auto column = [&](const char* field) {
      return TradeoffColumn::of_field(&mapping, csv, field);
    };
    gpu_ = column("gpu");
    gpus_ = column("gpus");
    limit_ = column("power_limit");
    memory_ = column("host_memory");
    meter_ = column("meter");
    static constexpr std::array kSetUp = {"gpu",        "network",    "dataset",
                                          "batch_size", "image_size", "host_memory"};
    if (groups == "configuration") {
      for (const char* field : kSetUp) add_group(column(field));
    } else if (groups != "none") {
      auto named = column(groups.c_str());
      add_group(named ? std::move(named) : column("network"));
    }
  }

  Status add_all(analysis::Comparison& comparison, std::size_t& unknown) {
    LineReader::Step step = LineReader::Step::kLine;
    while ((step = csv_.next()) == LineReader::Step::kLine) {
      if (csv_.row().size() != csv_.header().size()) {
        return csv_.error_at(csv_.row().back(),
                             fmt::format("the row has {} fields and the header {}",
                                         csv_.row().size(), csv_.header().size()));
      }
      if (Status status = add_row(comparison, unknown); !status) return status;
    }
    return step == LineReader::Step::kError ? Status(csv_.error()) : Status();
  }

 private:
  void add_group(std::optional<TradeoffColumn> column) {
    if (column) groups_.push_back(std::move(*column));
  }

  Status add_row(analysis::Comparison& comparison, std::size_t& unknown) {
    const auto facts = facts_.read();
    if (!facts) return facts.error();
    if (std::isnan(facts->epoch_energy_j) || std::isnan(facts->epoch_time_s)) {
      ++unknown;
      return {};
    }
    analysis::MeasuredTraining training;
    training.name = fmt::format("row {}", csv_.lines().line_number());
    training.energy = Joules(facts->epoch_energy_j);
    training.duration = Seconds(facts->epoch_time_s);
    if (facts->flops > 0.0) training.facts.flops = Flops(facts->flops);
    if (Status status = add_machine(training); !status) return status;
    for (TradeoffColumn& column : groups_) {
      training.group += training.group.empty() ? "" : " ";
      training.group += column.text();
    }
    // Five folds, as for fewer rows.
    constexpr std::size_t kFolds = 5;
    if (groups_.empty()) training.group = fmt::format("fold {}", comparison.size() % kFolds);
    comparison.add(training, analysis::formula_answers(training));
    return {};
  }

  // NaN or 0: not known.
  static Result<double> number_of(std::optional<TradeoffColumn>& column, double otherwise) {
    if (!column) return otherwise;
    const auto number = column->number();
    if (!number) return number.error();
    return *number > 0.0 ? *number : otherwise;
  }

  Status add_machine(analysis::MeasuredTraining& training) {
    const auto gpus = number_of(gpus_, 1.0);
    const auto limit = number_of(limit_, 0.0);
    const auto memory = number_of(memory_, 0.0);
    for (const auto* number : {&gpus, &limit, &memory}) {
      if (!*number) return number->error();
    }
    training.facts.gpus = *gpus;
    if (*limit > 0.0) training.facts.gpu_power_limit = Watts(*limit);
    if (*memory > 0.0) training.facts.memory_gb = *memory;
    if (gpu_) training.facts.gpu_tdp = tdp_of(gpu_->text());
    training.scope.memory = meter_ && meter_->text().find("ram") != std::string_view::npos;
    return {};
  }

  // Rows of one GPU mostly follow each other.
  std::optional<Watts> tdp_of(std::string_view gpu) {
    if (gpu == last_gpu_) return last_tdp_;
    const auto found = hardware::find_gpu(gpu);
    last_gpu_ = gpu;
    last_tdp_ = found ? std::optional(found->tdp) : std::nullopt;
    return last_tdp_;
  }

  CsvReader& csv_;
  TradeoffFactReader facts_;
  std::optional<TradeoffColumn> gpu_, gpus_, limit_, memory_, meter_;
  std::vector<TradeoffColumn> groups_;
  std::string last_gpu_;
  std::optional<Watts> last_tdp_;
};

}  // namespace

Result<std::size_t> rows_of(const std::vector<std::string>& files) {
  std::size_t rows = 0;
  for (const std::string& file : files) {
    auto csv = open_csv(file);
    if (!csv) return csv.error();
    while (rows <= kMostFittedRows && csv->next() == LineReader::Step::kLine) ++rows;
  }
  return rows;
}

Result<ComparedRuns> compare_rows(const std::vector<std::string>& files, const std::string& columns,
                                  const std::string& groups) {
  ComparedRuns compared;
  std::size_t unknown = 0;
  for (const std::string& file : files) {
    auto csv = open_csv(file);
    if (!csv) return csv.error();
    const auto mapping = mapping_of(columns, *csv);
    if (!mapping) return mapping.error();
    Rows rows(*mapping, *csv, groups);
    if (Status status = rows.add_all(compared.comparison, unknown); !status) return status.error();
  }
  if (compared.comparison.size() == 0) {
    return Error{"no row says both energy and time of an epoch"};
  }
  compared.comparison.fit_flops_only();
  analysis::tell_of_epochs(compared.comparison);
  compared.notes.push_back(
      fmt::format("more than {} rows: nothing was fitted on them but flops-only", kMostFittedRows));
  if (unknown > 0) {
    compared.notes.push_back(
        fmt::format("{} rows left out: energy or time of an epoch is not known", unknown));
  }
  return compared;
}

}  // namespace joulecast::cli
