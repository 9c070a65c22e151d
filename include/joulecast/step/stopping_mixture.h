// The whole of a training whose last epoch is not known: the energy of every length it may have,
// weighted by how likely it stops there.
#pragma once

#include <functional>
#include <string>

#include "joulecast/run/forecast.h"
#include "joulecast/step/early_stopping.h"
#include "joulecast/step/online_projector.h"

namespace joulecast::step {

/// Mixes projector.forecast_for(n) over the stopping epochs n of `stopping`. Value: the median;
/// low and high: the quantiles at the projector's coverage; the part "stopping" is the spread that
/// the unknown epoch alone makes. The projector counts in epochs and has seen at least one. Where
/// only the bounds are known (no metric yet) every length between them is as likely as its
/// logarithm's share, and low and high are those of the bounds; without a cap there is then no
/// answer, and a note says so.
Forecast forecast_stopping(const OnlineProjector& projector, const StoppingDistribution& stopping);

/// The same of anything that answers for a whole training of n epochs, n >= 1: an estimate before
/// it begins. `stopping` is not bounds_only().
Forecast forecast_stopping(const std::function<Forecast(int epochs)>& of_length,
                           const StoppingDistribution& stopping);

}  // namespace joulecast::step
