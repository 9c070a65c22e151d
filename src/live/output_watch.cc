#include "joulecast/live/output_watch.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "live/built_in_patterns.h"
#include "live/output_watch_lines.h"
#include "live/output_watch_pattern.h"
#include "live/output_watch_tracker.h"

namespace joulecast::live {
namespace {

using Take = std::function<void(const Mark&)>;

constexpr const char* kAuto = "auto";
// Matches every bar, those of the other frameworks too.
constexpr const char* kLeastSpecific = "tqdm";

// A pattern that may turn out to be the one.
struct Candidate {
  std::string name;
  std::unique_ptr<Recogniser> recogniser;
  EpochTracker tracker{};
  int signs = 0;
  std::vector<Mark> held{};  // until it is chosen

  void look(std::string_view line, const ReadAt& at, const Take& take) {
    const auto seen = recogniser->look(line);
    if (!seen) return;
    if (seen->is_sign) ++signs;
    tracker.see(*seen, at, take);
  }
  void hold(const Mark& mark) {
    constexpr std::size_t kMostHeld = 256;
    if (held.size() < kMostHeld) held.push_back(mark);
  }
};

}  // namespace

struct OutputWatch::State {
  std::array<OutputLines, 2> streams;
  std::vector<Candidate> candidates;
  Candidate* chosen = nullptr;
  std::string in_use;
  std::uint64_t reads = 0;

  void line(std::string_view text, const ReadAt& at, const Take& take) {
    for (Candidate& candidate : candidates) {
      if (&candidate == chosen) {
        candidate.look(text, at, take);
      } else if (!decided()) {
        candidate.look(text, at, [&](const Mark& mark) { candidate.hold(mark); });
      }
    }
    if (!decided()) choose(take);
  }

  bool decided() const { return chosen != nullptr && chosen->name != kLeastSpecific; }

  void choose(const Take& take) {
    constexpr int kEnoughSigns = 2;
    for (Candidate& candidate : candidates) {
      if (&candidate == chosen) return;  // the least specific is the last
      if (candidate.signs < kEnoughSigns) continue;
      for (const Mark& mark : std::exchange(candidate.held, {})) {
        // The steps have been told by the one before.
        if (chosen == nullptr || mark.kind != Mark::Kind::kStep) take(mark);
      }
      chosen = &candidate;
      in_use = candidate.name;
      return;
    }
  }
};

OutputWatch::OutputWatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputWatch::~OutputWatch() = default;

Result<std::unique_ptr<OutputWatch>> OutputWatch::create(const std::string& pattern) {
  auto state = std::make_unique<State>();
  if (pattern == kAuto) {
    for (const BuiltInPattern& known : built_in_patterns())
      state->candidates.push_back({known.name, built_in_recogniser(known.name)});
  } else if (auto known = built_in_recogniser(pattern)) {
    state->candidates.push_back({pattern, std::move(known)});
  } else {
    auto made = pattern_recogniser(pattern);
    if (!made) return made.error();
    state->candidates.push_back({pattern, std::move(*made)});
  }
  if (pattern != kAuto) {
    state->chosen = &state->candidates.front();
    state->in_use = pattern;
  }
  return std::unique_ptr<OutputWatch>(new OutputWatch(std::move(state)));
}

void OutputWatch::feed(std::string_view bytes, double time_s, const Take& take, int stream) {
  const ReadAt at = {time_s, ++state_->reads};
  state_->streams[stream == 0 ? 0 : 1].feed(
      bytes, at,
      [&](std::string_view line, const ReadAt& read) { state_->line(line, read, take); });
}

void OutputWatch::finish(const Take& take) {
  for (OutputLines& stream : state_->streams) {
    stream.finish([&](std::string_view line, const ReadAt& at) { state_->line(line, at, take); });
  }
  if (state_->chosen != nullptr) state_->chosen->tracker.finish(take);
}

std::size_t OutputWatch::unedged() const {
  return state_->chosen != nullptr ? state_->chosen->tracker.unedged() : 0;
}

const std::string& OutputWatch::in_use() const { return state_->in_use; }

}  // namespace joulecast::live
