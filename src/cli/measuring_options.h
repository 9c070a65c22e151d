// What is measured and how, in every command that measures.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/measure/sources.h"

namespace joulecast::cli {

struct MeasuringOptions {
  measure::SourceOptions sources;

  /// `gpus_flag`: where "--gpus" means something else.
  void add_to(CLI::App& command, const std::string& gpus_flag = "--gpus");
  /// Reads what was given into `sources`. Errors: the option, its value, how to mend it.
  Status read();

 private:
  std::string gpus_, only_, cpu_tdp_;
};

/// Names and what they stand for, checked and exchanged while the command line is read; CLI11's own
/// speaks of numbers.
template <typename Value>
CLI::Validator one_of(const std::vector<std::pair<std::string, Value>>& names) {
  return CLI::Validator(
      [names](std::string& text) {
        std::string known;
        for (const auto& [name, value] : names) {
          if (CLI::detail::to_lower(text) == name) {
            text = std::to_string(static_cast<int>(value));
            return std::string();
          }
          known += (known.empty() ? "" : ", ") + name;
        }
        return "must be one of " + known + ", not '" + text + "'";
      },
      "");
}

}  // namespace joulecast::cli
