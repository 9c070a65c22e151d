// Seconds and watts of an epoch from first principles: a roofline an operator, the host's dispatch,
// the input pipeline, and watts from how busy the GPU is.
#pragma once

#include "pre/parameters.h"
#include "pre/workload.h"

namespace joulecast::pre {

struct Outcome {
  double time_s = 0.0;   ///< An epoch, as the meter's joules over watts give it.
  double power_w = 0.0;  ///< The GPU's mean.
  double static_w = 0.0;
  double gpu_s = 0.0, host_s = 0.0, pipeline_s = 0.0;  ///< What each would take alone, an epoch.
  // Shares of the epoch: GPU busy, and achieved over peak FLOP/s and bytes a second.
  double busy = 0.0, compute = 0.0, memory = 0.0;
};

/// The logarithms of time and power, with their slopes with respect to the parameters' logarithms.
struct OutcomeSlopes {
  double log_time = 0.0, log_power = 0.0;
  ParameterArray time_slopes, power_slopes;
};

Outcome outcome(const Workload& workload, const ParameterArray& log_parameters);
OutcomeSlopes outcome_slopes(const Workload& workload, const ParameterArray& log_parameters);

}  // namespace joulecast::pre
