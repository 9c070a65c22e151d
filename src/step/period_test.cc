#include "joulecast/step/period.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace joulecast::step {
namespace {

using testing::HasSubstr;

// How a generated training draws power. Fractions are of the epoch, watts are absolute.
struct Training {
  const char* name = "";
  double period_s = 60.0;
  int epochs = 40;
  double interval_s = 1.0;
  double high_w = 300.0;
  double low_w = 150.0;
  double duty = 0.75;         // share of the epoch at high_w; the rest is evaluation
  double noise_w = 3.0;       // white
  double slow_noise_w = 0.0;  // first order, 5 s
  double drift = 0.0;         // of the period, from first epoch to last, relative
  double jitter = 0.0;        // of each epoch's length, one standard deviation, relative
  double warm_up_w = 0.0;     // exponential, 5 minutes
  double harmonic_w = 0.0;    // a second and a third harmonic
  double gap_s = 0.0;         // idle at each epoch's end, part of the epoch
  int evaluate_every = 0;     // every so many epochs, an evaluation is put after the epoch,
  double evaluation = 0.0;    // so long (relative to the epoch)
  double missing = 0.0;       // share of the samples that are missing
  double hole_s = 0.0;        // one hole in the recording
  double quantum_w = 0.0;     // watts are multiples of this
  double idle_s = 0.0;        // idle before the first epoch
  double steps_w = 0.0;       // a fast ripple (training steps), 1.7 s
};

struct Generated {
  std::vector<double> time_s, power_w;
  double period_s = 0.0;  // mean length of the epochs, evaluations between them left out
  std::vector<double> starts_s;

  // Another training begins where this one ends.
  void append(const Generated& next) {
    const double end_s = time_s.back() + 1.0;
    for (const double t : next.time_s) time_s.push_back(end_s + t);
    power_w.insert(power_w.end(), next.power_w.begin(), next.power_w.end());
  }
};

Generated generate(const Training& training, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Generated trace;
  struct Piece {
    double from, to;
    bool epoch;
  };
  std::vector<Piece> pieces;
  double at = training.idle_s;
  double sum = 0.0;
  for (int e = 0; e < training.epochs; ++e) {
    const double progress = e / std::max(1.0, training.epochs - 1.0) - 0.5;
    const double length = training.period_s * (1.0 + training.drift * progress) *
                          (1.0 + training.jitter * std::clamp(normal(random), -3.0, 3.0));
    pieces.push_back({at, at + length, true});
    trace.starts_s.push_back(at);
    at += length;
    sum += length;
    if (training.evaluate_every > 0 && (e + 1) % training.evaluate_every == 0) {
      const double evaluation = training.evaluation * training.period_s;
      pieces.push_back({at, at + evaluation, false});
      at += evaluation;
    }
  }
  trace.period_s = sum / training.epochs;
  const double hole_at = at * 0.4;
  std::size_t piece = 0;
  double slow = 0.0;
  const double phase = uniform(random) * training.interval_s;
  double next_s = phase;
  while (next_s < at) {
    const double t = next_s;
    next_s += training.interval_s * (1.0 + 0.02 * (uniform(random) - 0.5));
    while (piece + 1 < pieces.size() && t >= pieces[piece].to) ++piece;
    double w = 60.0;
    if (t >= training.idle_s) {
      const Piece& p = pieces[piece];
      const double share = (t - p.from) / (p.to - p.from);
      if (!p.epoch) {
        w = training.low_w * 1.1;
      } else {
        w = share < training.duty ? training.high_w : training.low_w;
        w += training.harmonic_w * (std::sin(4 * std::numbers::pi * share) +
                                    0.7 * std::sin(6 * std::numbers::pi * share + 1.0));
        if (p.to - t < training.gap_s) w = 80.0;
      }
      w += training.steps_w * std::sin(2 * std::numbers::pi * t / 1.7);
      w -= training.warm_up_w * std::exp(-(t - training.idle_s) / 300.0);
    }
    const double keep = std::exp(-training.interval_s / 5.0);
    slow = keep * slow + std::sqrt(1.0 - keep * keep) * training.slow_noise_w * normal(random);
    w += slow + training.noise_w * normal(random);
    if (training.quantum_w > 0.0) w = std::round(w / training.quantum_w) * training.quantum_w;
    if (uniform(random) < training.missing) continue;
    if (t > hole_at && t < hole_at + training.hole_s) continue;
    trace.time_s.push_back(t);
    trace.power_w.push_back(w);
  }
  return trace;
}

std::vector<Training> trainings() {
  return {
      {.name = "plain"},
      {.name = "noise", .noise_w = 60.0},
      {.name = "strong noise", .epochs = 80, .noise_w = 150.0},
      {.name = "slow noise", .slow_noise_w = 40.0},
      {.name = "drift", .drift = 0.08},
      {.name = "drift, noise", .noise_w = 40.0, .drift = -0.06, .jitter = 0.01},
      {.name = "jitter", .jitter = 0.03},
      {.name = "warming up", .duty = 0.9, .warm_up_w = 80.0},
      {.name = "duty 0.1", .duty = 0.1},
      {.name = "duty 0.5", .duty = 0.5},
      {.name = "duty 0.97", .duty = 0.97},
      {.name = "harmonics", .low_w = 270.0, .harmonic_w = 40.0},
      {.name = "harmonics alone", .low_w = 300.0, .harmonic_w = 30.0},
      {.name = "gaps", .low_w = 300.0, .gap_s = 4.0},
      {.name = "short gaps, noise", .low_w = 290.0, .noise_w = 10.0, .gap_s = 2.0},
      {.name = "every 3", .epochs = 60, .duty = 0.9, .evaluate_every = 3, .evaluation = 0.4},
      {.name = "every 5", .epochs = 60, .duty = 0.9, .evaluate_every = 5, .evaluation = 0.25},
      {.name = "every 5, long", .epochs = 60, .duty = 0.9, .evaluate_every = 5, .evaluation = 1.3},
      {.name = "every 10, short",
       .epochs = 60,
       .duty = 0.9,
       .evaluate_every = 10,
       .evaluation = 0.1},
      {.name = "missing", .missing = 0.3},
      {.name = "hole", .hole_s = 333.0},
      {.name = "quantised", .high_w = 302.0, .low_w = 300.0, .noise_w = 0.6, .quantum_w = 1.0},
      {.name = "quantised coarse", .noise_w = 0.0, .quantum_w = 25.0},
      {.name = "idle", .idle_s = 200.0},
      {.name = "long idle", .idle_s = 1500.0},
      {.name = "short epochs", .period_s = 7.3, .epochs = 200},
      {.name = "few epochs", .epochs = 5},
      {.name = "long epochs", .period_s = 3601.7, .epochs = 12, .noise_w = 20.0, .steps_w = 30.0},
      {.name = "fast meter", .period_s = 45.3, .interval_s = 0.1, .noise_w = 30.0, .steps_w = 30.0},
      {.name = "all at once",
       .period_s = 93.7,
       .epochs = 50,
       .duty = 0.8,
       .noise_w = 25.0,
       .slow_noise_w = 10.0,
       .drift = 0.04,
       .jitter = 0.005,
       .warm_up_w = 40.0,
       .harmonic_w = 15.0,
       .gap_s = 3.0,
       .missing = 0.05,
       .quantum_w = 1.0,
       .idle_s = 45.0},
  };
}

class GeneratedTest : public testing::TestWithParam<Training> {};

TEST_P(GeneratedTest, PeriodIsTheTrue) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const Generated trace = generate(GetParam(), seed);
    const auto analysis = detect_period(trace.time_s, trace.power_w);
    ASSERT_TRUE(analysis.ok());
    const auto& period = analysis->present();
    ASSERT_TRUE(period) << "seed " << seed;
    // Cuts beside an evaluation now and then are off by up to a hundredth of an epoch.
    const double off = GetParam().evaluate_every > 0 ? 0.01 : 0.005;
    EXPECT_NEAR(period->seconds / trace.period_s, 1.0, off) << "seed " << seed;
    EXPECT_GT(period->confidence, 0.4);
    EXPECT_LE(period->confidence, 1.0);
    EXPECT_TRUE(std::is_sorted(period->cuts_s.begin(), period->cuts_s.end()));
  }
}

INSTANTIATE_TEST_SUITE_P(Trainings, GeneratedTest, testing::ValuesIn(trainings()),
                         [](const auto& tested) {
                           std::string name = tested.param.name;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

// Whatever a training may look like: drawn at random.
Training random_training(std::mt19937& random, bool evaluations) {
  std::uniform_real_distribution<double> uniform;
  const auto between = [&](double low, double high) {
    return low + (high - low) * uniform(random);
  };
  const auto maybe = [&](double share, double low, double high) {
    const double value = between(low, high);
    return uniform(random) < share ? value : 0.0;
  };
  Training t;
  t.name = "random";
  t.period_s = std::exp(between(std::log(12.0), std::log(1200.0)));
  t.epochs = static_cast<int>(between(8.0, 90.0));
  t.high_w = between(150.0, 400.0);
  t.low_w = t.high_w * between(0.4, 0.95);
  t.duty = between(0.1, 0.95);
  const double swing = t.high_w - t.low_w;
  t.noise_w = swing * between(0.01, evaluations ? 0.2 : 0.6);
  t.slow_noise_w = swing * maybe(0.5, 0.0, 0.15);
  t.drift = maybe(0.5, -0.08, 0.08);
  t.jitter = maybe(0.5, 0.0, 0.02);
  t.warm_up_w = maybe(0.5, 0.0, 0.5) * swing;
  t.harmonic_w = maybe(0.5, 0.0, 0.3) * swing;
  t.gap_s = maybe(0.3, 0.0, 0.1) * t.period_s;
  if (evaluations) {
    t.evaluate_every = static_cast<int>(between(3.0, 8.0));
    t.evaluation = between(0.1, 1.0);
  }
  t.missing = maybe(0.3, 0.0, 0.3);
  t.quantum_w = maybe(0.3, 1.0, 1.0);
  t.idle_s = maybe(0.5, 0.0, 3.0) * t.period_s;
  return t;
}

// The share of random trainings whose period comes out as near as that.
double share_within(double off, bool evaluations, int draws) {
  std::mt19937 random(20);
  int within = 0;
  for (int i = 0; i < draws; ++i) {
    const Training training = random_training(random, evaluations);
    const Generated trace = generate(training, static_cast<unsigned>(i));
    const auto analysis = detect_period(trace.time_s, trace.power_w);
    if (!analysis.ok() || !analysis->latest()) continue;
    if (std::abs(analysis->latest()->seconds / trace.period_s - 1.0) < off) ++within;
  }
  return static_cast<double>(within) / draws;
}

TEST(PeriodTest, WhateverTheTraining) { EXPECT_GE(share_within(0.005, false, 150), 0.95); }

// Every third to seventh epoch is followed by an evaluation of up to its own length: cuts beside it
// are off by a part of it, and where it is as long as an epoch, the whole cycle may be taken.
TEST(PeriodTest, WhateverTheTrainingWithEvaluationsNowAndThen) {
  EXPECT_GE(share_within(0.03, true, 150), 0.88);
}

// Each true start has a cut, always as far from it.
TEST(PeriodTest, CutsFollowDriftAndJitter) {
  const Generated trace =
      generate({.epochs = 60, .noise_w = 10.0, .drift = 0.06, .jitter = 0.01}, 4);
  const auto analysis = detect_period(trace.time_s, trace.power_w);
  ASSERT_TRUE(analysis.ok());
  ASSERT_TRUE(analysis->present());
  const std::vector<double>& cuts_s = analysis->present()->cuts_s;
  ASSERT_NEAR(static_cast<double>(cuts_s.size()), 61.0, 1.0);
  for (const double start_s : trace.starts_s) {
    const auto after = std::lower_bound(cuts_s.begin(), cuts_s.end(), start_s);
    double off_s = after != cuts_s.end() ? *after - start_s : 1e9;
    if (after != cuts_s.begin()) off_s = std::min(off_s, start_s - *(after - 1));
    EXPECT_LT(off_s, 0.05 * trace.period_s) << start_s;  // the evaluation's end is the epoch's
  }
}

TEST(PeriodTest, CutsAreSpacedByTheEpochAcrossLongEvaluations) {
  const Generated trace =
      generate({.epochs = 40, .duty = 0.9, .evaluate_every = 5, .evaluation = 1.3}, 1);
  const auto analysis = detect_period(trace.time_s, trace.power_w);
  ASSERT_TRUE(analysis.ok());
  ASSERT_TRUE(analysis->present());
  EXPECT_EQ(analysis->present()->cuts_s.size(), 41U);
}

TEST(PeriodTest, EachPhaseHasItsOwn) {
  Generated trace = generate({.period_s = 25.0, .epochs = 10, .high_w = 140.0, .low_w = 120.0}, 1);
  trace.append(generate({.period_s = 41.0, .epochs = 60, .high_w = 320.0}, 2));
  const auto analysis = detect_period(trace.time_s, trace.power_w);
  ASSERT_TRUE(analysis.ok());
  ASSERT_EQ(analysis->phases.size(), 2U);
  ASSERT_TRUE(analysis->phases[0].period);
  ASSERT_TRUE(analysis->phases[1].period);
  EXPECT_NEAR(analysis->phases[0].period->seconds, 25.0, 0.25);
  EXPECT_NEAR(analysis->phases[1].period->seconds, 41.0, 0.2);
  EXPECT_NEAR(analysis->phases[1].start_s, 250.0, 12.0);
  EXPECT_EQ(analysis->phases[0].end_s, analysis->phases[1].start_s);
  EXPECT_EQ(analysis->phases[0].period->cuts_s.size(), 11U);
  EXPECT_EQ(analysis->phases[1].period->cuts_s.size(), 61U);
}

TEST(PeriodTest, PhasesOfTheSamePowerAreToldByTheirPeriods) {
  Generated trace = generate({.period_s = 17.0, .epochs = 10}, 1);
  trace.append(generate({.period_s = 44.0, .epochs = 60}, 2));
  const auto analysis = detect_period(trace.time_s, trace.power_w);
  ASSERT_TRUE(analysis.ok());
  ASSERT_EQ(analysis->phases.size(), 2U);
  ASSERT_TRUE(analysis->phases[0].period);
  EXPECT_NEAR(analysis->phases[0].period->seconds, 17.0, 0.3);
  ASSERT_TRUE(analysis->present());
  EXPECT_NEAR(analysis->present()->seconds, 44.0, 0.22);
}

TEST(PeriodTest, RecordingThatGoesOnIdling) {
  Generated trace = generate({.epochs = 30}, 1);
  const std::size_t end = trace.time_s.size();
  std::mt19937 random(3);
  std::normal_distribution<double> idle;
  for (int i = 0; i < 400; ++i) {
    trace.time_s.push_back(trace.time_s.back() + 1.0);
    trace.power_w.push_back(25.0 + 0.5 * idle(random));
  }
  const auto analysis = detect_period(trace.time_s, trace.power_w);
  ASSERT_TRUE(analysis.ok());
  EXPECT_FALSE(analysis->present());
  ASSERT_TRUE(analysis->latest());
  EXPECT_NEAR(analysis->latest()->seconds, trace.period_s, 0.3);
  EXPECT_NEAR(analysis->latest()->cuts_s.back(), trace.time_s[end - 1], 3.0);
}

// A series without a period, 1 Hz.
std::vector<double> aperiodic(int kind, std::size_t samples, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<double> power_w;
  double state = 0.0;
  double level = 0.0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double step = normal(random);
    const double keep[] = {0.0, 0.8, 0.98, 0.0};
    state = keep[kind] * state + step;
    if (kind == 3 && uniform(random) < 0.03) level = uniform(random) < 0.5 ? 100.0 : 0.0;
    power_w.push_back(300.0 + state + level);
  }
  return power_w;
}

std::vector<double> seconds(std::size_t samples) {
  std::vector<double> time_s(samples);
  for (std::size_t i = 0; i < samples; ++i) time_s[i] = static_cast<double>(i);
  return time_s;
}

TEST(PeriodTest, NoneInNoise) {
  for (int kind = 0; kind < 4; ++kind) {
    int alarms = 0;
    for (unsigned seed = 1; seed <= 50; ++seed) {
      const std::vector<double> power_w = aperiodic(kind, 300 + (seed % 5) * 700, seed);
      const auto analysis = detect_period(seconds(power_w.size()), power_w);
      ASSERT_TRUE(analysis.ok());
      if (analysis->latest()) ++alarms;
    }
    // Noise that keeps its mind for a minute, in traces of a few: some do look like a period.
    EXPECT_LE(alarms, kind == 2 ? 8 : 2) << "kind " << kind;
  }
}

TEST(PeriodTest, NoneInAConstantOrAShortTrace) {
  for (const std::size_t samples : {2U, 3U, 7U, 20U, 100U, 5000U}) {
    const auto analysis = detect_period(seconds(samples), std::vector<double>(samples, 250.0));
    ASSERT_TRUE(analysis.ok());
    ASSERT_EQ(analysis->phases.size(), 1U);
    EXPECT_FALSE(analysis->present());
    EXPECT_EQ(analysis->phases[0].start_s, 0.0);
    EXPECT_EQ(analysis->phases[0].end_s, static_cast<double>(samples - 1));
  }
  const Generated two_epochs = generate({.epochs = 2}, 1);
  const auto analysis = detect_period(two_epochs.time_s, two_epochs.power_w);
  ASSERT_TRUE(analysis.ok());
  EXPECT_FALSE(analysis->present());
}

TEST(PeriodTest, OnlyWithinTheLimitsGiven) {
  const Generated trace = generate({}, 1);
  const auto below = detect_period(trace.time_s, trace.power_w, {.longest_s = 50.0});
  ASSERT_TRUE(below.ok());
  EXPECT_FALSE(below->present());
  const auto within =
      detect_period(trace.time_s, trace.power_w, {.shortest_s = 50.0, .longest_s = 70.0});
  ASSERT_TRUE(within.ok());
  ASSERT_TRUE(within->present());
  EXPECT_NEAR(within->present()->seconds, trace.period_s, 0.3);
}

TEST(PeriodTest, SaysWhatIsWrong) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> t{0.0, 1.0, 2.0};
  const std::vector<double> w{1.0, 2.0, 3.0};
  const auto message = [](const Result<PeriodAnalysis>& result) {
    return result.ok() ? std::string() : result.error().message;
  };
  EXPECT_THAT(message(detect_period(t, std::vector<double>{1.0})), HasSubstr("3 times but 1"));
  EXPECT_THAT(message(detect_period(std::vector<double>{0.0}, std::vector<double>{1.0})),
              HasSubstr("at least two"));
  EXPECT_THAT(message(detect_period(t, std::vector<double>{1.0, nan, 3.0})),
              HasSubstr("sample 2 of the power trace is not a finite"));
  EXPECT_THAT(message(detect_period(std::vector<double>{0.0, 1.0, 1.0}, w)),
              HasSubstr("sample 3 of the power trace is not after"));
  EXPECT_THAT(message(detect_period(t, w, {.shortest_s = 0.0})), HasSubstr("above 0 s"));
  EXPECT_THAT(message(detect_period(t, w, {.shortest_s = 9.0, .longest_s = 8.0})),
              HasSubstr("must be below the longest"));
}

TEST(PeriodTest, MillionSamples) {
  const Generated trace =
      generate({.period_s = 601.0, .epochs = 166, .interval_s = 0.1, .noise_w = 30.0}, 1);
  ASSERT_GT(trace.time_s.size(), 990'000U);
  const auto analysis = detect_period(trace.time_s, trace.power_w);
  ASSERT_TRUE(analysis.ok());
  ASSERT_TRUE(analysis->present());
  EXPECT_NEAR(analysis->present()->seconds, 601.0, 0.6);
}

TEST(PeriodTrackerTest, FollowsARunAsItGrows) {
  Generated trace = generate({.period_s = 25.0, .epochs = 12, .high_w = 140.0, .low_w = 120.0}, 1);
  const double change_s = trace.time_s.back();
  trace.append(generate({.period_s = 41.0, .epochs = 40, .high_w = 320.0}, 2));
  PeriodTracker tracker(1.0);
  std::optional<double> first_s;   // when the first phase's period is known
  std::optional<double> second_s;  // and the second's
  for (std::size_t i = 0; i < trace.time_s.size(); ++i) {
    tracker.add(trace.time_s[i], trace.power_w[i]);
    const auto& analysis = tracker.current();
    if (!analysis || !analysis->present()) continue;
    const double found_s = analysis->present()->seconds;
    if (!first_s && std::abs(found_s - 25.0) < 0.5) first_s = trace.time_s[i];
    if (!second_s && std::abs(found_s - 41.0) < 0.5) second_s = trace.time_s[i];
  }
  ASSERT_TRUE(first_s);
  ASSERT_TRUE(second_s);
  EXPECT_LT(*first_s, 7 * 25.0);
  EXPECT_LT(*second_s - change_s, 8 * 41.0);
}

TEST(PeriodTrackerTest, ForgetsDetailNotThePeriod) {
  PeriodTracker tracker(0.1);
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 300'000; ++i) {
    const double t = 0.1 * i;
    tracker.add(t, (std::fmod(t, 151.3) < 120.0 ? 300.0 : 200.0) + 5.0 * normal(random));
    tracker.add(t, 1e9);  // not after the one before
  }
  const auto& analysis = tracker.current();
  ASSERT_TRUE(analysis);
  ASSERT_TRUE(analysis->present());
  EXPECT_NEAR(analysis->present()->seconds, 151.3, 0.3);
}

}  // namespace
}  // namespace joulecast::step
