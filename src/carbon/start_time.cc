#include "joulecast/carbon/start_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "carbon/utc_text.h"

namespace joulecast::carbon {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;
// Times in a table are whole seconds; slots this near to each other touch.
constexpr double kTouchS = 1e-3;
// A later start must be better by more than rounding to be preferred.
constexpr double kTie = 1e-12;

using Slots = std::span<const IntensitySlot>;

Error not_covered(const StartQuestion& question, Slots slots) {
  return Error{fmt::format(
      "the intensities run from {} to {} and do not cover the window from {} to {}; move --from "
      "and --until into them",
      utc_text(slots.front().start_s), utc_text(slots.back().end_s), utc_text(question.earliest_s),
      utc_text(question.deadline_s))};
}

// The slots that the window touches, without gaps between them.
Result<Slots> covering(Slots slots, const StartQuestion& question) {
  if (slots.empty()) return Error{"there are no intensities"};
  if (question.earliest_s < slots.front().start_s - kTouchS ||
      question.deadline_s > slots.back().end_s + kTouchS) {
    return not_covered(question, slots);
  }
  const auto first = std::find_if(slots.begin(), slots.end(), [&](const IntensitySlot& slot) {
    return slot.end_s > question.earliest_s;
  });
  const auto end = std::find_if(first, slots.end(), [&](const IntensitySlot& slot) {
    return slot.start_s >= question.deadline_s;
  });
  const Slots within(first, end);
  double covered_s = question.earliest_s;
  const auto gap_until = [&](double time_s) {
    return Error{fmt::format(
        "the intensities have a gap from {} to {}, inside the window; fill it in the file, or "
        "move --from and --until",
        utc_text(covered_s), utc_text(time_s))};
  };
  for (const IntensitySlot& slot : within) {
    if (slot.start_s > covered_s + kTouchS) return gap_until(slot.start_s);
    covered_s = slot.end_s;
  }
  if (covered_s < question.deadline_s - kTouchS) return gap_until(question.deadline_s);
  return within;
}

// The integral of intensity over time since the first slot's start. Asked for times that rise.
class Cumulative {
 public:
  explicit Cumulative(Slots slots) : slots_(slots) {}
  double at(double time_s) {
    while (index_ + 1 < slots_.size() && slots_[index_].end_s <= time_s) {
      before_ += slots_[index_].g_per_kwh * (slots_[index_].end_s - slots_[index_].start_s);
      ++index_;
    }
    return before_ + slots_[index_].g_per_kwh * (time_s - slots_[index_].start_s);
  }

 private:
  Slots slots_;
  std::size_t index_ = 0;
  double before_ = 0.0;
};

// The cost of a start is linear between the times at which it, or the end of the run, passes from
// one slot into the next: its least and its greatest value lie at these times.
std::vector<double> candidate_starts(Slots slots, double earliest_s, double latest_s,
                                     double duration_s) {
  std::vector<double> at_start = {earliest_s}, at_end;
  for (const IntensitySlot& slot : slots) {
    const double edge_s = slot.end_s;
    if (edge_s > earliest_s && edge_s < latest_s) at_start.push_back(edge_s);
    const double start_s = edge_s - duration_s;
    if (start_s > earliest_s && start_s < latest_s) at_end.push_back(start_s);
  }
  at_start.push_back(latest_s);
  std::vector<double> starts(at_start.size() + at_end.size());
  std::merge(at_start.begin(), at_start.end(), at_end.begin(), at_end.end(), starts.begin());
  return starts;
}

}  // namespace

Result<StartAdvice> cheapest_start(const std::vector<IntensitySlot>& slots,
                                   const StartQuestion& question) {
  const double duration_s = question.duration.value();
  if (!(duration_s > 0.0) || !(question.power.value() >= 0.0)) {
    return Error{"a duration above 0 and a power of at least 0 are needed"};
  }
  const double latest_s = question.deadline_s - duration_s;
  if (!(latest_s >= question.earliest_s)) {
    return Error{
        fmt::format("the window from {} to {} is shorter than the duration; set --until "
                    "later or --from earlier",
                    utc_text(question.earliest_s), utc_text(question.deadline_s))};
  }
  const auto within = covering(slots, question);
  if (!within) return within.error();
  Cumulative to_start(*within), to_end(*within);
  const auto cost_at = [&](double start_s) {
    const double mean = (to_end.at(start_s + duration_s) - to_start.at(start_s)) / duration_s;
    const double kwh = (question.power * question.duration).value() / kJoulesPerKwh;
    return StartChoice{.start_s = start_s, .g_co2e = mean * kwh, .mean_g_per_kwh = mean};
  };
  std::optional<StartAdvice> advice;
  for (const double start_s :
       candidate_starts(*within, question.earliest_s, latest_s, duration_s)) {
    const StartChoice choice = cost_at(start_s);
    if (!advice) advice = StartAdvice{.best = choice, .earliest = choice, .worst = choice};
    const double mean = choice.mean_g_per_kwh;
    if (mean < advice->best.mean_g_per_kwh * (1.0 - kTie) - kTie) advice->best = choice;
    if (mean > advice->worst.mean_g_per_kwh * (1.0 + kTie) + kTie) advice->worst = choice;
  }
  return *advice;
}

}  // namespace joulecast::carbon
