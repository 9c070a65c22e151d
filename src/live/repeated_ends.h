// Ends of epochs that a user's own pattern finds, each once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "joulecast/live/mark.h"

namespace joulecast::live {

/// A pattern may match one line per epoch, or every line of a progress bar ("Epoch 3: 40 %"): then
/// only the next epoch's first line tells that the last one seen was the end. Which of the two it
/// is shows at the second match; until then the first is held back, but no longer than a bar may
/// pause. Not thread-safe.
class RepeatedEnds {
 public:
  using Take = std::function<void(const Mark&)>;

  /// `time_s`: when the mark's line was read. Marks other than a numbered epoch's end pass.
  void add(const Mark& mark, double time_s, const Take& take);
  /// Call now and then.
  void poll(double now_s, const Take& take);
  /// The output has ended.
  void finish(const Take& take) { release(take); }

 private:
  enum class Kind { kUnknown, kLines, kBar };
  void release(const Take& take);

  Kind kind_ = Kind::kUnknown;
  std::optional<Mark> held_;
  double held_since_s_ = 0.0;
  std::optional<std::int64_t> last_;  // the last number handed on
};

}  // namespace joulecast::live
