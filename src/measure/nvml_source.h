// NVIDIA GPUs as a source: their energy counters and power, through NVML.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "joulecast/measure/source.h"
#include "measure/nvml_gpu.h"

namespace joulecast::measure::nvml {

class NvmlSource : public Source {
 public:
  /// A GPU to measure, and whether the training has only a MIG slice of it.
  struct Measured {
    Gpu gpu;
    bool slice_only = false;
  };
  /// At least one GPU, each with an energy counter or power. `root`: prefix to /proc.
  NvmlSource(std::unique_ptr<Library> library, std::vector<Measured> gpus, std::string root);

  const char* name() const override { return "nvml"; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override;
  std::vector<Telemetry> telemetry(int root_pid) override;

 private:
  struct Way {  // how channel i is read
    Handle handle = nullptr;
    bool energy = false;
    PowerReading power = PowerReading::kNone;
  };
  void add_channels(const Measured& measured);
  void read(const Way& way, Reading& reading) const;

  std::unique_ptr<Library> library_;
  std::string driver_;
  std::string root_;
  std::vector<Measured> gpus_;
  std::vector<Channel> channels_;
  std::vector<Way> ways_;
};

}  // namespace joulecast::measure::nvml
