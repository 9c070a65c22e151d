// The options that say what shall be trained on what, of every command that needs to know.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/pre/settings.h"

namespace joulecast::cli {

/// Whether what an estimate cannot do without was said: the GPU, the samples of an epoch.
Status check_said(const pre::SaidSettings& said);

class SetUpOptions {
 public:
  /// One option a setting (pre/settings.h), --plan for a file of them, and NETWORK in front.
  void add_to(CLI::App& command);

  /// What was said: the plan file's, with the command line's above it.
  Result<pre::SaidSettings> read() const;

 private:
  std::string plan_;
  std::map<std::string, std::string> values_;  // by setting name; empty: not given
};

}  // namespace joulecast::cli
