#include "step/level_series.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace joulecast::step {

void LevelSeries::add(const ProjectionUnit& unit, const LevelPriors& priors,
                      std::size_t quantities) {
  if (first_) {
    put_main(unit);
  } else {
    first_ = unit;
  }
  sort_bases(priors);
  for (std::size_t q = 0; q < quantities; ++q) fits_[q] = fit(q, priors[q], nullptr);
}

LevelFits LevelSeries::fits_with(const RunningPoint& running, const LevelPriors& priors) const {
  LevelFits fits;
  for (std::size_t q = 0; q < kQuantities; ++q) fits[q] = fit(q, priors[q], &running);
  return fits;
}

void LevelSeries::put_main(const ProjectionUnit& unit) {
  ++main_units_;
  for (std::size_t q = 0; q < kQuantities; ++q) {
    log_rate_[q][size_] = unit.log_rate[q];
    bases_[q].insert(unit.log_rate[q] - base_transient_[q] * unit.transient);
  }
  transient_[size_] = unit.transient;
  work_[size_] = unit.work;
  works_.insert(unit.work);
  if (++size_ > kBuffer) fold_oldest();
}

void LevelSeries::fold_oldest() {
  const double weight = std::min(1.0, work_[0] / works_.median());
  const bool first_main_unit = main_units_ == size_;
  for (std::size_t q = 0; q < kQuantities; ++q) {
    if (fits_[q].variance > 0.0) {  // It is fitted.
      fold(folded_[q], fits_[q], log_rate_[q][0], transient_[0], weight, first_main_unit);
    }
    bases_[q].erase(log_rate_[q][0] - base_transient_[q] * transient_[0]);
  }
  works_.erase(work_[0]);
  const auto drop_oldest = [](Column& column) {
    std::copy(column.begin() + 1, column.end(), column.begin());
  };
  for (Column& column : log_rate_) drop_oldest(column);
  drop_oldest(transient_);
  drop_oldest(work_);
  --size_;
}

// The prior's transient changes with the first few units' power only.
void LevelSeries::sort_bases(const LevelPriors& priors) {
  for (std::size_t q = 0; q < kQuantities; ++q) {
    if (priors[q].transient == base_transient_[q]) continue;
    base_transient_[q] = priors[q].transient;
    bases_[q].clear();
    for (std::size_t i = 0; i < size_; ++i) {
      bases_[q].insert(log_rate_[q][i] - base_transient_[q] * transient_[i]);
    }
  }
}

LevelFit LevelSeries::fit(std::size_t quantity, const LevelPrior& prior,
                          const RunningPoint* running) const {
  assert(first_ && prior.transient == base_transient_[quantity]);
  FitPoints points;
  points.main = points.size = size_;
  std::copy_n(log_rate_[quantity].begin(), size_, points.y.begin());
  std::copy_n(transient_.begin(), size_, points.g.begin());
  std::fill_n(points.own_variance.begin(), size_, 0.0);
  const double typical = size_ > 0 ? works_.median() : 1.0;
  for (std::size_t i = 0; i < size_; ++i) {
    points.weight[i] = std::min(1.0, work_[i] / typical);
    points.inverse_weight[i] = std::max(1.0, typical / work_[i]);
  }
  if (main_units_ == size_) {  // Nothing was folded.
    points.append(first_->log_rate[quantity] - prior.first, first_->transient,
                  prior.first_sd * prior.first_sd);
  }
  if (running != nullptr) {
    points.append(running->log_rate[quantity], running->transient, running->variance);
  }

  FitStart start;
  if (size_ > 0) {
    start.level = bases_[quantity].median();
    // 1.4826: makes a normal's median deviation its standard deviation.
    const double deviation = bases_[quantity].median_deviation(start.level);
    if (size_ > 2) start.deviation = 1.4826 * deviation;
    if (size_ == 2) start.deviation = std::sqrt(2.0) * deviation;
  } else {
    double weights = 0.0;
    double weighted = 0.0;
    for (std::size_t i = 0; i < points.size; ++i) {
      const double weight = 1.0 / (points.own_variance[i] + prior.scale * prior.scale);
      weights += weight;
      weighted += weight * (points.y[i] - prior.transient * points.g[i]);
    }
    start.level = weighted / weights;
  }
  return fit_level(points, main_units_, folded_[quantity], prior, start);
}

}  // namespace joulecast::step
