// From what single lines say to marks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "joulecast/live/mark.h"
#include "live/built_in_patterns.h"
#include "live/output_watch_lines.h"

namespace joulecast::live {

/// Makes one mark of the many lines that tell of an epoch's end, its plan and its steps.
class EpochTracker {
 public:
  using Take = std::function<void(const Mark&)>;
  void see(const Sighting& seen, const ReadAt& at, const Take& take);
  void finish(const Take& take);
  /// Ends that came in one read with others.
  std::size_t unedged() const { return unedged_; }

 private:
  struct End {
    Mark mark;
    ReadAt at;
    std::int64_t step = 0;  // of the run, when it was seen
  };
  bool is_over(const Sighting& seen, const ReadAt& at) const;
  void move_to(const Sighting& seen, const ReadAt& at, const Take& take);
  void tell_plan(const Sighting& seen, const ReadAt& at, const Take& take);
  void tell_step(const Sighting& seen, const ReadAt& at, const Take& take);
  void note_end(const Sighting& seen, const ReadAt& at, const Take& take);
  void tell_end(const End& end, const Take& take);

  std::optional<std::int64_t> first_epoch_, epoch_, ended_;
  std::optional<End> held_;  // said once it is known to have been the last such line
  bool epochs_told_ = false, steps_told_ = false;
  std::int64_t step_ = 0;
  std::optional<double> step_time_s_;
  std::optional<std::uint64_t> last_end_read_;
  bool last_end_alone_ = true;
  std::size_t unedged_ = 0;
};

}  // namespace joulecast::live
