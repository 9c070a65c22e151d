#include "pre/features.h"

#include <fmt/format.h>

#include <limits>

#include "joulecast/hardware/gpu.h"
#include "pre/network_of.h"

namespace joulecast::pre {
namespace {

constexpr double kGiga = 1e9;
constexpr double kOperationsPerMac = 2.0;
constexpr std::size_t kImageDimensions = 3;

double known_above_zero(double value) {
  return value > 0.0 ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Result<FeatureReader::NetworkFacts> FeatureReader::network_facts(const SetUp& set_up) {
  const bool sized = set_up.image_height > 0 && set_up.image_width > 0;
  NetworkFacts facts{.gflops = set_up.recorded_gflops.value_or(0.0),
                     .image_height = static_cast<double>(set_up.image_height),
                     .image_width = static_cast<double>(set_up.image_width)};
  if (set_up.recorded_gflops && sized) return facts;
  const auto network = network_of(set_up);
  if (!network) return network.error();
  if (!set_up.recorded_gflops) {
    facts.gflops = kOperationsPerMac * network::totals(**network).macs / kGiga;
  }
  const auto& shape = (*network)->input_shape;
  if (!sized && shape.size() == kImageDimensions) {
    // Channels come first or last, and are fewer than rows and columns.
    const bool channels_last = shape[2] < shape[0];
    facts.image_height = static_cast<double>(shape[channels_last ? 0 : 1]);
    facts.image_width = static_cast<double>(shape[channels_last ? 1 : 2]);
  }
  return facts;
}

Result<FeatureReader::GpuFacts> FeatureReader::gpu_facts(const SetUp& set_up) {
  GpuFacts facts;
  const bool recorded =
      set_up.recorded_gpu_cores && set_up.recorded_gpu_memory_gb && set_up.recorded_gpu_tdp;
  if (!recorded) {
    auto found = gpus_.find(set_up.gpu);
    if (found == gpus_.end()) {
      const auto gpu = hardware::find_gpu(set_up.gpu);
      if (!gpu) return gpu.error();
      const GpuFacts own{.cores = static_cast<double>(gpu->cores),
                         .memory_gb = gpu->memory_gb,
                         .tdp_w = gpu->tdp.value()};
      found = gpus_.emplace(set_up.gpu, own).first;
    }
    facts = found->second;
  }
  facts.cores = set_up.recorded_gpu_cores.value_or(facts.cores);
  facts.memory_gb = set_up.recorded_gpu_memory_gb.value_or(facts.memory_gb);
  facts.tdp_w = set_up.recorded_gpu_tdp.value_or(Watts(facts.tdp_w)).value();
  return facts;
}

Result<Features> FeatureReader::read(const SetUp& set_up) {
  const auto network = network_facts(set_up);
  if (!network) return network.error();
  const auto gpu = gpu_facts(set_up);
  if (!gpu) return gpu.error();
  return Features{static_cast<double>(set_up.batch_size),
                  known_above_zero(set_up.host_memory_gb),
                  known_above_zero(set_up.train_size),
                  set_up.validation_size,
                  network->gflops,
                  network->image_height,
                  network->image_width,
                  gpu->cores,
                  gpu->memory_gb,
                  gpu->tdp_w};
}

}  // namespace joulecast::pre
