// What is measured and how, in every command that measures.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/measure/sources.h"

namespace joulecast::cli {

struct MeasuringOptions {
  measure::SourceOptions sources;

  void add_to(CLI::App& command);
  /// Reads what was given into `sources`. Errors: the option, its value, how to mend it.
  Status read();

 private:
  std::string gpus_, only_, cpu_tdp_;
};

/// Names and what they stand for, checked and exchanged while the command line is read; CLI11's own
/// help of them says the same twice.
template <typename Value>
CLI::Validator one_of(const std::vector<std::pair<std::string, Value>>& names) {
  return CLI::CheckedTransformer(names, CLI::ignore_case).description("");
}

}  // namespace joulecast::cli
