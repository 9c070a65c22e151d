// The cheapest time to start, from a grid's intensity over time. No I/O but reading the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"

namespace joulecast::carbon {

/// The intensity from one time to another, in Unix seconds; start_s < end_s.
struct IntensitySlot {
  double start_s = 0.0;
  double end_s = 0.0;
  double g_per_kwh = 0.0;  ///< >= 0
};

/// A table of intensities, e.g. `timestamp,g_per_kwh`, an export of Electricity Maps (life cycle
/// where it is there) or of carbonintensity.org.uk (actual, else forecast). Times without a zone
/// are UTC. A slot lasts until its "to" column's time, else until the next row; the last one, and
/// one before a gap, as long as the typical one. Rows without a figure leave a gap. Errors: no such
/// columns, values that are not numbers, times that do not rise, no row.
Result<std::vector<IntensitySlot>> read_intensity_csv(const std::filesystem::path& path);

/// "2026-11-23T17:00Z", "2026-11-23 17:00:00", "2026-11-23", or Unix seconds; UTC without a zone.
std::optional<double> parse_grid_time(std::string_view text);

struct StartQuestion {
  Seconds duration;         ///< > 0
  Watts power;              ///< >= 0, mean while it runs, PUE included.
  double earliest_s = 0.0;  ///< Unix time of the earliest start ("now").
  double deadline_s = 0.0;  ///< By when it must have ended.
};

struct StartChoice {
  double start_s = 0.0;
  double g_co2e = 0.0;
  double mean_g_per_kwh = 0.0;
};

struct StartAdvice {
  StartChoice best;      ///< The earliest of the best.
  StartChoice earliest;  ///< Starting at once.
  StartChoice worst;
};

/// Exact for slots of any length, partial ones weighted; O(number of slots). Errors: the window is
/// shorter than the duration, or not covered by the slots, or has a gap. Precondition: slots rise
/// and do not overlap.
Result<StartAdvice> cheapest_start(const std::vector<IntensitySlot>& slots,
                                   const StartQuestion& question);

}  // namespace joulecast::carbon
