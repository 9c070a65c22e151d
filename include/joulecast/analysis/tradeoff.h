// What a choice such as the network or the GPU does to energy, and what it costs in correctness:
// the whole analysis of METHODS' RQ1 and RQ2 over one table. The entry of `joulecast tradeoff`.
//
// Safe to call from several threads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/analysis/pareto.h"
#include "joulecast/analysis/post_hoc.h"
#include "joulecast/analysis/statistics.h"
#include "joulecast/analysis/test_choice.h"
#include "joulecast/analysis/two_way.h"
#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// Trainings, a place in every vector for each. NaN stands for "not known" in all but `response`.
struct TradeoffRows {
  std::vector<Factor> factors;      ///< One or two, such as architecture and GPU.
  std::vector<double> response;     ///< Of which less is better: joules, seconds, watts ...
  std::vector<double> correctness;  ///< Of which more is better; may be empty.
  std::vector<double> energy_j;     ///< Of an epoch; this and the next two may be empty.
  std::vector<double> flops;        ///< Of the same epoch, up to a constant factor.
  std::vector<double> rated_j;      ///< The GPUs' TDP times the epoch's time.
};

struct TradeoffOptions {
  ChooseOptions tests;
  double most_loss = 0.0;  ///< Tolerated share of correctness, from 0.
};

/// The runs of one level, or of one level of each factor.
struct GroupSummary {
  std::size_t first = 0;              ///< Level of the first factor.
  std::optional<std::size_t> second;  ///< Level of the second, where there is one.
  std::size_t n = 0;
  double median = 0.0, mean = 0.0;
  double lower_quartile = 0.0, upper_quartile = 0.0;  ///< Linear between values, as NumPy's.
  double lowest = 0.0, highest = 0.0;
  /// The furthest values within 1.5 interquartile ranges of the quartiles, as in Tukey's box plot.
  double lower_whisker = 0.0, upper_whisker = 0.0;
  std::optional<double> correctness;  ///< Median of those that are known.
};

struct PairResult {
  std::size_t first = 0, second = 0;  ///< Levels of the compared factor.
  double p_value = 0.0;               ///< Corrected for the number of pairs.
  CliffsDelta delta;
};

/// One factor's levels against each other, within one level of the other factor or over all rows.
struct FactorComparison {
  std::size_t factor = 0;
  std::optional<std::size_t> within;  ///< Level of the other factor.
  std::string refused;                ///< Why there is no test; then nothing below is set.
  TestChoice choice;
  double statistic = 0.0;           ///< F, or H of Kruskal and Wallis.
  double df = 0.0;                  ///< Between groups.
  std::optional<double> df_within;  ///< Of an F test.
  double p_value = 0.0;
  double effect_size = 0.0;  ///< Of the kind that `choice` names.
  std::vector<PairResult> pairs;
};

/// Both factors at once.
struct FactorInteraction {
  std::string refused;  ///< Why there is none; then nothing below is set.
  TwoWayChoice choice;
  TwoWay anova;
  std::optional<TwoWay> aligned_ranks;  ///< Where the assumptions of `anova` fail.
};

/// How well a simple rule gives the energy of an epoch.
struct EnergyRule {
  std::size_t n = 0;  ///< Rows in which energy and rule are known.
  Correlation spearman;
  double factor = 1.0;      ///< energy = factor x rule; the median ratio where it is fitted.
  double median_ape = 0.0;  ///< Median of |factor x rule - energy| / energy.
};

/// A change that takes less, within one level of the second factor.
struct TradeoffSaving {
  std::size_t from = 0, to = 0;  ///< Indices into `groups`.
  double saved = 0.0;            ///< Share of from's median response, above 0, below 1.
  std::optional<double> loss;    ///< Share of correctness; below 0: a gain. Absent: not known.
  std::optional<PairResult> pair;
};

struct Tradeoff {
  std::vector<GroupSummary> groups;  ///< By second level, then first; empty ones are left out.
  std::vector<FactorComparison> comparisons;
  std::optional<FactorInteraction> interaction;  ///< Of two factors.
  std::optional<EnergyRule> flops, rated;
  std::vector<FrontPoint> front;        ///< Into `groups`; empty without correctness.
  std::vector<TradeoffSaving> savings;  ///< The largest of each level of the second factor.
  std::vector<std::string> notes;       ///< What could not be said, and why.
};

inline constexpr std::size_t kMostLevels = 50;

/// O(n log n). Fails where a response is not finite, a factor has one level or more than
/// kMostLevels, an option is out of range, or no comparison at all can be made: too few, too
/// unbalanced or constant groups. The message says which.
Result<Tradeoff> analyse_tradeoff(const TradeoffRows& rows, const TradeoffOptions& options = {});

}  // namespace joulecast::analysis
