#include "store/row_energy.h"

#include <algorithm>

namespace joulecast::store {
namespace {

constexpr std::size_t kFirstRows = 256;
constexpr double kMostSteps = 2.5;

}  // namespace

void RowEnergy::add(double time_s, std::span<const float> power_w) {
  if (longest_step_s_ > 0.0) {
    integrate(time_s, power_w);
    return;
  }
  first_s_.push_back(time_s);
  first_w_.insert(first_w_.end(), power_w.begin(), power_w.end());
  if (first_s_.size() == kFirstRows) learn_step();
}

std::vector<RowEnergy::Sum> RowEnergy::finish() {
  if (first_s_.size() > 1) learn_step();
  return std::move(sums_);
}

void RowEnergy::learn_step() {
  std::vector<double> steps;
  for (std::size_t i = 1; i < first_s_.size(); ++i) steps.push_back(first_s_[i] - first_s_[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  longest_step_s_ = kMostSteps * *middle;
  const std::span<const float> all = first_w_;
  for (std::size_t i = 0; i < first_s_.size(); ++i) {
    integrate(first_s_[i], all.subspan(i * sums_.size(), sums_.size()));
  }
  first_s_.clear();
  first_w_.clear();
}

void RowEnergy::integrate(double time_s, std::span<const float> power_w) {
  const double step_s = time_s - last_s_;
  const bool neighbours = any_ && step_s <= longest_step_s_;
  for (std::size_t d = 0; d < sums_.size(); ++d) {
    for (const float known_w : {last_w_[d], power_w[d]}) {
      if (!neighbours || !(known_w >= 0.0F)) continue;
      sums_[d].energy += Joules(0.5 * step_s * static_cast<double>(known_w));
      sums_[d].covered += Seconds(0.5 * step_s);
    }
    last_w_[d] = power_w[d];
  }
  last_s_ = time_s;
  any_ = true;
}

}  // namespace joulecast::store
