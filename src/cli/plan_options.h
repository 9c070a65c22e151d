// What a user says of the whole training, in every command that projects.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/run/run.h"
#include "joulecast/step/early_stopping.h"

namespace joulecast::cli {

struct PlanOptions {
  std::optional<WorkUnit> unit;  ///< Of `total`.
  std::optional<double> total;   ///< Absent: not said.
  std::vector<double> phases;    ///< Declared phases' work, in order.
  bool open_phases = false;      ///< They are followed by one more, the rest.
  std::optional<double> evaluate_every;
  std::optional<step::EarlyStoppingRule> early_stopping;

  /// `without_total`: what it means that nobody says how long the training is.
  void add_to(CLI::App& command, const std::string& without_total);
  /// Reads what was given into the fields above. Errors: the option, its value, how to mend it.
  Status read();

 private:
  Status read_phases();

  double epochs_ = 0.0, steps_ = 0.0, samples_ = 0.0, tokens_ = 0.0;  // 0: not given
  double evaluate_every_ = 0.0;
  std::string phases_, early_stopping_;
};

}  // namespace joulecast::cli
