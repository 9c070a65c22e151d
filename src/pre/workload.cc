#include "pre/workload.h"

#include <algorithm>
#include <cmath>

namespace joulecast::pre {
namespace {

using network::Network;
using network::Operator;
using network::OperatorClass;

// Samples of input that a cache holds are float32 whatever the precision of the training.
constexpr double kCachedElementBytes = 4.0;

// Watts a megabyte of resident memory, as the published measurements count it, and what a training
// process holds beside its data. No more than this share of the host's memory is ever resident.
constexpr double kWattsPerMegabyte = 3.75e-4;
constexpr double kProcessMegabytes = 6000.0;
constexpr double kResidentMegabytesPerGb = 900.0;

// A thread block of a dense product covers a tile of positions times channels; of other operators a
// run of elements.
constexpr double kTilePositions = 128.0, kTileChannels = 64.0, kBlockElements = 2048.0;

/// What the backward pass of an operator moves and launches, as multiples of the forward pass.
struct Backward {
  double bytes, kernels;
};

bool is_product(OperatorClass kind) {
  return kind == OperatorClass::kConvolution || kind == OperatorClass::kGemm ||
         kind == OperatorClass::kAttention || kind == OperatorClass::kRecurrent;
}

Load load_of(const Operator& op) {
  constexpr double kWinogradSide = 3.0;
  switch (op.kind) {
    case OperatorClass::kDepthwiseConvolution:
      return Load::kDepthwise;
    case OperatorClass::kConvolution:
      if (op.kernel_size <= 1.0) return Load::kPointwise;
      return op.kernel_size == kWinogradSide && op.stride == 1 ? Load::kWinograd : Load::kDense;
    case OperatorClass::kGemm:
    case OperatorClass::kRecurrent:
      return Load::kProduct;
    case OperatorClass::kAttention:
      return Load::kAttention;
    default:
      return Load::kMemory;
  }
}

Backward backward_of(const Operator& op) {
  switch (op.kind) {
    case OperatorClass::kConvolution:
    case OperatorClass::kDepthwiseConvolution:
    case OperatorClass::kGemm:
    case OperatorClass::kAttention:
    case OperatorClass::kRecurrent:
      return {2.0, 2.0};
    case OperatorClass::kNormalisation:
      return {2.5, 3.0};
    case OperatorClass::kElementWise:
      // A sum only hands its gradient on.
      if (op.type == "Add" || op.type == "Sum") return {0.5, 0.3};
      return {1.5, 1.0};
    case OperatorClass::kReduction:
      if (op.type == "GlobalAveragePool" || op.type == "ReduceMean") return {0.6, 1.0};
      return {1.5, 1.0};
    case OperatorClass::kEmbedding:
    case OperatorClass::kDataMovement:
      break;
  }
  return {1.0, 1.0};
}

double blocks_of(const Operator& op, double batch) {
  if (!is_product(op.kind)) return std::ceil(batch * op.output_elements / kBlockElements);
  return std::ceil(batch * std::max(op.positions, 1.0) / kTilePositions) *
         std::ceil(std::max(op.out_channels, 1.0) / kTileChannels);
}

OperatorLoad load(const Operator& op, double batch, double element_bytes, bool backward) {
  const Backward factors = backward_of(op);
  OperatorLoad result;
  result.load = load_of(op);
  result.tiled = is_product(op.kind);
  result.backward = backward;
  result.flops = 2.0 * op.macs * batch;
  result.bytes = element_bytes *
                 (batch * (op.input_elements + op.output_elements) + op.parameters + op.buffers);
  result.backward_bytes = backward ? factors.bytes * result.bytes : 0.0;
  result.blocks = blocks_of(op, batch);
  result.backward_kernels = backward ? factors.kernels : 0.0;
  if (op.kind == OperatorClass::kRecurrent) result.launches = op.kernels;
  return result;
}

/// Sorts, and counts equal ones once: networks repeat their blocks.
void merge_equal(std::vector<OperatorLoad>& loads) {
  std::sort(loads.begin(), loads.end());
  std::size_t kept = 0;
  for (std::size_t i = 1; i < loads.size(); ++i) {
    OperatorLoad one = loads[kept];
    one.count = 1.0;
    if (one == loads[i]) {
      loads[kept].count += 1.0;
    } else {
      loads[++kept] = loads[i];
    }
  }
  if (!loads.empty()) loads.resize(kept + 1);
}

bool is_frozen(const Operator& op) { return !op.trainable && op.parameters > 0.0; }

void add_network(Workload& workload, const Network& network, double element_bytes) {
  // Where the first layers are frozen, nothing before the first that trains needs a gradient.
  bool backward = std::none_of(network.operators.begin(), network.operators.end(), is_frozen);
  for (const Operator& op : network.operators) {
    if (op.kernels == 0) continue;
    if (op.in_head) {
      if (op.kind != OperatorClass::kGemm) continue;
      workload.head_bytes += element_bytes * op.parameters;
      workload.head_flops +=
          2.0 * op.parameters * std::max(op.positions, 1.0) * workload.batch_size;
      continue;
    }
    const bool trains = op.trainable && op.parameters > 0.0;
    backward = backward || trains;
    const OperatorLoad one = load(op, workload.batch_size, element_bytes, backward);
    workload.operators.push_back(one);
    workload.operator_count += 1.0;
    workload.backward_kernels += one.backward_kernels;
    if (!trains) continue;
    workload.trained_tensors += op.parameter_tensors;
    workload.trained_bytes += element_bytes * (op.parameters + op.buffers);
  }
  merge_equal(workload.operators);
}

/// Reads and writes of the parameters' size: weight and gradient, and what the optimiser keeps.
double passes(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::kSgd:
      return 3.0;
    case Optimizer::kMomentum:
    case Optimizer::kRmsprop:
      return 5.0;
    case Optimizer::kAdam:
    case Optimizer::kAdamW:
      return 7.0;
    case Optimizer::kAdadelta:
      return 8.0;
    case Optimizer::kNone:
      break;
  }
  return 0.0;
}

/// Of each trained tensor at an update. PyTorch's optimisers, as the recordings had them, take
/// their state one operation after the other; others have one kernel for all of it.
double update_launches(const SetUp& set_up) {
  if (set_up.optimizer == Optimizer::kNone) return 0.0;
  if (set_up.framework != "pytorch") return 1.0;
  constexpr double kStateful = 8.0, kMomentum = 3.0;
  switch (set_up.optimizer) {
    case Optimizer::kSgd:
    case Optimizer::kNone:
      return 1.0;
    case Optimizer::kMomentum:
      return kMomentum;
    default:
      return kStateful;
  }
}

/// 0 where the GPU's matrix units have no such precision.
double matrix_tflops(const hardware::Gpu& gpu, network::Precision precision) {
  switch (precision) {
    case network::Precision::kFp32:
      break;
    case network::Precision::kTf32:
      return gpu.tf32_tflops.value_or(0.0);
    case network::Precision::kFp16:
      return gpu.fp16_tflops.value_or(0.0);
    case network::Precision::kBf16:
      return gpu.bf16_tflops.value_or(0.0);
    case network::Precision::kFp8:
      return gpu.fp8_tflops ? *gpu.fp8_tflops : gpu.fp16_tflops.value_or(0.0);
  }
  return 0.0;
}

double memory_watts(const SetUp& set_up, double input_elements) {
  const bool cached =
      set_up.pipeline == InputPipeline::kCached || set_up.pipeline == InputPipeline::kAugmented;
  const double samples = cached ? set_up.train_size + set_up.validation_size : 0.0;
  double megabytes = kProcessMegabytes + samples * input_elements * kCachedElementBytes * 1e-6;
  if (set_up.host_memory_gb > 0.0) {
    megabytes = std::min(megabytes, kResidentMegabytesPerGb * set_up.host_memory_gb);
  }
  return kWattsPerMegabyte * megabytes;
}

}  // namespace

bool counts_memory(const std::string& meter) { return meter.find("ram") != std::string::npos; }

Workload make_workload(const SetUp& set_up, const Network& network, const hardware::Gpu& gpu,
                       bool memory_counted) {
  const double element_bytes = network::element_bytes(set_up.precision);
  const auto gpus = static_cast<double>(std::max(set_up.gpus, 1));
  Workload result;
  result.gpu = gpu.name;
  // Chips with stacked memory are of a make of their own: more FP64 and wider matrix units.
  result.generation = gpu.architecture + (gpu.hbm() ? " with stacked memory" : "");
  // Who does not name the host means the one that this GPU was seen in.
  result.host = set_up.host.empty() ? gpu.name : set_up.host;
  result.framework = set_up.framework;
  result.network = network.name;
  result.dataset = set_up.dataset;
  result.stack = set_up.stack;

  result.peak_flops_s = gpu.fp32_tflops * 1e12;
  result.matrix_flops_s = matrix_tflops(gpu, set_up.precision) * 1e12;
  result.bandwidth_bytes_s = gpu.memory_bandwidth_gb_s * 1e9;
  result.units = gpu.units;
  result.tdp_w = gpu.tdp.value();
  result.power_limit_w = set_up.power_limit.value_or(gpu.tdp).value();
  result.hbm = gpu.hbm();

  result.batch_size = static_cast<double>(set_up.batch_size);
  add_network(result, network, element_bytes);

  const double samples_per_step = result.batch_size * gpus;
  result.train_steps = std::floor(set_up.train_size / samples_per_step);
  result.validation_steps =
      std::floor(set_up.validation_size / samples_per_step) * set_up.validations_per_epoch;
  result.head_only_share = set_up.frozen_epochs_share;
  result.optimizer_passes = passes(set_up.optimizer);
  result.updates_per_step = 1.0 / std::max(set_up.gradient_accumulation, 1);
  result.update_launches = update_launches(set_up);
  result.host_measured = set_up.host_dispatch.has_value();
  result.host_dispatch = set_up.host_dispatch.value_or(1.0);
  result.host_pipeline = set_up.host_pipeline.value_or(1.0);
  if (set_up.epoch_time) result.known_time_s = set_up.epoch_time->value();
  result.checkpointing = set_up.checkpointing;
  result.pipeline = set_up.pipeline;
  result.input_elements = network.input_elements;
  if (gpus > 1.0 && gpu.link_gb_s > 0.0) {
    // A ring moves each gradient 2 (n - 1) / n times.
    const double moved = 2.0 * (gpus - 1.0) / gpus * (result.trained_bytes + result.head_bytes);
    result.link_seconds = moved * result.updates_per_step / (gpu.link_gb_s * 1e9);
  }
  // A CPU that trains has no host beside it, and what is learned of it is not of GPUs.
  if (gpu.architecture == "CPU") {
    result.host += " as CPU";
    result.stack += " on CPU";
    memory_counted = false;
  }
  if (memory_counted) result.memory_w = memory_watts(set_up, network.input_elements);
  return result;
}

}  // namespace joulecast::pre
