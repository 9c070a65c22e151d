#include "pre/physics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pre/dual.h"

namespace joulecast::pre {
namespace {

// Kernels of a head beside its matrix products: pooling, activations, loss; and of its backward
// pass and update.
constexpr double kHeadForwardKernels = 5.0, kHeadBackwardKernels = 60.0;
// Gradients, weights and the optimiser's state, as multiples of the trained bytes, in the bytes
// that memory power is drawn for.
constexpr double kHeadStepBytes = 10.0, kUpdateBytes = 5.0;
// The limit begins to bind shortly below itself.
constexpr double kCapShare = 0.99, kCapExponent = 12.0;
// GB/s a watt of TDP of the cards that memory power was first seen on.
constexpr double kTypicalBandwidthPerTdp = 2.3;
// Power with less room than this share of the limit above static is not what slows a GPU down.
constexpr double kLeastDynamicShare = 0.05;
constexpr int kKnownTimeRounds = 3;
// Nothing is ever wholly idle; below this logarithms of shares say nothing.
constexpr double kLeastShare = 1e-9, kLeastSeconds = 1e-12;

using WideDual = Dual<static_cast<int>(kParameterCount)>;

double value(double x) { return x; }
double value(const WideDual& x) { return x.value; }

template <typename S>
using Parameters = std::array<S, kParameterCount>;

/// Of one pass over the operators: seconds, and seconds weighted by how much of the GPU is active.
template <typename S>
struct Passes {
  S forward{0.0}, backward{0.0}, forward_active{0.0}, backward_active{0.0};
};

/// FLOP/s of a kind of operator: of the matrix units where they are used and faster.
template <typename S>
S peak(const Workload& w, const Parameters<S>& p, Load load) {
  if (load == Load::kDepthwise) return S(w.peak_flops_s);
  const bool product = load == Load::kProduct || load == Load::kAttention;
  // Convolutions reach very different shares of the matrix units' peak from GPU to GPU.
  const S matrix =
      (product ? p[kProductMatrixShare] : p[kMatrixShare] * p[kGpuMatrix]) * w.matrix_flops_s;
  return value(matrix) > w.peak_flops_s ? matrix : S(w.peak_flops_s);
}

bool is_convolution(Load load) {
  return load == Load::kDense || load == Load::kWinograd || load == Load::kPointwise;
}

template <typename S>
Passes<S> operators(const Workload& w, const Parameters<S>& p) {
  const S bytes_s = p[kBandwidthShare] * p[kGpuBandwidth] * w.bandwidth_bytes_s;
  const S second_per_byte = 1.0 / bytes_s;
  std::array<S, kArithmeticLoads> second_per_flop, twice_forward;
  for (std::size_t i = 0; i < kArithmeticLoads; ++i) {
    const auto type = static_cast<Load>(i);
    const bool depthwise = type == Load::kDepthwise;
    second_per_flop[i] = 1.0 / (p[kDenseEfficiency + i] * p[kGpuEfficiency] * peak(w, p, type));
    twice_forward[i] = 2.0 * p[depthwise ? kDepthwiseBackward : kDenseBackward];
  }
  const S backward_per_byte = p[kMemoryBackward] * second_per_byte;
  const S half_wave = p[kHalfWave] * w.units;
  const S half_active = p[kHalfActive] * w.units;

  Passes<S> sum;
  for (const OperatorLoad& op : w.operators) {
    S forward = second_per_byte * op.bytes;
    S backward = backward_per_byte * op.backward_bytes + p[kKernelSeconds] * op.backward_kernels;
    if (op.load == Load::kMemory) {
      forward += p[kKernelSeconds];
    } else {
      const auto type = static_cast<std::size_t>(op.load);
      S compute = second_per_flop[type] * op.flops;
      if (op.tiled) compute = compute * (1.0 + half_wave / op.blocks);
      if (is_convolution(op.load)) forward = forward * p[kConvolutionTraffic];
      forward = sqrt(compute * compute + forward * forward) + p[kKernelSeconds] * op.launches;
      backward = op.backward ? twice_forward[type] * forward : S(0.0);
    }
    const S active = op.count / (1.0 + half_active / op.blocks);
    sum.forward += forward * op.count;
    sum.backward += backward * op.count;
    sum.forward_active += forward * active;
    sum.backward_active += backward * active;
  }
  return sum;
}

/// What each kind of step has: with only the head training, with everything, of validation.
template <typename S>
struct OfSteps {
  S head_only, full, validation;
};

/// Steps of each kind in an epoch; the share of head-only epochs may be corrected.
template <typename S>
OfSteps<S> step_counts(const Workload& w, const Parameters<S>& p) {
  S share = w.head_only_share;
  if (w.head_only_share < 1.0) share = share * p[kFrozenShare];
  if (value(share) > 1.0) share = 1.0;
  return {w.train_steps * share, w.train_steps * (1.0 - share), w.validation_steps};
}

/// Three things that overlap: the longest, and more where they are alike.
template <typename S>
S overlapped(const Parameters<S>& p, const S& a, const S& b, const S& c) {
  const S& exponent = p[kOverlap];
  const auto power = [&exponent](const S& x) { return pow(x + kLeastSeconds, exponent); };
  return pow(power(a) + power(b) + power(c), 1.0 / exponent);
}

template <typename S>
OfSteps<S> gpu_seconds(const Workload& w, const Parameters<S>& p, const Passes<S>& base) {
  const S second_per_byte = 1.0 / (p[kBandwidthShare] * p[kGpuBandwidth] * w.bandwidth_bytes_s);
  const S head = second_per_byte * w.head_bytes;
  const S head_forward = head + kHeadForwardKernels * p[kKernelSeconds];
  const S update = p[kOptimizerBytes] * head * (w.optimizer_passes * w.updates_per_step);
  const S head_backward = 2.0 * head + update + kHeadBackwardKernels * p[kKernelSeconds];
  const S base_update = (second_per_byte * (w.trained_bytes * w.optimizer_passes) +
                         p[kKernelSeconds] * (w.trained_tensors * w.update_launches)) *
                        w.updates_per_step;
  const S again = w.checkpointing ? base.forward : S(0.0);
  return {base.forward + head_forward + head_backward + w.link_seconds,
          base.forward + again + base.backward + head_forward + head_backward + base_update +
              w.link_seconds,
          base.forward + head_forward};
}

template <typename S>
OfSteps<S> host_seconds(const Workload& w, const Parameters<S>& p) {
  S dispatch = p[kDispatchSeconds] * p[kHostDispatch] * w.host_dispatch;
  if (w.framework == "pytorch") dispatch = dispatch * p[kPytorchDispatch];
  const S forward = dispatch * w.operator_count;
  const S backward = dispatch * (p[kBackwardDispatch] * w.backward_kernels);
  const S update = dispatch * (w.trained_tensors * w.update_launches * w.updates_per_step);
  const S again = w.checkpointing ? forward : S(0.0);
  const S step = dispatch * p[kHostStep] * p[kStepOperators];
  return {forward + step, forward + again + backward + update + step,
          forward + p[kValidationDispatch] * step};
}

template <typename S>
OfSteps<S> pipeline_seconds(const Workload& w, const Parameters<S>& p) {
  const S speed =
      p[kHostPipeline] * pow(p[kHostDispatch], p[kPipelineOnDispatch]) * w.host_pipeline;
  const S samples = speed * p[kSampleSeconds] * w.batch_size;
  const S elements = speed * (w.batch_size * w.input_elements);
  const S copy = samples + elements * p[kCopySeconds];
  switch (w.pipeline) {
    case InputPipeline::kSynthetic:
      break;
    case InputPipeline::kCached:
      return {copy, copy, copy};
    case InputPipeline::kAugmented: {
      const S augment = samples + elements * p[kAugmentSeconds];
      return {augment, augment, copy};
    }
    case InputPipeline::kDecoded: {
      const S decode = samples + elements * p[kDecodeSeconds];
      return {decode, decode, decode};
    }
  }
  return {S(0.0), S(0.0), S(0.0)};
}

template <typename S>
S over_epoch(const OfSteps<S>& steps, const OfSteps<S>& each) {
  return steps.head_only * each.head_only + steps.full * each.full +
         steps.validation * each.validation;
}

/// Sums over an epoch that time and power follow from; active is the GPU's seconds weighted by how
/// much of it works.
template <typename S>
struct Epoch {
  S time, gpu, host, pipeline, active, flops, bytes;
};

template <typename S>
OfSteps<S> flops_of_steps(const Workload& w) {
  double forward = 0.0, backward = 0.0;
  for (const OperatorLoad& op : w.operators) {
    forward += op.count * op.flops;
    if (op.backward) backward += 2.0 * op.count * op.flops;
  }
  return {forward + 3.0 * w.head_flops, forward + backward + 3.0 * w.head_flops,
          forward + w.head_flops};
}

template <typename S>
OfSteps<S> bytes_of_steps(const Workload& w) {
  double forward = 0.0, backward = 0.0;
  for (const OperatorLoad& op : w.operators) {
    forward += op.count * op.bytes;
    backward += op.count * op.backward_bytes;
  }
  const double head_only = forward + kHeadStepBytes * w.head_bytes;
  return {head_only, head_only + backward + kUpdateBytes * w.trained_bytes, forward + w.head_bytes};
}

template <typename S>
Epoch<S> epoch_of(const Workload& w, const Parameters<S>& p) {
  const Passes<S> base = operators(w, p);
  const OfSteps<S> gpu = gpu_seconds(w, p, base);
  const OfSteps<S> host = host_seconds(w, p);
  const OfSteps<S> pipeline = pipeline_seconds(w, p);
  const OfSteps<S> steps = step_counts(w, p);
  const OfSteps<S> together = {overlapped(p, gpu.head_only, host.head_only, pipeline.head_only),
                               overlapped(p, gpu.full, host.full, pipeline.full),
                               overlapped(p, gpu.validation, host.validation, pipeline.validation)};
  const S idle_forward = base.forward - base.forward_active;
  const S idle = idle_forward + base.backward - base.backward_active;
  const OfSteps<S> active = {gpu.head_only - idle_forward, gpu.full - idle,
                             gpu.validation - idle_forward};
  return {p[kStackTime] * (over_epoch(steps, together) + p[kEpochSeconds] * p[kHostDispatch]),
          over_epoch(steps, gpu),
          over_epoch(steps, host),
          over_epoch(steps, pipeline),
          over_epoch(steps, active),
          over_epoch(steps, flops_of_steps<S>(w)),
          over_epoch(steps, bytes_of_steps<S>(w))};
}

/// A part of a whole, kept within what powers and logarithms can be taken of.
template <typename S>
S share(const S& part, const S& whole) {
  const S ratio = part / whole;
  return value(ratio) < kLeastShare ? S(kLeastShare) : ratio;
}

template <typename S>
struct TimeAndPower {
  S time, power, fixed, busy, compute, memory;
};

template <typename S>
S static_watts(const Workload& w, const Parameters<S>& p) {
  S per_bandwidth = p[kStaticBandwidth] * (w.bandwidth_bytes_s * 1e-9);
  if (w.hbm) per_bandwidth = per_bandwidth * p[kStackedStatic];
  return p[kGpuStatic] * (per_bandwidth + p[kStaticTdp] * w.tdp_w);
}

/// Watts of an epoch whose activities spread over `whole` seconds; the time is `epoch`'s own,
/// stretched where the limit binds.
template <typename S>
TimeAndPower<S> spread_over(const Workload& w, const Parameters<S>& p, const Epoch<S>& epoch,
                            const S& whole) {
  TimeAndPower<S> a;
  a.busy = share(epoch.active, whole);
  if (value(a.busy) > 1.0) a.busy = 1.0;
  a.compute = share(epoch.flops / peak(w, p, Load::kDense), whole);
  a.memory = share(epoch.bytes / w.bandwidth_bytes_s, whole);
  a.fixed = static_watts(w, p);

  const S& exponent = p[kActivityExponent];
  const double bandwidth_per_tdp = w.bandwidth_bytes_s * 1e-9 / w.tdp_w / kTypicalBandwidthPerTdp;
  const S dynamic =
      p[kGpuDynamic] * w.tdp_w *
      (p[kBusyPower] * pow(a.busy, exponent) + p[kComputePower] * pow(a.compute, exponent) +
       p[kMemoryPower] * pow(a.memory, exponent) * bandwidth_per_tdp);
  const S wanted = a.fixed + dynamic;
  const double cap = kCapShare * w.power_limit_w;
  a.power = wanted * pow(1.0 + pow(wanted / cap, kCapExponent), -1.0 / kCapExponent);

  S room = a.power - a.fixed;
  if (value(room) < kLeastDynamicShare * cap) room = kLeastDynamicShare * cap;
  const S squeeze = dynamic / room;
  a.time = epoch.time;
  if (value(squeeze) > 1.0) a.time = a.time * pow(squeeze, p[kThrottle]);
  // The meter's energy has the memory's watts, its power has not: time is the one over the other.
  a.time = a.time * (1.0 + w.memory_w / a.power);
  a.power = a.power * p[kStackPower];
  return a;
}

template <typename S>
TimeAndPower<S> time_and_power(const Workload& w, const Parameters<S>& p, const Epoch<S>& epoch) {
  if (!(w.known_time_s > 0.0)) return spread_over(w, p, epoch, epoch.time);
  // Of a time as the meter has it, the memory's part depends on the watts sought.
  TimeAndPower<S> a = spread_over(w, p, epoch, S(w.known_time_s));
  for (int round = 0; round < kKnownTimeRounds && w.memory_w > 0.0; ++round) {
    a = spread_over(w, p, epoch, w.known_time_s / (1.0 + w.memory_w / a.power));
  }
  return a;
}

}  // namespace

Outcome outcome(const Workload& workload, const ParameterArray& log_parameters) {
  Parameters<double> p{};
  for (std::size_t i = 0; i < kParameterCount; ++i) {
    p[i] = std::exp(log_parameters[static_cast<Eigen::Index>(i)]);
  }
  const Epoch<double> epoch = epoch_of(workload, p);
  const TimeAndPower<double> a = time_and_power(workload, p, epoch);
  return {.time_s = a.time,
          .power_w = a.power,
          .static_w = a.fixed,
          .gpu_s = epoch.gpu,
          .host_s = epoch.host,
          .pipeline_s = epoch.pipeline,
          .busy = a.busy,
          .compute = a.compute,
          .memory = a.memory};
}

OutcomeSlopes outcome_slopes(const Workload& workload, const ParameterArray& log_parameters) {
  Parameters<WideDual> p;
  for (std::size_t i = 0; i < kParameterCount; ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    const double parameter = std::exp(log_parameters[at]);
    p[i].value = parameter;
    p[i].slopes[at] = parameter;
  }
  const TimeAndPower<WideDual> a = time_and_power(workload, p, epoch_of(workload, p));
  return {.log_time = std::log(a.time.value),
          .log_power = std::log(a.power.value),
          .time_slopes = a.time.slopes / a.time.value,
          .power_slopes = a.power.slopes / a.power.value};
}

}  // namespace joulecast::pre
