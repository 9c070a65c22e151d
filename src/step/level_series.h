// The units of one kind of work in one phase: the newest as they are, the older ones as sums.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "step/level_fit.h"
#include "step/level_prior.h"
#include "step/projection_constants.h"
#include "step/projection_unit.h"
#include "step/sorted_window.h"

namespace joulecast::step {

/// The unit that is still running, as one more point of a fit.
struct RunningPoint {
  std::array<double, kQuantities> log_rate{};
  double transient = 0.0;
  double variance = 0.0;
};

using LevelFits = std::array<LevelFit, kQuantities>;

class LevelSeries {
 public:
  /// Puts a unit in and fits the first `quantities` anew, always the same number; the other fits
  /// mean nothing. The first unit of all stands apart.
  void add(const ProjectionUnit& unit, const LevelPriors& priors,
           std::size_t quantities = kQuantities);

  /// The fit with the running unit, which is not kept. Not of an empty series.
  LevelFits fits_with(const RunningPoint& running, const LevelPriors& priors) const;

  bool empty() const { return !first_; }
  std::size_t main_units() const { return main_units_; }  ///< Ever, without the first.
  std::size_t buffered() const { return size_; }
  /// The fits after the last unit. Not of an empty series.
  const LevelFits& fits() const { return fits_; }
  /// The median work of the buffered units, or the first's. Not of an empty series.
  double typical_work() const { return size_ > 0 ? works_.median() : first_->work; }

 private:
  static constexpr std::size_t kBuffer = ProjectionConstants::kBuffer;
  using Column = std::array<double, kBuffer + 1>;

  void put_main(const ProjectionUnit& unit);
  void fold_oldest();
  void sort_bases(const LevelPriors& priors);
  LevelFit fit(std::size_t quantity, const LevelPrior& prior, const RunningPoint* running) const;

  std::optional<ProjectionUnit> first_;
  std::size_t main_units_ = 0;
  std::size_t size_ = 0;
  std::array<Column, kQuantities> log_rate_{};  // oldest first
  Column transient_{}, work_{};
  SortedWindow<kBuffer + 1> works_;
  // The main units without the prior's transient, whose size the priors of the last fit had.
  std::array<SortedWindow<kBuffer + 1>, kQuantities> bases_;
  std::array<double, kQuantities> base_transient_{};
  std::array<FoldedSums, kQuantities> folded_{};
  LevelFits fits_{};
};

}  // namespace joulecast::step
