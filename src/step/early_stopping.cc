#include "joulecast/step/early_stopping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "step/learning_curve.h"

namespace joulecast::step {
namespace {

constexpr std::string_view kOption = "--early-stopping";
constexpr std::array<std::string_view, 7> kKeys{"patience", "metric", "mode", "min_delta",
                                                "target",   "max",    "every"};

Error wrong(std::string_view key, std::string_view value, std::string_view wanted) {
  return {fmt::format("{}: {}={} is not {}", kOption, key, quoted(value), wanted)};
}

Result<int> whole(std::string_view key, std::string_view value) {
  const auto number = parse_integer(value);
  if (!number || *number < 1 || *number > kMostEpochs) {
    return wrong(key, value, fmt::format("a whole number from 1 to {}", kMostEpochs));
  }
  return static_cast<int>(*number);
}

Result<double> finite(std::string_view key, std::string_view value) {
  const auto number = parse_number(value);
  if (!number || !std::isfinite(*number)) return wrong(key, value, "a number");
  return *number;
}

MetricMode usual_mode(std::string_view metric) {
  const std::string name = to_lower(metric);
  for (const char* good :
       {"acc", "auc", "f1", "map", "iou", "bleu", "precision", "recall", "r2", "score"}) {
    if (name.find(good) != std::string::npos) return MetricMode::kMax;
  }
  return MetricMode::kMin;
}

}  // namespace

Result<EarlyStoppingRule> parse_early_stopping(std::string_view text) {
  EarlyStoppingRule rule;
  std::optional<MetricMode> mode;
  std::array<bool, kKeys.size()> given{};
  while (true) {
    const auto comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) {
      return Error{
          fmt::format("{}: {} is not key=value; wanted for example patience=20,metric="
                      "val_loss,mode=min,max=150",
                      kOption, quoted(item))};
    }
    const std::string key = to_lower(trim(item.substr(0, equals)));
    const std::string_view value = trim(item.substr(equals + 1));
    const auto place = std::find(kKeys.begin(), kKeys.end(), key);
    if (place == kKeys.end()) {
      const auto near = nearest(key, kKeys);
      return Error{fmt::format("{}: no key {}{}; the keys are {}", kOption, quoted(key),
                               near ? fmt::format(" (did you mean {}?)", quoted(*near)) : "",
                               fmt::join(kKeys, ", "))};
    }
    bool& seen = given[static_cast<std::size_t>(place - kKeys.begin())];
    if (seen) return Error{fmt::format("{}: {} is given twice", kOption, key)};
    seen = true;
    if (key == "metric") {
      if (value.empty()) return wrong(key, value, "a metric's name");
      rule.metric = std::string(value);
    } else if (key == "mode") {
      const std::string word = to_lower(value);
      if (word != "min" && word != "max") return wrong(key, value, "min or max");
      mode = word == "min" ? MetricMode::kMin : MetricMode::kMax;
    } else if (key == "min_delta" || key == "target") {
      const auto number = finite(key, value);
      if (!number) return number.error();
      if (key == "target") {
        rule.target = *number;
      } else if (*number < 0.0) {
        return wrong(key, value, "0 or more");
      } else {
        rule.min_delta = *number;
      }
    } else {
      const auto number = whole(key, value);
      if (!number) return number.error();
      if (key == "patience") rule.patience = *number;
      if (key == "max") rule.max_epochs = *number;
      if (key == "every") rule.evaluate_every = *number;
    }
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (!rule.patience && !rule.target) {
    return Error{
        fmt::format("{}: neither patience nor target is given, so nothing would stop the "
                    "training early",
                    kOption)};
  }
  rule.mode = mode.value_or(usual_mode(rule.metric));
  return rule;
}

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
// It runs from the lower bound to this multiple of the cap; what lies above stops at the cap.
constexpr double kPastCap = 1.8;
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
    rate *= std::exp(kRateWalk * random.normal() * std::sqrt(passed));
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
  const double drift = way.drift * random.normal();
  double noise = outlook.last_residual;
  Watch path = watch;
  for (std::size_t h = 0; h < way.mean.size(); ++h) {
    noise = outlook.correlation * noise + innovation * random.normal();
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

namespace {

// For a training unlike all before it.
constexpr double kUnlike = 0.02;
// What is believed of the spread before two runs are known: standard deviation of the logarithm,
// and how many runs that belief is worth.
constexpr double kUsualSpread = 0.1;
constexpr double kUsualRuns = 2.0;

// The share of runs that stop by an epoch, before what is known of this run.
class History {
 public:
  History(std::span<const int> past, int cap, int seen) : seen_(seen), cap_(cap) {
    for (const int epochs : past) {
      if (epochs < cap) places_.push_back(std::log(epochs - 0.5));
    }
    const auto finished = static_cast<double>(places_.size());
    const auto runs = static_cast<double>(past.size());
    unlike_ = places_.empty() ? 1.0 / (runs + 1.0) : kUnlike;
    finishes_ = finished / runs;
    const double mean =
        std::accumulate(places_.begin(), places_.end(), 0.0) / std::max(1.0, finished);
    double squares = kUsualRuns * kUsualSpread * kUsualSpread;
    for (const double place : places_) squares += (place - mean) * (place - mean);
    freedom_ = kUsualRuns + std::max(0.0, finished - 1.0);
    // With one kernel of variance 2 s^2 / n per run the mixture has the variance s^2 (1 + 1 / n)
    // of a further run.
    width_ = std::sqrt(squares / freedom_ * 2.0 / std::max(1.0, finished));
  }

  double stopped_by(double epoch) const {
    if (epoch >= cap_) return 1.0;
    if (epoch <= 0.0) return 0.0;
    const double from = std::max(1.0, static_cast<double>(seen_));
    const double anyhow =
        epoch <= from ? 0.0 : std::log(epoch / from) / std::log(kPastCap * cap_ / from);
    double like = 0.0;
    if (!places_.empty()) {
      const boost::math::students_t t(freedom_);
      for (const double place : places_)
        like += boost::math::cdf(t, (std::log(epoch) - place) / width_);
      like *= finishes_ / static_cast<double>(places_.size());
    }
    return unlike_ * anyhow + (1.0 - unlike_) * like;
  }

 private:
  std::vector<double> places_;
  int seen_, cap_;
  double unlike_ = 0.0, finishes_ = 0.0, freedom_ = 0.0, width_ = 0.0;
};

}  // namespace

StoppingDistribution stopping_from_history(std::span<const int> past, int cap, int seen) {
  assert(cap >= 1 && cap <= kMostEpochs && seen >= 0 && seen < cap);
  StoppingDistribution answer;
  answer.earliest = answer.first_epoch = seen + 1;
  answer.latest = cap;
  if (past.empty()) {
    answer.basis = "no earlier run: the cap only";
    return answer;
  }
  const History history(past, cap, seen);
  answer.basis = fmt::format("{} earlier run{}", past.size(), past.size() == 1 ? "" : "s");
  answer.probability.reserve(static_cast<std::size_t>(cap - seen));
  const double already = history.stopped_by(seen);
  const double open = 1.0 - already;
  double before = already;
  // Every epoch at first, then in stretches of 2 % that share their probability evenly; the cap,
  // where whole shares of the runs may end, stands alone.
  constexpr int kSingly = 64;
  for (int epoch = seen; epoch < cap;) {
    const int length_wanted = epoch - seen < kSingly ? 1 : 1 + (epoch - seen) / 50;
    const int next = epoch == cap - 1 ? cap : std::min(cap - 1, epoch + length_wanted);
    const double by = history.stopped_by(next);
    const auto length = static_cast<std::size_t>(next - epoch);
    answer.probability.insert(answer.probability.end(), length,
                              std::max(0.0, by - before) / open / static_cast<double>(length));
    before = by;
    epoch = next;
  }
  return answer;
}

}  // namespace joulecast::step
