// joulecast's own projection on the deepgreen trainings (24 runs x 30 epochs of GPU joules, each
// with its evaluation): the figures of the table in METHODS.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "joulecast/step/online_projector.h"
#include "shared_data.h"

namespace joulecast {
namespace {

struct Piece {
  double joules = 0.0, seconds = 0.0;
};
struct TrainedEpoch {
  Piece training, evaluation;
};
using Training = std::vector<TrainedEpoch>;

std::map<std::string, Training> read_deepgreen() {
  std::map<std::string, Training> runs;
  auto file = open_file(shared_data() / "deepgreen/epochs.csv");
  auto csv = CsvReader::open(LineReader(std::move(file).value()));
  const auto at = [&](const char* name) { return csv->need_column(name).value(); };
  const std::size_t framework = at("framework"), model = at("model"), dataset = at("dataset"),
                    phase = at("phase"), epoch = at("epoch"), energy = at("gpu_energy_j"),
                    duration = at("duration_s");
  while (csv->next() == LineReader::Step::kLine) {
    const auto& row = csv->row();
    std::string key(row[framework].text);
    key.append("/").append(row[model].text).append("/").append(row[dataset].text);
    Training& run = runs[key];
    const auto index = static_cast<std::size_t>(csv->number(epoch).value()) - 1;
    if (run.size() <= index) run.resize(index + 1);
    Piece& piece = row[phase].text == "eval" ? run[index].evaluation : run[index].training;
    piece.joules += csv->number(energy).value();
    piece.seconds += csv->number(duration).value();
  }
  return runs;
}

// One forecast beside the outcome.
struct Judged {
  double error = 0.0;  // absolute, relative
  bool covered = false;
};

// What is forecast after each epoch: of the energies or of the durations.
struct Track {
  std::vector<Judged> energy, duration;
};

template <typename Q>
Judged judge(const Estimate<Q>& estimate, double outcome) {
  return {.error = std::abs(estimate.value.value() / outcome - 1.0),
          .covered = estimate.low->value() <= outcome && outcome <= estimate.high->value()};
}

Track track(const Training& training) {
  step::OnlinePlan plan;
  plan.total_work = static_cast<double>(training.size());
  plan.power_limit = Watts(350.0);  // of an L40S
  const auto projector = std::move(step::OnlineProjector::create(plan)).value();
  std::vector<Forecast> forecasts;
  Epoch epoch;
  double total_j = 0.0;
  for (const TrainedEpoch& trained : training) {
    ++epoch.number;
    epoch.start_s = epoch.end_s;
    epoch.end_s += trained.training.seconds + trained.evaluation.seconds;
    epoch.energy = Joules(trained.training.joules + trained.evaluation.joules);
    epoch.evaluation = Evaluation{.start_s = epoch.end_s - trained.evaluation.seconds,
                                  .end_s = epoch.end_s,
                                  .energy = Joules(trained.evaluation.joules)};
    total_j += epoch.energy->value();
    forecasts.push_back(projector->add(epoch));
  }
  Track track;
  for (const Forecast& forecast : forecasts) {
    track.energy.push_back(judge(*forecast.energy, total_j));
    track.duration.push_back(judge(*forecast.duration, epoch.end_s));
  }
  return track;
}

double median_error_percent(const std::vector<Track>& tracks, std::vector<Judged> Track::*of,
                            std::size_t epochs_seen) {
  std::vector<double> errors;
  for (const Track& one : tracks) errors.push_back(100.0 * (one.*of)[epochs_seen - 1].error);
  std::sort(errors.begin(), errors.end());
  const std::size_t half = errors.size() / 2;
  return 0.5 * (errors[half - 1] + errors[half]);
}

// From the second epoch on, the last apart: then all is spent.
double covered_percent(const std::vector<Track>& tracks, std::vector<Judged> Track::*of) {
  std::size_t all = 0;
  std::size_t covered = 0;
  for (const Track& one : tracks) {
    const auto& judged = one.*of;
    for (std::size_t k = 1; k + 1 < judged.size(); ++k) {
      ++all;
      covered += judged[k].covered ? 1U : 0U;
    }
  }
  return 100.0 * static_cast<double>(covered) / static_cast<double>(all);
}

TEST(OnlineOnDeepgreen, MedianErrorsAndCoverage) {
  JOULECAST_NEEDS_SHARED_DATA("deepgreen/epochs.csv");
  std::vector<Track> tracks;
  for (const auto& [key, training] : read_deepgreen()) tracks.push_back(track(training));
  ASSERT_EQ(tracks.size(), 24U);
  EXPECT_NEAR(median_error_percent(tracks, &Track::energy, 3), 0.98, 0.02);
  EXPECT_NEAR(median_error_percent(tracks, &Track::energy, 5), 0.67, 0.02);
  EXPECT_NEAR(median_error_percent(tracks, &Track::energy, 15), 0.30, 0.02);
  EXPECT_NEAR(median_error_percent(tracks, &Track::duration, 3), 1.24, 0.02);
  EXPECT_NEAR(median_error_percent(tracks, &Track::duration, 5), 0.93, 0.02);
  EXPECT_NEAR(median_error_percent(tracks, &Track::duration, 15), 0.29, 0.02);
  for (const auto of : {&Track::energy, &Track::duration}) {
    const double covered = covered_percent(tracks, of);
    EXPECT_GE(covered, 85.0);
    EXPECT_LE(covered, 97.0);
    RecordProperty(of == &Track::energy ? "energy_covered" : "duration_covered",
                   std::to_string(covered));
  }
}

}  // namespace
}  // namespace joulecast
