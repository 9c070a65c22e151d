// What is wrong with a command line, in one line.
#pragma once

#include <CLI/CLI.hpp>

#include "joulecast/base/result.h"

namespace joulecast::cli {

/// `error` is what parsing `program` threw. An option or command that is unknown is told before all
/// else, with the nearest one that is there; then which --help to see.
Error usage_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace joulecast::cli
