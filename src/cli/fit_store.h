// The runs of a store as observations to fit on.
#pragma once

#include "cli/store_options.h"
#include "joulecast/pre/observations.h"

namespace joulecast::cli {

/// Runs and probes that say what was trained, by their set-up, tags or title, in the words of
/// `joulecast estimate` ("network=resnet50", "batch_size=64", "train-size=50000"). What is left out
/// and why stands in the table's notes.
Result<pre::Table> read_store_table(const StoreOptions& store);

}  // namespace joulecast::cli
