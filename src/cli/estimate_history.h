// `joulecast estimate --history`: what was expected of the store's runs, and what they took.
#pragma once

#include "cli/store_options.h"

namespace joulecast::cli {

/// The exit code.
int estimate_history(const StoreOptions& options, bool json);

}  // namespace joulecast::cli
