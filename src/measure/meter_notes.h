// Notes that do not grow without end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "joulecast/measure/meter.h"

namespace joulecast::measure {

/// Writes one subject's notes into a meter's. A sensor that fails every few seconds says so for
/// every kind of note kMost times, and with the last one that no more of that kind follow.
class MeterNotes {
 public:
  enum class Kind : std::uint8_t {
    kFailing,
    kReadable,
    kRestarted,
    kJumped,
    kWrapped,
    kStuck,
    kMoves,
    kReplaced,
    kReturned,
    kDisagrees,
  };
  static constexpr std::size_t kMost = 20;

  /// `notes` must outlive this.
  MeterNotes(std::string device_id, std::vector<MeterNote>& notes)
      : device_id_(std::move(device_id)), notes_(notes) {}

  void add(Kind kind, MonotonicSeconds time_s, std::string text) {
    std::size_t& written = written_[static_cast<std::size_t>(kind)];
    if (written == kMost) return;
    if (++written == kMost) text += " (further notes of this kind are left out)";
    notes_.push_back({.time_s = time_s, .device_id = device_id_, .text = std::move(text)});
  }

 private:
  std::string device_id_;
  std::vector<MeterNote>& notes_;
  std::array<std::size_t, static_cast<std::size_t>(Kind::kDisagrees) + 1> written_{};
};

}  // namespace joulecast::measure
