// The published rules on the deepgreen trainings (24 runs x 30 epochs, train + eval GPU joules):
// the figures of the table in METHODS.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/csv.h"
#include "joulecast/step/projector.h"
#include "shared_data.h"

namespace joulecast {
namespace {

using EnergyPerEpoch = std::vector<double>;

std::map<std::string, EnergyPerEpoch> read_deepgreen() {
  std::map<std::string, EnergyPerEpoch> runs;
  auto file = open_file(shared_data() / "deepgreen/epochs.csv");
  auto csv = CsvReader::open(LineReader(std::move(file).value()));
  const auto at = [&](const char* name) { return csv->need_column(name).value(); };
  const std::size_t framework = at("framework"), model = at("model"), dataset = at("dataset"),
                    epoch = at("epoch"), energy = at("gpu_energy_j");
  while (csv->next() == LineReader::Step::kLine) {
    const auto& row = csv->row();
    std::string key(row[framework].text);
    key.append("/").append(row[model].text).append("/").append(row[dataset].text);
    EnergyPerEpoch& run = runs[key];
    const auto index = static_cast<std::size_t>(csv->number(epoch).value()) - 1;
    if (run.size() <= index) run.resize(index + 1, 0.0);
    run[index] += csv->number(energy).value();
  }
  return runs;
}

struct Errors {
  double median, p90, max;
};

// Absolute relative errors of the total, in per cent, as numpy's percentile has them.
Errors errors(const std::map<std::string, EnergyPerEpoch>& runs, step::PublishedMethod method,
              const step::PublishedOptions& options) {
  std::vector<double> all;
  for (const auto& [key, energies_j] : runs) {
    const step::Told told{.epochs = static_cast<double>(energies_j.size()),
                          .epochs_from = "planned",
                          .duration = {},
                          .duration_from = ""};
    auto projector = std::move(step::make_published(method, told, options)).value();
    double total_j = 0.0;
    Forecast last;
    Epoch epoch;
    for (const double energy_j : energies_j) {
      epoch.start_s = epoch.end_s;
      epoch.end_s += 1.0;
      epoch.energy = Joules(energy_j);
      last = projector->add(epoch);
      total_j += energy_j;
    }
    all.push_back(100.0 * std::abs(last.energy->value.value() / total_j - 1.0));
  }
  std::sort(all.begin(), all.end());
  const auto percentile = [&](double p) {
    const double place = p * static_cast<double>(all.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, all.size() - 1);
    return all[below] + (place - static_cast<double>(below)) * (all[above] - all[below]);
  };
  return {.median = percentile(0.5), .p90 = percentile(0.9), .max = all.back()};
}

TEST(PublishedOnDeepgreen, StepTenPlusFive) {
  JOULECAST_NEEDS_SHARED_DATA("deepgreen/epochs.csv");
  const auto runs = read_deepgreen();
  ASSERT_EQ(runs.size(), 24U);
  const Errors step = errors(runs, step::PublishedMethod::kStepEpoch, {});
  EXPECT_NEAR(step.median, 0.27, 0.005);
  EXPECT_NEAR(step.p90, 1.02, 0.005);
  EXPECT_NEAR(step.max, 1.29, 0.005);
}

TEST(PublishedOnDeepgreen, FirstEpochs) {
  JOULECAST_NEEDS_SHARED_DATA("deepgreen/epochs.csv");
  const auto runs = read_deepgreen();
  const Errors first = errors(runs, step::PublishedMethod::kFirstEpochs, {});
  EXPECT_NEAR(first.median, 6.85, 0.005);
  EXPECT_NEAR(first.p90, 56.5, 0.05);
  EXPECT_NEAR(first.max, 59.3, 0.05);
  const Errors three =
      errors(runs, step::PublishedMethod::kFirstEpochs,
             {.first_epochs = 3, .stabilizing_epochs = 0, .window = 1, .coverage = 0.9});
  EXPECT_NEAR(three.median, 3.05, 0.005);
  EXPECT_NEAR(three.p90, 16.8, 0.05);
  EXPECT_NEAR(three.max, 18.9, 0.05);
}

}  // namespace
}  // namespace joulecast
