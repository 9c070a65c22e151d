#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "step/level_series.h"

namespace joulecast::step {
namespace {

// A series of `count` units of the given level, all long after the start, with noise.
LevelSeries series_of(int count, double level, double noise, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal(0.0, noise);
  const LevelPriors priors = training_priors(std::nullopt, 0.0);
  LevelSeries series;
  for (int i = 0; i < count; ++i) {
    const double y = level + normal(generator);
    series.add({.log_rate = {y, y, 0.0}, .transient = 0.0, .work = 1.0}, priors);
  }
  return series;
}

TEST(LevelFit, FindsTheLevelOfNoise) {
  const LevelSeries series = series_of(200, 8.0, 0.01, 1);
  const LevelFit& fit = series.fits()[kEnergy];
  EXPECT_NEAR(fit.level + fit.correction, 8.0, 0.002);
  EXPECT_NEAR(std::sqrt(fit.interval_variance), 0.01, 0.002);
  EXPECT_NEAR(std::sqrt(fit.level_variance), 0.01 / std::sqrt(200.0), 0.0004);
  EXPECT_EQ(series.buffered(), 32U);
  EXPECT_EQ(series.main_units(), 199U);
}

TEST(LevelFit, OneOutlierHardlyMovesIt) {
  LevelSeries series = series_of(20, 8.0, 0.01, 2);
  const double before = series.fits()[kEnergy].level;
  series.add({.log_rate = {9.0, 9.0, 0.0}, .transient = 0.0, .work = 1.0},
             training_priors(std::nullopt, 0.0));
  EXPECT_NEAR(series.fits()[kEnergy].level, before, 0.001);
  EXPECT_GT(series.fits()[kEnergy].correction, 0.004) << "but the mean moves";
}

TEST(LevelFit, TheFirstUnitCountsLittle) {
  const LevelPriors priors = training_priors(std::nullopt, 0.0);
  LevelSeries series;
  for (const double y : {9.0, 8.0, 8.0}) {
    series.add({.log_rate = {y, y, 0.0}, .transient = 0.0, .work = 1.0}, priors);
  }
  EXPECT_NEAR(series.fits()[kEnergy].level, 8.0, 0.001);
}

TEST(LevelFit, FollowsASlowDrift) {
  const LevelPriors priors = training_priors(std::nullopt, 0.0);
  LevelSeries rising;
  for (int i = 0; i < 30; ++i) {
    const double y = 8.0 + 0.004 * i + (i % 2 == 0 ? 0.001 : -0.001);
    rising.add({.log_rate = {y, y, 0.0}, .transient = 0.0, .work = 1.0}, priors);
  }
  EXPECT_GT(rising.fits()[kEnergy].slow, 0.01);
  EXPECT_LT(std::abs(series_of(30, 8.0, 0.01, 3).fits()[kEnergy].slow), 0.005);
}

TEST(LevelFit, AUnitOfLittleWorkCountsLess) {
  const LevelPriors priors = training_priors(std::nullopt, 0.0);
  const auto level = [&](double work) {
    LevelSeries series;
    for (const double y : {8.0, 8.0, 8.01, 7.99}) {
      series.add({.log_rate = {y, y, 0.0}, .transient = 0.0, .work = 1.0}, priors);
    }
    series.add({.log_rate = {8.02, 8.02, 0.0}, .transient = 0.0, .work = work}, priors);
    return series.fits()[kEnergy].level;
  };
  EXPECT_GT(level(1.0), level(0.1));
}

}  // namespace
}  // namespace joulecast::step
