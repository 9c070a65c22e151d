// What a recording holds, in a few figures.
#pragma once

#include <string>
#include <vector>

#include "joulecast/readers/reader.h"
#include "joulecast/run/integrate.h"
#include "joulecast/run/run_sink.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

/// Sums a stream of events up in constant memory (per epoch).
class RunSummary : public RunSink {
 public:
  void device(const Device& device) override;
  void epoch(const Epoch& epoch) override;
  void sample(std::size_t device, double time_s, double power_w) override;

  /// Call once, after the last event.
  void finish(readers::ReadReport report);

  Json json() const;  ///< joulecast.import/1
  std::string text(const std::string& name, const Terminal& terminal) const;

 private:
  struct Range {
    double first_s = 0.0, last_s = 0.0;
    double lowest_w = 0.0, highest_w = 0.0;
    bool any = false;
  };
  EpochIntegrator integrator_;
  std::vector<Range> ranges_;
  readers::ReadReport report_;
  EpochRun run_;
};

}  // namespace joulecast::report
