#include "joulecast/step/early_stopping.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "step/learning_curve.h"
#include "step/stopping_prior.h"

namespace joulecast::step {

std::optional<int> StoppingDistribution::quantile(double p) const {
  double sum = 0.0;
  // Rounding in a sum of many shares must not push the last quantile past the end.
  constexpr double kSlack = 1e-12;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    sum += probability[i];
    if (sum > 0.0 && sum + kSlack >= p) return first_epoch + static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<double> StoppingDistribution::mean() const {
  if (bounds_only()) return std::nullopt;
  double sum = 0.0;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    sum += probability[i] * (first_epoch + static_cast<double>(i));
  }
  return sum + beyond * (first_epoch + static_cast<double>(probability.size() - 1));
}

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Constants chosen on one half of tests/data/curves and judged on the other; see
// early_stopping_test.cc for the figures.
//
// The share of paths that continue the rate of improvements rather than the curve.
constexpr double kRateShare = 0.45;
// The same where the rule has a target: the curve knows how far it is, the rate does not.
constexpr double kRateShareToTarget = 0.15;
// The log-uniform share is kFirstGuess / (evaluations seen + kFirstGuess).
constexpr double kFirstGuess = 3.0;
// How fast old improvements are forgotten: their count fades as (then / now)^kForgetting.
constexpr double kForgetting = 5.0;
// Gamma prior of the rate of improvements per unit of log time.
constexpr double kRateShape = 1.3;
constexpr double kRateInverseScale = 0.08;
// The rate's own random walk, standard deviation of its logarithm per root unit of log time.
constexpr double kRateWalk = 0.45;

// The user's rule, evaluation by evaluation; smaller is better.
class Watch {
 public:
  Watch(std::optional<int> patience, double min_delta, std::optional<double> target)
      : patience_(patience.value_or(kMostEpochs)),
        min_delta_(min_delta),
        target_(target.value_or(-kInfinity)) {}

  // True: the training stops here.
  bool add(double value) {
    ++seen_;
    if (seen_ == 1 || value < best_ - min_delta_) {
      best_ = value;
      best_at_ = seen_;
    }
    return value <= target_ || seen_ - best_at_ >= patience_;
  }
  double best() const { return best_; }
  int seen() const { return seen_; }
  int best_at() const { return best_at_; }
  int patience() const { return patience_; }

 private:
  int patience_;
  double min_delta_;
  double target_;
  double best_ = kInfinity;
  int seen_ = 0;
  int best_at_ = 0;
};

// Improvements as a process of its own, whatever the values: a Poisson process in the logarithm of
// time. For noise without a trend its rate is 1, the rate of records (Renyi 1962); a curve that
// falls at every evaluation has as many as evaluations.
class Improvements {
 public:
  void add(int evaluation) {
    count_ = faded(evaluation) + 1.0;
    last_ = evaluation;
  }

  // Equally likely rates, given the improvements up to `seen`.
  using Rates = std::array<double, 32>;
  Rates rates(int seen) const {
    // The integral of the fading weight over log time.
    const double exposure = (1.0 - std::pow(seen, -kForgetting)) / kForgetting;
    const boost::math::gamma_distribution<> posterior(kRateShape + faded(seen),
                                                      1.0 / (kRateInverseScale + exposure));
    Rates rates{};
    for (std::size_t i = 0; i < rates.size(); ++i) {
      rates[i] = boost::math::quantile(
          posterior, (static_cast<double>(i) + 0.5) / static_cast<double>(rates.size()));
    }
    return rates;
  }

 private:
  double faded(int now) const {
    return last_ == 0 ? 0.0 : count_ * std::pow(static_cast<double>(last_) / now, kForgetting);
  }

  double count_ = 0.0;
  int last_ = 0;
};

// Where a path of improvements stops, counted in evaluations. `limit` is the cap, or the end of
// what is listed.
double follow_rate(double now, double best_at, double rate, double patience, double limit,
                   Random& random) {
  // Above this many improvements per unit of log time they are taken in strides of 5 %.
  constexpr double kSingly = 60.0;
  const double stride = std::log(1.05);
  double time = now;
  while (time < limit && best_at + patience < limit) {
    double passed = stride;
    if (rate > kSingly) {
      // The chance that one of the stride's improvements is the last for `patience` evaluations.
      const double lasts = std::exp(-rate * std::log1p(patience / time));
      if (random.uniform() > std::exp(-rate * stride * lasts)) return time + patience;
      time *= 1.05;
    } else {
      passed = -std::log(random.uniform()) / rate;
      const double next = std::ceil(time * std::exp(passed));
      if (!(next <= best_at + patience)) return best_at + patience;
      time = next;
    }
    best_at = time;
    rate *= std::exp(kRateWalk * normal(random) * std::sqrt(passed));
  }
  return limit;
}

// Counts paths by the epoch that they stop after.
class Tally {
 public:
  Tally(int first, int last) : count_(static_cast<std::size_t>(last - first + 1)), first_(first) {}

  void add(int epoch) {
    ++total_;
    const auto place = static_cast<std::size_t>(std::max(0, epoch - first_));
    if (place < count_.size()) count_[place] += 1.0;
  }
  void finish(StoppingDistribution& answer) {
    double listed = 0.0;
    for (double& count : count_) {
      listed += count;
      count /= static_cast<double>(total_);
    }
    answer.probability = std::move(count_);
    answer.beyond = 1.0 - listed / static_cast<double>(total_);
  }

 private:
  std::vector<double> count_;
  int first_;
  std::int64_t total_ = 0;
};

}  // namespace

struct StoppingForecaster::State {
  explicit State(EarlyStoppingRule r)
      : rule(std::move(r)),
        sign(rule.mode == MetricMode::kMin ? 1.0 : -1.0),
        watch(rule.patience, rule.min_delta,
              rule.target ? std::optional<double>(sign * *rule.target) : std::nullopt) {}

  EarlyStoppingRule rule;
  double sign;  // makes smaller better
  Watch watch;
  LearningCurve curve;
  Improvements improvements;
  double least = kInfinity, most = -kInfinity;  // of the signed values
  std::optional<int> stopped_at;                // in evaluations

  // The evaluation at, or right after, the cap.
  int last_evaluation() const {
    const int epochs = rule.max_epochs.value_or(kMostEpochs);
    return (epochs - 1) / rule.evaluate_every + 1;
  }
  int epoch_of(int evaluation) const {
    const auto epoch = static_cast<std::int64_t>(evaluation) * rule.evaluate_every;
    return static_cast<int>(std::min<std::int64_t>(epoch, rule.max_epochs.value_or(kMostEpochs)));
  }
  int earliest_evaluation() const {
    if (rule.target) return watch.seen() + 1;
    const std::int64_t stop = std::int64_t{std::max(1, watch.best_at())} + watch.patience();
    return static_cast<int>(std::min<std::int64_t>(last_evaluation(), stop));
  }
  // Losses do not fall below zero and shares do not rise above one or a hundred.
  double least_possible() const {
    if (sign > 0.0) return least >= 0.0 ? 0.0 : -kInfinity;
    if (most > 0.0) return -kInfinity;
    return least >= -1.0 ? -1.0 : least >= -100.0 ? -100.0 : -kInfinity;
  }

  int stop_of_path(const Outlook& outlook, const Continuation& way, Random& random,
                   std::optional<Watch>& survivor) const;
};

// Runs the rule on one continuation. A path that outlives the horizon is left in `survivor`.
int StoppingForecaster::State::stop_of_path(const Outlook& outlook, const Continuation& way,
                                            Random& random, std::optional<Watch>& survivor) const {
  const double floor = least_possible();
  const double innovation =
      outlook.noise * std::sqrt(1.0 - outlook.correlation * outlook.correlation);
  const double drift = way.drift * normal(random);
  double noise = outlook.last_residual;
  Watch path = watch;
  for (std::size_t h = 0; h < way.mean.size(); ++h) {
    noise = outlook.correlation * noise + innovation * normal(random);
    double value = std::max(floor, way.mean[h] + drift * outlook.drift_shape[h] + noise);
    // In steps from the best, so that a tie is a tie whatever the rounding.
    if (outlook.quantum > 0.0 && std::isfinite(path.best())) {
      value =
          path.best() + std::nearbyint((value - path.best()) / outlook.quantum) * outlook.quantum;
    }
    if (path.add(value)) return path.seen();
  }
  survivor = path;
  return path.seen();
}

StoppingForecaster::StoppingForecaster(EarlyStoppingRule rule)
    : state_(std::make_unique<State>(std::move(rule))) {}
StoppingForecaster::~StoppingForecaster() = default;
StoppingForecaster::StoppingForecaster(StoppingForecaster&&) noexcept = default;
StoppingForecaster& StoppingForecaster::operator=(StoppingForecaster&&) noexcept = default;

void StoppingForecaster::add(double metric) {
  State& s = *state_;
  if (s.stopped_at) return;
  const double value = std::isfinite(metric) ? s.sign * metric : kInfinity;
  const bool stop = s.watch.add(value);
  if (s.watch.best_at() == s.watch.seen()) s.improvements.add(s.watch.seen());
  if (stop || s.watch.seen() >= s.last_evaluation()) s.stopped_at = s.watch.seen();
  // A diverged value is the rule's business; squares of it would drown the curve.
  constexpr double kDiverged = 1e100;
  if (!(std::abs(value) < kDiverged)) return;
  s.curve.add(value);
  s.least = std::min(s.least, value);
  s.most = std::max(s.most, value);
}

std::optional<int> StoppingForecaster::stopped() const {
  if (!state_->stopped_at) return std::nullopt;
  return state_->epoch_of(*state_->stopped_at);
}

int StoppingForecaster::epochs_seen() const { return state_->epoch_of(state_->watch.seen()); }

StoppingDistribution StoppingForecaster::forecast() const {
  const State& s = *state_;
  StoppingDistribution answer;
  answer.latest = s.rule.max_epochs;
  if (s.stopped_at) {
    answer.earliest = answer.first_epoch = s.epoch_of(*s.stopped_at);
    answer.latest = answer.earliest;
    answer.probability = {1.0};
    answer.basis = "the rule has stopped the training";
    return answer;
  }
  const int seen = s.watch.seen();
  const int earliest = s.earliest_evaluation();
  answer.earliest = answer.first_epoch = s.epoch_of(earliest);
  if (seen == 0) {
    answer.basis = "no metric yet: the bounds that the rule gives";
    return answer;
  }

  // With a cap the list ends there; without one, where little probability is left.
  constexpr int kLongPatience = 1000;
  const int patience = std::min(s.watch.patience(), kLongPatience);
  const int last = s.last_evaluation();
  const std::int64_t far = earliest + std::int64_t{20} * std::max(seen, patience);
  const int listed =
      s.rule.max_epochs
          ? last
          : std::max(earliest, static_cast<int>(std::min<std::int64_t>(last - 1, far)));
  // Single values are drawn up to a horizon; the few paths that live longer follow their rate of
  // improvements. The product of horizon and paths bounds the time.
  const int horizon = std::min(
      last - seen, static_cast<int>(std::clamp<std::int64_t>(
                       std::max(std::int64_t{4} * seen, std::int64_t{8} * patience), 64, 1000)));
  const int paths = std::clamp(100'000 / horizon, 128, 512);
  const bool has_curve = s.curve.size() >= LearningCurve::kFewest;
  const int guesses = static_cast<int>(std::lround(paths * kFirstGuess / (seen + kFirstGuess)));
  const double rate_share = s.rule.target ? kRateShareToTarget : kRateShare;
  const int by_rate =
      has_curve ? static_cast<int>(std::lround(rate_share * (paths - guesses))) : paths - guesses;
  const int by_curve = paths - guesses - by_rate;

  Tally tally(answer.first_epoch, s.epoch_of(listed));
  const double range = std::log(kPastCap * listed / earliest);
  for (int i = 0; i < guesses; ++i) {
    const double stop = std::floor(earliest * std::exp(range * (i + 0.5) / guesses));
    tally.add(s.epoch_of(static_cast<int>(std::min<double>(last, stop))));
  }

  // One seed for all: a forecast differs from the one before by its data only.
  Random random(0x6a6f756c65636173U);
  const Improvements::Rates rates = s.improvements.rates(seen);
  const double limit = s.rule.max_epochs ? last : listed + 1.0;
  const auto rate_path = [&](const Watch& from) {
    double stop = follow_rate(from.seen(), from.best_at(), rates[random.bits() % rates.size()],
                              s.watch.patience(), limit, random);
    // Nothing is known of when a target is reached but that it has not been so far.
    if (s.rule.target) stop = std::min(stop, std::ceil(from.seen() / random.uniform()));
    tally.add(s.epoch_of(static_cast<int>(std::clamp<double>(stop, earliest, limit))));
  };
  for (int i = 0; i < by_rate; ++i) rate_path(s.watch);
  if (by_curve > 0) {
    const Outlook outlook = s.curve.outlook(static_cast<std::size_t>(horizon));
    std::size_t way = 0;
    double up_to = outlook.continuations[0].weight;
    for (int i = 0; i < by_curve; ++i) {
      const double place = (i + 0.5) / by_curve;
      while (place > up_to && way + 1 < outlook.continuations.size()) {
        up_to += outlook.continuations[++way].weight;
      }
      std::optional<Watch> survivor;
      const int stop = s.stop_of_path(outlook, outlook.continuations[way], random, survivor);
      if (survivor && stop < last) {
        rate_path(*survivor);
      } else {
        tally.add(s.epoch_of(std::max(stop, earliest)));
      }
    }
  }
  tally.finish(answer);
  answer.basis = fmt::format(
      "{} value{} of {}: {} paths, {:.0f} % by learning curve, {:.0f} % by rate of improvement, "
      "{:.0f} % spread between the bounds",
      seen, seen == 1 ? "" : "s", s.rule.metric, paths, 100.0 * by_curve / paths,
      100.0 * by_rate / paths, 100.0 * guesses / paths);
  return answer;
}

}  // namespace joulecast::step
