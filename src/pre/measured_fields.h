// What a row says beside its set-up, turned into an observation's quantities.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// A field's positive number, absent, or an Error at its place.
using NumberOf = std::function<Result<std::optional<double>>(std::string_view field)>;

/// Fills in power, energies and times of an epoch, the recorded FLOPs, the training size where the
/// table counts steps instead of samples, and the gradient accumulation, or else the batch of one
/// GPU, where it counts the samples of an optimizer's step. Precondition: observation.set_up is
/// complete. `place` stands in errors.
Status set_measured(Observation& observation, const NumberOf& number, std::string_view place);

/// Errors: a power, energy or time that no training has (a wrong unit, mostly), or an energy that
/// is not about power times time.
Status check_measured(const Observation& observation);

}  // namespace joulecast::pre
