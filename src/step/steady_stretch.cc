#include "step/steady_stretch.h"

#include <cmath>

#include "step/projection_constants.h"
#include "step/remaining_work.h"

namespace joulecast::step {
namespace {

using C = ProjectionConstants;
constexpr std::size_t kMostChanges = 100;

}  // namespace

void SteadyStretch::add(const WorkKind& kind, const Block& block) {
  if (kind.phase() > phase_) {
    former_since_ = since_;
    since_.reset();
    if (changes_.size() == kMostChanges) changes_.erase(changes_.begin());
    // A change that was found began with the block before.
    changes_.push_back(kind.phase_began() < kind.units() ? last_.number : block.number);
  } else if (kind.phase() < phase_) {  // Taken back.
    since_ = former_since_;
    if (!changes_.empty()) changes_.pop_back();
  }
  phase_ = kind.phase();
  last_ = block;
  const LevelSeries& series = kind.series();
  const bool pending = kind.pending().has_value();
  if (series.main_units() > 0) {
    const double transient = series.fits()[kEnergy].transient * kind.last_transient();
    if (std::abs(transient) > C::kStableTransient) {
      since_.reset();
    } else if (!since_ && !pending) {
      since_ = block;
    }
  }
  stable_ = since_ && !pending && series.main_units() >= C::kStableUnits;
}

}  // namespace joulecast::step
