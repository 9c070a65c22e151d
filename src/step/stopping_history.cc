// When a training stops, from when its like stopped before.
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "joulecast/step/early_stopping.h"
#include "step/stopping_prior.h"

namespace joulecast::step {
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

StoppingDistribution stopping_by_rule(const EarlyStoppingRule& rule) {
  assert(rule.max_epochs);
  StoppingDistribution answer = StoppingForecaster(rule).forecast();
  const int cap = *rule.max_epochs;
  const double range = std::log(kPastCap * cap / answer.earliest);
  double before = 0.0;
  for (int epoch = answer.earliest; epoch <= cap; ++epoch) {
    const double by = epoch == cap ? 1.0 : std::log((epoch + 1.0) / answer.earliest) / range;
    // Between two evaluations nothing stops; what would stop there stops at the next.
    const bool evaluated = epoch == cap || epoch % rule.evaluate_every == 0;
    answer.probability.push_back(evaluated ? by - before : 0.0);
    if (evaluated) before = by;
  }
  answer.basis = "the rule alone, no earlier run";
  return answer;
}

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
