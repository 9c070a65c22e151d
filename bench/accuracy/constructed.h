// Trainings that nobody recorded, built from those that somebody did.
#pragma once

#include <vector>

#include "named_run.h"

namespace joulecast::accuracy {

/// From trainings with an evaluation in every epoch: evaluations only in the last fifth, only in
/// every fifth epoch (their number declared, or only that they will come), and without evaluations
/// but with every tenth epoch 60 % longer (a checkpoint), declared or not.
std::vector<DataSet> constructed_sets(const DataSet& from);

}  // namespace joulecast::accuracy
