// `joulecast calibrate host`, beside the calibration by a wall meter.
#pragma once

#include "cli/command.h"

namespace joulecast::cli {

void add_calibrate_host(CLI::App& calibrate, Action& action);

}  // namespace joulecast::cli
