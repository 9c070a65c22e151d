// Keeps a run's record without ever keeping the run waiting.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "joulecast/base/units.h"
#include "joulecast/store/run_writer.h"

namespace joulecast::live {

/// A store::RunWriter in a thread of its own, from the making of its folder on: a disk that stalls
/// for a minute delays the record and nothing else. What is to be written waits in memory, bounded:
/// when a thousand seconds of it wait, further samples are dropped, and the record says so. Used by
/// one thread.
class Recorder {
 public:
  /// Makes the writer; called once, in the recorder's thread.
  using Open = std::function<Result<std::unique_ptr<store::RunWriter>>()>;
  explicit Recorder(Open open);
  /// Without finish(), what is written so far stays, and the run counts as interrupted. Waits for
  /// nothing: a thread that hangs in a write is left behind.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Empty while it has not been made, and where it cannot be.
  std::filesystem::path folder() const;

  using Task = std::function<void(store::RunWriter&)>;
  /// Something to be written, in this order. Returns at once.
  void write(Task task);
  void sample(double time_s, std::span<const float> power_w);

  /// What went wrong since the last call, told once, as a whole sentence; empty: nothing.
  std::string take_error();
  /// Ends the record and waits until it is on the disk, at most this long. Error: it is not.
  Status finish(const store::RunEnd& end, Seconds at_most);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive us
};

}  // namespace joulecast::live
