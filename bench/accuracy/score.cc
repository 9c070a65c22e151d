#include "score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace joulecast::accuracy {
namespace {

// What all methods said of one run at one moment.
struct Answers {
  std::array<std::optional<double>, kRules.size()> error_percent;
  Judged ours;
  double spent_percent = 0.0;
};

Answers answers_of(const NamedRun& run, const Moment& moment, const Judged& ours) {
  Answers answers;
  const double outcome_j = total_joules(run);
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    const auto predicted = predicted_joules(kRules[i], run, moment);
    if (predicted) answers.error_percent[i] = 100.0 * std::abs(*predicted / outcome_j - 1.0);
  }
  answers.ours = ours;
  answers.spent_percent = 100.0 * moment.spent_j / outcome_j;
  return answers;
}

// STEP and the first-epoch rule may stop at their last epoch, whenever the answer is asked for.
double spent_before(Rule rule, const NamedRun& run, const Moment& moment) {
  std::size_t epochs = moment.epochs;
  if (rule == Rule::kMean || rule == Rule::kMedian) return moment.spent_j;
  if (rule == Rule::kFirst) epochs = 1;
  if (rule == Rule::kStep10) epochs = 15;
  if (rule == Rule::kStep5) epochs = 10;
  double joules = 0.0;
  for (std::size_t i = 0; i < epochs; ++i) joules += run.run.epochs[i].energy->value();
  return joules;
}

Covering covering_of(const std::vector<Judged>& answers) {
  Covering covering;
  covering.answers = answers.size();
  if (answers.empty()) return covering;
  const auto count = static_cast<double>(answers.size());
  for (std::size_t i = 0; i < kCoverages.size(); ++i) {
    const auto held = std::count_if(answers.begin(), answers.end(),
                                    [&](const Judged& answer) { return answer.covered[i]; });
    covering.percent[i] = 100.0 * static_cast<double>(held) / count;
  }
  for (const Judged& answer : answers) covering.width_percent += answer.width_percent / count;
  return covering;
}

struct Asked {
  const NamedRun* run;
  Moment moment;
  Answers answers;
};

std::optional<MethodScore> score_rule(std::size_t rule, const std::vector<Asked>& asked) {
  std::vector<double> errors;
  std::vector<double> spent;
  for (const Asked& one : asked) {
    const auto& error = one.answers.error_percent[rule];
    if (!error) continue;
    errors.push_back(*error);
    spent.push_back(100.0 * spent_before(kRules[rule], *one.run, one.moment) /
                    total_joules(*one.run));
  }
  if (2 * errors.size() < asked.size() || errors.empty()) return std::nullopt;
  return MethodScore{.method = to_string(kRules[rule]),
                     .errors = errors_of(errors),
                     .covering = {},
                     .spent_percent = median(spent),
                     .less_plain = {}};
}

// Against whichever of mean and median has the smaller mean error here: it is chosen with
// hindsight, which is in its favour.
BootstrapMean less_better_plain(const std::vector<Asked>& asked, std::uint64_t seed) {
  std::optional<BootstrapMean> hardest;
  for (std::size_t rule = 0; rule < kRules.size(); ++rule) {
    if (kRules[rule] != Rule::kMean && kRules[rule] != Rule::kMedian) continue;
    std::vector<double> less;
    for (const Asked& one : asked) {
      less.push_back(one.answers.ours.error_percent - *one.answers.error_percent[rule]);
    }
    const BootstrapMean against = bootstrap_mean(less, seed);
    if (!hardest || against.mean > hardest->mean) hardest = against;
  }
  return *hardest;
}

MethodScore score_ours(const std::vector<Asked>& asked, std::uint64_t seed) {
  std::vector<double> errors;
  std::vector<double> spent;
  std::vector<Judged> answers;
  for (const Asked& one : asked) {
    errors.push_back(one.answers.ours.error_percent);
    spent.push_back(one.answers.spent_percent);
    answers.push_back(one.answers.ours);
  }
  return {.method = "joulecast",
          .errors = errors_of(errors),
          .covering = covering_of(answers),
          .spent_percent = median(spent),
          .less_plain = less_better_plain(asked, seed)};
}

void add_moment(std::string name, const std::vector<Asked>& asked, std::uint64_t seed,
                SetScore& score) {
  if (asked.empty() || 2 * asked.size() < score.runs) return;
  MomentScore moment{.moment = std::move(name), .methods = {}};
  for (std::size_t rule = 0; rule < kRules.size(); ++rule) {
    if (auto scored = score_rule(rule, asked)) moment.methods.push_back(std::move(*scored));
  }
  moment.methods.push_back(score_ours(asked, seed));
  score.moments.push_back(std::move(moment));
}

std::string moment_name(const DataSet& set, std::size_t epochs) {
  if (set.change_after == 0) return fmt::format("{}", epochs);
  return fmt::format("change+{}", epochs - set.change_after);
}

}  // namespace

Errors errors_of(const std::vector<double>& percent) {
  return {.runs = percent.size(),
          .median = median(percent),
          .p90 = percentile(percent, 0.9),
          .max = percentile(percent, 1.0)};
}

SetScore score(const DataSet& set, std::uint64_t seed) {
  SetScore score;
  score.name = set.name;
  score.runs = set.runs.size();
  std::vector<Track> tracks;
  for (const NamedRun& run : set.runs) tracks.push_back(track(run));

  for (const std::size_t epochs : set.epochs_seen) {
    std::vector<Asked> asked;
    for (std::size_t i = 0; i < set.runs.size(); ++i) {
      const auto moment = after_epochs(set.runs[i], epochs);
      if (!moment) continue;
      asked.push_back({.run = &set.runs[i],
                       .moment = *moment,
                       .answers = answers_of(set.runs[i], *moment, tracks[i].after[epochs - 1])});
    }
    add_moment(moment_name(set, epochs), asked, seed, score);
  }
  for (const double fraction : set.fractions) {
    std::vector<Asked> asked;
    for (const NamedRun& run : set.runs) {
      const auto moment = at_fraction(run, fraction);
      if (!moment) continue;
      asked.push_back({.run = &run,
                       .moment = *moment,
                       .answers = answers_of(run, *moment, ours_at(run, *moment))});
    }
    add_moment(fmt::format("{:.0f} %", 100.0 * fraction), asked, seed, score);
  }
  for (const std::size_t from : set.pool_from) {
    std::vector<Judged> all;
    for (const Track& one : tracks) {
      for (std::size_t k = from; k <= one.after.size(); ++k) all.push_back(one.after[k - 1]);
    }
    score.pooled.push_back({.from = from, .covering = covering_of(all)});
  }
  return score;
}

const MethodScore* find(const SetScore& score, const std::string& moment,
                        const std::string& method) {
  for (const MomentScore& at : score.moments) {
    if (at.moment != moment) continue;
    for (const MethodScore& one : at.methods) {
      if (one.method == method) return &one;
    }
  }
  return nullptr;
}

}  // namespace joulecast::accuracy
