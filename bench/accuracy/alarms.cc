#include "alarms.h"

#include <algorithm>

#include "ours.h"

namespace joulecast::accuracy {
namespace {

constexpr std::size_t kLatest = 5;
// How far beside its epoch a change may be said to be. Nobody marked these epochs: where the frozen
// ones' derived boundaries are off, their last two already hold fine-tuning (energies of 0.83 ...
// 0.83, 1.02, 1.02, 1.00 of the new level, the change being at the third).
constexpr std::int64_t kEarly = 2, kLate = 1;

bool is_true_change(std::int64_t number, const DataSet& set) {
  const std::int64_t late = number - static_cast<std::int64_t>(set.change_after) - 1;
  return set.change_after > 0 && -kEarly <= late && late <= kLate;
}

bool names_phases(const NamedRun& run) {
  return std::any_of(run.run.epochs.begin(), run.run.epochs.end(),
                     [&](const Epoch& epoch) { return epoch.phase != run.run.epochs[0].phase; });
}

}  // namespace

AlarmScore score_alarms(const DataSet& set) {
  AlarmScore score;
  score.name = set.name;
  if (set.change_after > 0) score.delays.assign(kLatest + 1, 0);
  for (const NamedRun& run : set.runs) {
    if (names_phases(run)) continue;
    ++score.runs;
    const std::int64_t first = run.run.epochs.front().number - 1;
    const Track seen = track(run);
    std::size_t delay = 0;
    bool alarm = false;
    for (std::size_t k = 1; k <= seen.changes.size(); ++k) {
      for (const std::int64_t number : seen.changes[k - 1]) {
        if (!is_true_change(number - first, set)) {
          alarm = true;
        } else if (delay == 0) {
          // Said of the epoch before the change, it may be said before the first after it.
          delay = k > set.change_after ? k - set.change_after : 1;
        }
      }
    }
    score.false_alarms += alarm ? 1 : 0;
    if (alarm) score.alarmed.push_back(run.name);
    if (set.change_after == 0) continue;
    ++score.delays[delay <= kLatest ? delay : 0];
    if (delay == 0 || delay > 2) score.missed.push_back(run.name);
  }
  return score;
}

double found_within_percent(const AlarmScore& score, std::size_t epochs) {
  std::size_t found = 0;
  for (std::size_t delay = 1; delay <= epochs && delay < score.delays.size(); ++delay) {
    found += score.delays[delay];
  }
  return score.runs == 0 ? 0.0
                         : 100.0 * static_cast<double>(found) / static_cast<double>(score.runs);
}

}  // namespace joulecast::accuracy
