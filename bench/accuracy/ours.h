// joulecast's own projection of a recorded training.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "joulecast/step/online_projector.h"
#include "moment.h"

namespace joulecast::accuracy {

inline constexpr std::array kCoverages = {0.5, 0.9, 0.99};

/// One answer beside the outcome.
struct Judged {
  double error_percent = 0.0;                     ///< Absolute, of the total.
  std::array<bool, kCoverages.size()> covered{};  ///< By the interval of each of kCoverages.
  double width_percent = 0.0;                     ///< Of the 90 % interval, of the outcome.
};

step::OnlinePlan plan_of(const NamedRun& run);

/// The energy's answers after each epoch but the last, and what was held for changes of phase.
struct Track {
  std::vector<Judged> after;                       ///< after[k-1]: k epochs seen.
  std::vector<std::vector<std::int64_t>> changes;  ///< Epoch::number, as known after each epoch.
};
Track track(const NamedRun& run);

/// At any moment. Where it is a fraction of the run (MLPerf), the number of evaluations is
/// declared: whoever plans in fractions of a run knows them.
Judged ours_at(const NamedRun& run, const Moment& moment);

}  // namespace joulecast::accuracy
