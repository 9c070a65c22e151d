// What every fuzz target of a reader needs: a sink that aborts when a reader breaks its promise to
// it, and a call of the reader on bytes in memory.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "joulecast/readers/reader.h"
#include "joulecast/run/run_sink.h"
#include "readers/format.h"

namespace joulecast::fuzz {

inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// Holds a reader to the contract of RunSink (run_sink.h).
class CheckingSink : public RunSink {
 public:
  void device(const Device& device) override {
    require(!device.id.empty(), "a device has an id");
    last_s_.push_back(-HUGE_VAL);
  }

  void epoch(const Epoch& epoch) override {
    require(samples_ == 0, "epochs come before samples");
    require(std::isfinite(epoch.start_s) && std::isfinite(epoch.end_s), "epoch times are finite");
    require(epoch.start_s < epoch.end_s, "an epoch has a length");
    require(!begun_ || epoch.start_s >= end_s_, "epochs do not overlap");
    require(!begun_ || epoch.number > number_, "epoch numbers rise");
    require(!epoch.energy || is_energy(*epoch.energy), "an energy is finite and not negative");
    if (epoch.evaluation) {
      const Evaluation& evaluation = *epoch.evaluation;
      require(evaluation.start_s < evaluation.end_s, "an evaluation has a length");
      require(evaluation.start_s >= epoch.start_s && evaluation.end_s <= epoch.end_s,
              "an evaluation is inside its epoch");
      require(!evaluation.energy || is_energy(*evaluation.energy), "as for the epoch's energy");
    }
    for (const auto& number : {epoch.samples, epoch.loss, epoch.validation_loss, epoch.accuracy}) {
      require(!number || std::isfinite(*number), "numbers are finite");
    }
    begun_ = true;
    end_s_ = epoch.end_s;
    number_ = epoch.number;
  }

  void sample(std::size_t device, double time_s, double power_w) override {
    require(device < last_s_.size(), "a device is announced before its samples");
    require(std::isfinite(time_s) && time_s > last_s_[device], "times rise");
    require(std::isfinite(power_w) && power_w >= 0.0, "powers are finite and not negative");
    last_s_[device] = time_s;
    ++samples_;
  }

  std::uint64_t samples() const { return samples_; }

 private:
  static bool is_energy(Joules energy) {
    return std::isfinite(energy.value()) && energy.value() >= 0.0;
  }

  std::vector<double> last_s_;
  bool begun_ = false;
  double end_s_ = 0.0;
  std::int64_t number_ = 0;
  std::uint64_t samples_ = 0;
};

/// Calls read(context) and checks what it answers.
template <typename Read>
void check_reading(Read&& read) {
  readers::ReadOptions options;
  options.interval_s = 0.5;
  readers::ReadReport report;
  CheckingSink sink;
  readers::ReadContext context{.options = options, .sink = sink, .report = report};
  const Status status = read(context);
  if (!status) {
    const std::string& message = status.error().message;
    require(!message.empty() && message.find('\n') == std::string::npos, "an error is one line");
    return;
  }
  require(report.samples == sink.samples(), "samples are counted");
  require(report.bad_rows <= report.rows, "bad rows are rows");
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs a format's reader on the bytes as a file without files beside it.
inline int fuzz_format(Status (*read)(readers::Input&, readers::ReadContext&),
                       const std::uint8_t* data, std::size_t size) {
  readers::Input input{
      .path = {}, .lines = LineReader(open_memory(as_text(data, size))), .companions = {}};
  check_reading([&](readers::ReadContext& context) { return read(input, context); });
  return 0;
}

/// The parts of an input that stands for several files: they are divided by lines "%%".
inline std::vector<std::string_view> parts(std::string_view text) {
  constexpr std::string_view kLine = "%%\n";
  std::vector<std::string_view> found;
  for (;;) {
    const auto at = text.find(kLine);
    found.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return found;
    text.remove_prefix(at + kLine.size());
  }
}

}  // namespace joulecast::fuzz
