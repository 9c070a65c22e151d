// What a stored run says of its training.
#pragma once

#include "joulecast/base/result.h"
#include "joulecast/pre/settings.h"
#include "joulecast/store/record.h"

namespace joulecast::cli {

/// What was said of a run's training: by its set-up, else by its tags, else by its title
/// ("network=resnet50", "batch-size=64"), and what its devices and its host tell.
pre::SaidSettings said_of(const store::RunRecord& run);

/// The set-up of it. Errors: no network, no GPU, no training size, epochs that have other steps
/// than it says.
Result<pre::SetUp> set_up_of_run(const store::RunRecord& run);

/// Of all its GPUs together.
double samples_of_step(const pre::SetUp& set_up);

}  // namespace joulecast::cli
