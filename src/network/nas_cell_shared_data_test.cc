// All cells of EC-NAS-Bench. They are not in the repository: skipped without (see
// $JOULECAST_SHARED_DATA).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/byte_source.h"
#include "base/csv.h"
#include "network/nas_cell.h"

namespace joulecast::network {
namespace {

std::filesystem::path recordings() {
  const char* named = std::getenv("JOULECAST_SHARED_DATA");  // NOLINT(concurrency-mt-unsafe)
  const auto folder = named != nullptr
                          ? std::filesystem::path(named)
                          : std::filesystem::path(JOULECAST_SOURCE_DIR) / "../shared/data";
  return folder / "ecnas/runs.csv.gz";
}

TEST(NasCell, EveryRecordedCellHasItsRecordedParameters) {
  if (!std::filesystem::exists(recordings())) GTEST_SKIP() << "no " << recordings();
  auto file = open_file(recordings());
  ASSERT_TRUE(file.ok());
  auto csv = CsvReader::open(LineReader(std::move(file).value()));
  ASSERT_TRUE(csv.ok()) << csv.error().message;
  const auto text = [&](const char* column) {
    return std::string(csv->row()[*csv->column(column)].text);
  };
  int rows = 0;
  while (csv->next() == LineReader::Step::kLine) {
    const auto network = nas_cell("cell " + text("adjacency") + " " + text("labels"));
    ASSERT_TRUE(network.ok()) << network.error().message;
    ASSERT_EQ(totals(*network).parameters, *csv->number(*csv->column("parameters")))
        << network->name;
    ++rows;
  }
  constexpr int kRows = 2453;
  EXPECT_EQ(rows, kRows);
}

}  // namespace
}  // namespace joulecast::network
