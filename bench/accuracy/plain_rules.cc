#include "plain_rules.h"

#include <vector>

#include "statistics.h"

namespace joulecast::accuracy {
namespace {

constexpr std::size_t kWindow = 5;  // STEP's w

struct Sum {
  double joules = 0.0, work = 0.0;
};

Sum sum_of(const NamedRun& run, std::size_t from, std::size_t to) {
  Sum sum;
  for (std::size_t i = from; i < to; ++i) {
    sum.joules += run.run.epochs[i].energy->value();
    sum.work += work_at(run, i);
  }
  return sum;
}

std::optional<double> step_rule(const NamedRun& run, const Moment& moment, std::size_t before) {
  if (moment.epochs < before + kWindow) return std::nullopt;
  const Sum early = sum_of(run, 0, before);
  const Sum window = sum_of(run, before, before + kWindow);
  return early.joules + (total_work(run) - early.work) * window.joules / window.work;
}

double median_rate(const NamedRun& run, std::size_t from, std::size_t to) {
  std::vector<double> rates;
  for (std::size_t i = from; i < to; ++i) {
    rates.push_back(run.run.epochs[i].energy->value() / work_at(run, i));
  }
  return median(rates);
}

}  // namespace

const char* to_string(Rule rule) {
  switch (rule) {
    case Rule::kFirst:
      return "first x N";
    case Rule::kMean:
      return "mean 2..k";
    case Rule::kMedian:
      return "median 2..k";
    case Rule::kStep10:
      return "STEP 10+5";
    case Rule::kStep5:
      return "STEP 5+5";
  }
  return "";
}

std::optional<double> predicted_joules(Rule rule, const NamedRun& run, const Moment& moment) {
  const std::size_t from = moment.epochs > 1 ? 1 : 0;
  const double rest = total_work(run) - moment.done;
  const Sum used = sum_of(run, from, moment.epochs);
  const Sum first = sum_of(run, 0, 1);
  switch (rule) {
    case Rule::kFirst:
      return total_work(run) * first.joules / first.work;
    case Rule::kMean:
      return moment.spent_j + rest * used.joules / used.work;
    case Rule::kMedian:
      return moment.spent_j + rest * median_rate(run, from, moment.epochs);
    case Rule::kStep10:
      return step_rule(run, moment, 10);
    case Rule::kStep5:
      return step_rule(run, moment, 5);
  }
  return std::nullopt;
}

}  // namespace joulecast::accuracy
