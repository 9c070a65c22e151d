// The published stability method on the 150 traces of seaa2023, against what the reference library
// gave (fluss_golden.csv: m = L = 10, excl_factor = 3, n_regimes = 2, unparsable rows dropped).
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "base/csv.h"
#include "joulecast/readers/reader.h"
#include "joulecast/step/fluss.h"
#include "joulecast/step/matrix_profile.h"
#include "shared_data.h"

namespace joulecast {
namespace {

TEST(FlussOnSeaa2023, EveryTraceHasTheGoldenRegimeAndSums) {
  JOULECAST_NEEDS_SHARED_DATA("seaa2023/fluss_golden.csv");
  const auto folder = shared_data() / "seaa2023";
  auto golden =
      CsvReader::open(LineReader(std::move(open_file(folder / "fluss_golden.csv")).value()));
  ASSERT_TRUE(golden) << golden.error().message;
  const auto at = [&](const char* name) { return golden->need_column(name).value(); };
  const std::size_t architecture = at("architecture"), file = at("file"), samples = at("samples"),
                    broken = at("rows_not_parsed"), index = at("regime_index"),
                    cac = at("cac_at_regime"), watts = at("sum_of_watts"),
                    profile_sum = at("sum_of_matrix_profile");
  std::size_t traces = 0;
  while (golden->next() == LineReader::Step::kLine) {
    const auto& row = golden->row();
    const auto path = folder / "rtx3090" / row[architecture].text / row[file].text;
    SCOPED_TRACE(path.string());
    const auto number = [&](std::size_t column) { return golden->number(column).value(); };
    const auto loaded = readers::load_run(path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_EQ(loaded->run.traces.size(), 1U);
    const auto& power_w = loaded->run.traces[0].power_w;
    ASSERT_EQ(power_w.size(), static_cast<std::size_t>(number(samples)));
    EXPECT_EQ(loaded->report.bad_rows, static_cast<std::uint64_t>(number(broken)));
    const double sum_w = std::accumulate(power_w.begin(), power_w.end(), 0.0);
    EXPECT_NEAR(sum_w / number(watts), 1.0, 1e-9);

    const auto profile = step::matrix_profile(power_w, 10);
    ASSERT_TRUE(profile) << profile.error().message;
    const double sum = std::accumulate(profile->distance.begin(), profile->distance.end(), 0.0);
    EXPECT_NEAR(sum / number(profile_sum), 1.0, 1e-9);

    const auto fluss = step::fluss(profile->index, {.length = 10, .exclusion_factor = 3});
    ASSERT_TRUE(fluss) << fluss.error().message;
    ASSERT_EQ(fluss->changes.size(), 1U);
    EXPECT_EQ(fluss->changes[0].index, static_cast<std::size_t>(number(index)));
    EXPECT_NEAR(fluss->changes[0].cac, number(cac), 1e-6);
    ++traces;
  }
  EXPECT_EQ(traces, 150U);
}

}  // namespace
}  // namespace joulecast
