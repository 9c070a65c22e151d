// One configuration as the physics sees it: numbers only, no names looked up, no graph.
#pragma once

#include <string>
#include <vector>

#include "joulecast/hardware/gpu.h"
#include "joulecast/network/network.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// How an operator's time scales: with arithmetic, of an efficiency for each kind, or with bytes
/// only.
enum class Load {
  kDense,      ///< Convolutions with kernels above 1 x 1,
  kWinograd,   ///< those of 3 x 3 and stride 1, which have faster algorithms,
  kPointwise,  ///< and of 1 x 1.
  kDepthwise,
  kProduct,    ///< Of activations and weights, in linear and recurrent layers.
  kAttention,  ///< Of activations and activations.
  kMemory
};
inline constexpr std::size_t kArithmeticLoads = 6;

/// Operators of equal cost, of one step at the configuration's batch size. Frozen operators before
/// the first that trains have no backward pass: their backward figures are 0.
struct OperatorLoad {
  Load load = Load::kMemory;
  bool tiled = false;  ///< A dense product, whose efficiency falls when its tiles fill no wave.
  bool backward = true;
  double flops = 0.0, bytes = 0.0;  ///< Forward.
  double backward_bytes = 0.0;
  double blocks = 0.0;  ///< Thread blocks that it is cut into.
  double backward_kernels = 0.0;
  double launches = 1.0;  ///< Kernels one after the other, forward; above 1 in recurrent layers.
  double count = 1.0;     ///< How many such operators there are.
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  auto operator<=>(const OperatorLoad&) const = default;
};

struct Workload {
  // What deviations and the residual process tell apart.
  std::string gpu, generation, host, framework, network, dataset, stack;

  // The GPU's data sheet, at the precision trained in.
  double peak_flops_s = 0.0;    ///< Of the vector units, in FP32.
  double matrix_flops_s = 0.0;  ///< Of the matrix units, in the precision trained in; 0: unused.
  double bandwidth_bytes_s = 0.0;
  double units = 0.0, tdp_w = 0.0, power_limit_w = 0.0;
  bool hbm = false;

  // The network without its head, a step.
  std::vector<OperatorLoad> operators;
  double operator_count = 0.0, backward_kernels = 0.0;
  double trained_tensors = 0.0, trained_bytes = 0.0;

  // The head: dense layers after the pooled or flattened features.
  double head_bytes = 0.0;
  double head_flops = 0.0;  ///< Forward.

  // The plan.
  double batch_size = 0.0;
  double train_steps = 0.0, validation_steps = 0.0;  ///< An epoch.
  double head_only_share = 0.0;                      ///< Of the epochs, with the base frozen.
  double optimizer_passes = 0.0;                     ///< Over the trained bytes at each update.
  double updates_per_step = 1.0;
  double update_launches = 1.0;  ///< Kernels for each trained tensor of an update.
  bool checkpointing = false;
  InputPipeline pipeline = InputPipeline::kCached;
  double input_elements = 0.0;  ///< Of one sample.
  double link_seconds = 0.0;    ///< A step's exchange of gradients between GPUs.

  // The host's times over the reference's, where they were measured; else 1.
  double host_dispatch = 1.0, host_pipeline = 1.0;
  bool host_measured = false;
  /// Of an epoch, where it was timed: watts follow from it and not from the time expected; 0: not.
  double known_time_s = 0.0;

  /// What the meter counts for the host's memory beside the GPU.
  double memory_w = 0.0;
};

/// Whether a meter's name says that it counts the host's memory ("nvml+ram").
bool counts_memory(const std::string& meter);

/// `network` must be of batch size 1, with head and frozen layers already applied.
Workload make_workload(const SetUp& set_up, const network::Network& network,
                       const hardware::Gpu& gpu, bool memory_counted);

}  // namespace joulecast::pre
