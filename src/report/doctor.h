// What can be measured on this machine, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "joulecast/measure/sources.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// A device as the trial reading found it.
struct TrialReading {
  Device device;
  double gain_error = 0.0;               ///< Relative, 95 %.
  std::optional<Watts> power;            ///< Mean over the trial.
  std::optional<Seconds> update_period;  ///< Of the sensor, as learnt.
  std::optional<double> cross_check;     ///< Integrated power over counter.
};

/// Something else that `joulecast run` needs: where records go, where marks arrive.
struct Place {
  std::string what;
  std::string path;     ///< Empty where there is none.
  std::string problem;  ///< Empty: it works.
};

struct DoctorReport {
  std::vector<measure::Finding> findings;
  Seconds trial;
  std::vector<TrialReading> readings;
  std::vector<std::string> notes;  ///< What happened during the trial.
  std::vector<Place> places;
};

std::string doctor_text(const DoctorReport& report, const Terminal& terminal);
Json doctor_json(const DoctorReport& report);

}  // namespace joulecast::report
