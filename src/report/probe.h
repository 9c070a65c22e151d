// What a probe measured, and what it changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/pre/training_estimate.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct ProbeReport {
  std::string run;  ///< The record's id.
  pre::Observation measured;
  double steps = 0.0;  ///< Measured ones; 0: whole epochs.
  std::size_t blocks = 0, warm_up = 0;
  std::vector<Origin> origins;  ///< Of the joules.
  /// Of the whole training, as `joulecast estimate` answered before and answers from now on.
  std::optional<pre::TrainingEstimate> before, after;
  std::string why_not;  ///< Why one of them is missing.
  std::string saved;    ///< The file of the corrected estimator; empty: none.
};

/// joulecast.probe/1
Json probe_json(const ProbeReport& report);
std::string probe_text(const ProbeReport& report, const Terminal& terminal);

/// A set-up to probe, of many that are planned.
struct AdvisedProbe {
  std::string which;  ///< "smallest", "largest", "middle"
  std::string said;   ///< What tells it from the others: "--batch-size 16".
  double step_s = 0.0;
};

/// joulecast.probe/1 with "advice" only.
Json probe_advice_json(const std::vector<AdvisedProbe>& advice, std::size_t planned);
std::string probe_advice_text(const std::vector<AdvisedProbe>& advice, std::size_t planned,
                              const Terminal& terminal);

}  // namespace joulecast::report
