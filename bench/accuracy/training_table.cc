#include "training_table.h"

#include <array>
#include <map>
#include <string>
#include <utility>

#include "base/csv.h"
#include "retimed.h"

namespace joulecast::accuracy {
namespace {

constexpr Watts kL40sLimit{350.0};  // the GPU of all these trainings (its data sheet)

struct Row {
  std::string training;
  bool evaluation = false;
  std::size_t epoch = 0;
  double seconds = 0.0, joules = 0.0;
};

Result<CsvReader> open_table(const std::filesystem::path& file) {
  auto opened = open_file(file);
  if (!opened) return opened.error();
  return CsvReader::open(LineReader(std::move(opened).value()));
}

Result<std::vector<Row>> read_rows(CsvReader& csv) {
  constexpr std::array kNames = {"framework", "model",      "dataset",     "phase",
                                 "epoch",     "duration_s", "gpu_energy_j"};
  std::array<std::size_t, kNames.size()> at{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto column = csv.need_column(kNames[i]);
    if (!column) return column.error();
    at[i] = *column;
  }
  std::vector<Row> rows;
  while (csv.next() == LineReader::Step::kLine) {
    if (!csv.complete()) continue;
    const auto& fields = csv.row();
    const auto epoch = csv.number(at[4]);
    const auto seconds = csv.number(at[5]);
    const auto joules = csv.number(at[6]);
    for (const auto* number : {&epoch, &seconds, &joules}) {
      if (!*number) return number->error();
    }
    if (*epoch < 1.0) return csv.error_at(fields[at[4]], "epochs count from 1");
    Row row;
    row.training = std::string(fields[at[0]].text) + "/" + std::string(fields[at[1]].text) + "/" +
                   std::string(fields[at[2]].text);
    row.evaluation = fields[at[3]].text == "eval";
    row.epoch = static_cast<std::size_t>(*epoch);
    row.seconds = *seconds;
    row.joules = *joules;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

bool is_training_table(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) return false;
  const auto csv = open_table(file);
  return csv && csv->column("framework") && csv->column("phase") && csv->column("gpu_energy_j");
}

Result<std::vector<NamedRun>> read_training_table(const std::filesystem::path& file) {
  auto csv = open_table(file);
  if (!csv) return csv.error();
  const auto rows = read_rows(*csv);
  if (!rows) return rows.error();
  std::map<std::string, std::vector<Block>> trainings;
  for (const Row& row : *rows) {
    std::vector<Block>& blocks = trainings[row.training];
    if (blocks.size() < row.epoch) blocks.resize(row.epoch);
    Piece& piece =
        row.evaluation ? blocks[row.epoch - 1].evaluation : blocks[row.epoch - 1].training;
    piece.joules += row.joules;
    piece.seconds += row.seconds;
  }
  std::vector<NamedRun> runs;
  for (const auto& [name, blocks] : trainings) {
    NamedRun run;
    run.name = name;
    run.run.epochs = epochs_of(blocks);
    run.power_limit = kL40sLimit;
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace joulecast::accuracy
