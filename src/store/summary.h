// A run in the few figures of a list.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "joulecast/store/index.h"
#include "joulecast/store/record.h"

namespace joulecast::store {

/// What a run took as far as is known: as its end says it, else (it runs, or was cut off) the
/// integral of its samples, one energy for each device. Empty where nothing was measured.
std::vector<MeasuredEnergy> energy_so_far(const std::filesystem::path& folder,
                                          const RunRecord& record);

/// The sum over the devices, of the worst origin. `energies`: one per device.
std::optional<MeasuredEnergy> sum_of(const std::vector<RecordedDevice>& devices,
                                     const std::vector<MeasuredEnergy>& energies);
/// Whether a device was seen for more than a trifle (a twentieth) of a stretch that lasted so long;
/// what else its energy says is nothing.
bool is_known(const MeasuredEnergy& energy, Seconds duration);
bool any_known(const std::vector<MeasuredEnergy>& energies, Seconds duration);
/// What the meters' own errors leave open of that sum, at 95 %.
Joules meter_error(const std::vector<RecordedDevice>& devices,
                   const std::vector<MeasuredEnergy>& energies);

RunSummary summary_of(const std::filesystem::path& folder, const RunRecord& record);

/// The words of a command line as one line of text, quoted as a shell needs it.
std::string command_text(const std::vector<std::string>& command);

}  // namespace joulecast::store
