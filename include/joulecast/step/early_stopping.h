// When a training with early stopping will end: a distribution over its last epoch.
//
// With early stopping nobody knows the number of epochs beforehand, and it is the largest
// uncertainty of the whole forecast. A StoppingForecaster is told the rule in force and the metric
// after each evaluation; it continues the learning curve many times, runs the user's own rule on
// each continuation, and answers with the share that stopped after each epoch. Multiply that with
// the energy of an epoch to have the distribution of the total.
//
// Epochs count from 1; "stops after epoch e" means that e is the last epoch trained.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::step {

/// Whether a smaller or a larger metric is better.
enum class MetricMode { kMin, kMax };

/// A training's stopping rule, as Keras and Lightning understand it: stop after `patience`
/// evaluations in a row none of which beat the best so far by more than `min_delta`; or as soon as
/// the metric reaches `target`; or after `max_epochs`. At least one of patience and target is set.
/// The first evaluation is always a best one.
struct EarlyStoppingRule {
  std::string metric = "val_loss";  ///< For people: it is not looked up.
  MetricMode mode = MetricMode::kMin;
  std::optional<int> patience;    ///< In evaluations, >= 1.
  double min_delta = 0.0;         ///< In the metric's unit, finite, >= 0.
  std::optional<double> target;   ///< Finite; reached at <= (kMin) or >= (kMax).
  std::optional<int> max_epochs;  ///< >= 1, at most kMostEpochs.
  int evaluate_every = 1;         ///< Epochs between two evaluations, >= 1.
};

/// No forecast looks further than this many epochs.
inline constexpr int kMostEpochs = 1'000'000;

/// Reads "patience=20,metric=val_loss,mode=min,min_delta=0,target=0.3,max=150,every=1" (any order,
/// each key once). Without mode: max for a metric whose name says accuracy, auc, f1, map, iou,
/// bleu, precision, recall, r2 or score, min otherwise. Errors are one line: an unknown key with
/// the nearest good one, a value outside its range, a key given twice, neither patience nor target.
Result<EarlyStoppingRule> parse_early_stopping(std::string_view text);

/// What is known about the last epoch. The bounds follow from the rule alone and are certain.
struct StoppingDistribution {
  int earliest = 1;           ///< The training cannot stop before this epoch has ended.
  std::optional<int> latest;  ///< The rule's cap; absent where the rule has none.
  int first_epoch = 1;        ///< The epoch of probability[0].
  /// P(the training stops after epoch first_epoch + i). With `beyond` it sums to 1. Empty where
  /// nothing but the bounds is known, i.e. before the first evaluation.
  std::vector<double> probability;
  double beyond = 0.0;  ///< P(it stops after the last epoch listed, or never); 0 with a cap.
  std::string basis;    ///< One line: what the distribution was made from.

  bool bounds_only() const { return probability.empty(); }
  /// The smallest epoch e with P(stop <= e) >= p, p in [0, 1]. None where only the bounds are known
  /// or where it lies beyond the last epoch listed.
  std::optional<int> quantile(double p) const;
  /// The expected last epoch, with what lies beyond counted at the last epoch listed; none where
  /// only the bounds are known.
  std::optional<double> mean() const;
};

/// Follows one training. Memory is bounded whatever the number of epochs, and add() takes constant
/// time on average. The same values give the same forecast on every run. Not thread-safe.
class StoppingForecaster {
 public:
  /// Precondition: the rule is one that parse_early_stopping() could give.
  explicit StoppingForecaster(EarlyStoppingRule rule);
  ~StoppingForecaster();
  StoppingForecaster(StoppingForecaster&&) noexcept;
  StoppingForecaster& operator=(StoppingForecaster&&) noexcept;

  /// The metric of the next evaluation, which stands at the end of epoch evaluate_every, then twice
  /// that, and so on. A value that is not finite counts as "no improvement". What comes after the
  /// rule has stopped is ignored.
  void add(double metric);

  /// The epoch after which the rule has stopped the training, if it has.
  std::optional<int> stopped() const;
  /// The epochs up to the last evaluation.
  int epochs_seen() const;

  /// The epochs that the evaluations so far leave open. Half a millisecond with 100 evaluations
  /// seen and a cap of 1000; some milliseconds with a cap of a million, which are listed one by
  /// one. The distribution is a mixture of three: the continuations of the learning curve under the
  /// rule, the rate at which improvements came continued, and, fading with every evaluation, a
  /// log-uniform share between the bounds. Its 50 and 90 % intervals were calibrated on trainings
  /// of small networks (tests/data/curves).
  StoppingDistribution forecast() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The last epoch of a training that has not begun, of which nothing is known but its rule: as
/// likely to lie between any two epochs between the rule's bounds as between any two others of the
/// same ratio; what would lie beyond the cap stops there. Precondition: the rule has max_epochs.
StoppingDistribution stopping_by_rule(const EarlyStoppingRule& rule);

/// The last epoch of a training, from earlier trainings of the same or a similar set-up, once
/// `seen` epochs of this one have ended without a stop. `past` holds their last epochs, each
/// >= 1; one that is >= cap says that the run never reached its target and was cut off at the cap.
/// The spread is Student's t around each past run on a logarithmic scale, wider with fewer runs,
/// and a small log-uniform share for a training unlike all of them. bounds_only() where `past` is
/// empty. Time grows with past.size() and the logarithm of the cap.
/// Preconditions: 1 <= cap <= kMostEpochs, 0 <= seen < cap.
StoppingDistribution stopping_from_history(std::span<const int> past, int cap, int seen = 0);

}  // namespace joulecast::step
