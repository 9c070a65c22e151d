// The numbers of the projection rule, in one place.
//
// Where they come from. The rule was tried on recordings of others (deepgreen, seaa2023, MLPerf,
// fischer2022), each set halved by a seed into "chosen" and "judged" runs. [c]: scanned on the
// chosen half alone. [a]: compared on all runs, so the judged half is optimistic about them. [s]:
// set from a generated case or one recording. [d]: by definition or taste; the figures hardly move
// with it. Logarithms are natural; a share of 0.01 is 1 %.
#pragma once

namespace joulecast::step {

struct ProjectionConstants {
  // The transient b exp(-t / thermal time): clocks and temperatures settle after the start.
  static constexpr double kThermalTimeS = 100.0;  // s [a]
  // Mean power as a share of the power limit: host-bound below, GPU-bound above, mixed between. [a]
  static constexpr double kHostBoundShare = 0.45, kGpuBoundShare = 0.65;
  // Prior of b, log units: mean and standard deviation; without a power limit the mean is 0.
  static constexpr double kTransientHost = 0.010, kTransientHostSd = 0.015;  // [a]
  static constexpr double kTransientGpu = -0.012, kTransientGpuSd = 0.008;   // [a]
  static constexpr double kTransientSd = 0.008;                              // [s] MLPerf

  // Prior of the robust scale, log units, and the number of units that it weighs. [a]
  static constexpr double kScaleHost = 0.010, kScaleGpu = 0.004, kScale = 0.008;
  static constexpr double kScaleEvaluation = 0.05;
  static constexpr double kScaleWeight = 4.0;
  // Prior of the interval's scale, log units, and the number of units that it weighs.
  static constexpr double kIntervalHost = 0.030, kIntervalGpu = 0.008;  // [a] GPU after coverage
  static constexpr double kInterval = 0.010;                            // [c]
  static constexpr double kIntervalEvaluation = 0.10;                   // [a]
  static constexpr double kIntervalWeight = 3.0;                        // [a]
  // The first unit of a kind and phase: its mean excess and that one's spread, log units. [a]
  static constexpr double kFirstHost = 0.06, kFirstGpu = 0.0;
  static constexpr double kFirstSd = 0.20, kFirstSdGpu = 0.10;
  static constexpr double kFirstEvaluation = 0.35, kFirstEvaluationSd = 0.40;
  static constexpr int kPowerUnits = 3;  // Units of a phase whose mean power places it. [d]

  // The level: Student's t location, found by reweighting.
  static constexpr double kDegrees = 3.0;  // [d] between median and mean
  static constexpr int kRounds = 6;        // [d] enough to converge
  static constexpr int kBuffer = 32;       // units kept as they are; older ones are summed up [d]
  static constexpr double kShrink = 40.0;  // units that pull the mean's correction to 0 [a]
  static constexpr double kClip = 0.35;    // log units: a residual counts no further [a]
  static constexpr double kClipScales = 3.0;  // the same for the first main unit, in scales [a]

  // Slow drift: the recent half of the buffer sits off the level.
  static constexpr int kSlowUnits = 12;       // units buffered before it is looked at [s] deepgreen
  static constexpr double kSlowScores = 2.0;  // standard errors that are ignored [c]
  static constexpr double kSlowSpread = 0.25, kSlowGrowth = 0.5, kSlowReach = 3.0;  // [a]

  // The interval's variances.
  static constexpr double kLevelVariance = 2.0;  // on the fit's covariance [a] after coverage
  static constexpr double kLever = 0.07, kLeverDecay = 0.15;  // interval variance kept by drift [c]
  static constexpr double kFloor = 0.002;  // relative: no level is known better [c]
  static constexpr double kWander = 0.01;  // of the interval variance per unit to come [c]
  // It stops growing after 4 (n + 2) units, after 60, and shrinks as 1 / (1 + n / 100). [s]
  static constexpr double kWanderUnits = 4.0, kWanderMost = 60.0, kWanderDecay = 100.0;
  static constexpr double kSamplingShare = 0.1;  // of a sampling interval lost or won per unit [a]
  static constexpr int kDegreesLeast = 3, kDegreesMost = 30;  // of the t quantile [d]
  static constexpr double kWidest = 3.0;                      // log units: the half-width's cap [d]
  static constexpr double kUnseenPhaseSd = 0.55;  // relative: a declared phase not begun [a] seaa
  static constexpr double kPendingVariance = 0.1875;  // p (1 - p), p = 1/4: the change is real [d]
  static constexpr double kPendingWidest = 3.0;       // log units: cap of the jump [d]
  static constexpr double kPowerOddShare = 0.25;      // of phases, events, evaluations in watts [d]

  // Change of phase.
  static constexpr double kJump = 0.10, kJumpEarly = 2.0;  // log units; (1 + 2 / n) times [a, s]
  static constexpr double kJumpScales = 5.0;               // or this many scales [a]
  static constexpr double kSameJump = 0.5;  // two jumps differ by no more, relative [a]
  static constexpr double kBigJump = 0.25, kBigJumpFactor = 1.6;  // or the second is this big [a]
  static constexpr double kReturn = 0.05, kReturnScales = 3.0;    // back at the former level [a]
  static constexpr int kReturnUnits = 3;  // main units within which a change is taken back [d]
  static constexpr int kRemembered = 5;   // units since a change that may be put back [d]

  // Periodic events (checkpoints, restarts).
  static constexpr double kEventOnce = 0.667;  // P(it is periodic) after one [a]
  static constexpr double kEventOnceSd = 0.5, kEventOnceLeast = 0.3;
  static constexpr double kEventRegular = 0.34;  // relative deviation of a gap, still regular [a]
  static constexpr double kEventCostSd = 0.5;    // relative prior spread of an event's cost [d]
  static constexpr double kEventUnseen =
      0.4;  // units that a declared, unseen event costs, and sd [d]

  // Evaluations expected of which none was seen: share of the training, and its sd. [a] deepgreen
  static constexpr double kEvaluationShare = 0.06, kEvaluationShareSd = 0.07;

  // A unit that is still running: the spread of a meter's last reading, and a least variance. [d]
  static constexpr double kRunningSampling = 0.3, kRunningVariance = 1e-6;
  static constexpr double kRunningReadings = 10.0;  // sampling intervals before it counts
  static constexpr int kRunningUnits = 8;           // units after which it is not worth it

  // "Stable": main units of the phase, and the largest transient that is still felt, log units. [d]
  static constexpr int kStableUnits = 3;
  static constexpr double kStableTransient = 0.005;
  static constexpr double kStableLevel = 0.02;  // relative: confidence is P(the level is within)
};

}  // namespace joulecast::step
