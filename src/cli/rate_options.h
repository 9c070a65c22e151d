// The options that turn joules into CO2 and money, of every command that does so.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/carbon/carbon.h"

namespace joulecast::cli {

struct RateOptions {
  carbon::RateOptions said;
  std::string live;  ///< "PROVIDER:ZONE"; empty: the network is left alone.

  /// `live_flags`: where "--live" is free, it can be one of them.
  void add_to(CLI::App& command, const std::string& live_flags = "--live-carbon");

  /// The rates. What a live provider could not answer falls back to the table, with a line in
  /// `notes`. Errors: only what the user said wrongly.
  Result<carbon::Rates> resolve(std::vector<std::string>& notes) const;
};

}  // namespace joulecast::cli
