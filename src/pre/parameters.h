// The physics' parameters: what is believed of them before any training is seen, and where each
// stands in the vector that a fit moves.
//
// All are above 0 and are handled as logarithms. A fit's vector is in units of the priors' standard
// deviations: 0 is the prior median, and the prior is the unit normal distribution.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pre/workload.h"

namespace joulecast::pre {

/// What one configuration's physics depends on.
enum Parameter : std::size_t {
  kDenseEfficiency,      ///< Share of peak FLOP/s, convolutions with kernels above 1 x 1.
  kPointwiseEfficiency,  ///< 1 x 1 convolutions and matrix products.
  kDepthwiseEfficiency,
  kBandwidthShare,  ///< Of the sheet's bytes a second.
  kHalfWave,        ///< Blocks a unit at which a product reaches half of its efficiency.
  kKernelSeconds,   ///< Least time of a kernel.
  kDenseBackward,   ///< Half of backward over forward time: 1 is the two products of backward.
  kDepthwiseBackward,
  kMemoryBackward,    ///< Correction of backward bytes.
  kHalfActive,        ///< Blocks a unit at which an operator keeps half of the GPU busy.
  kDispatchSeconds,   ///< Of the host, an operator.
  kStepOperators,     ///< What a step costs the host beside operators, in operators.
  kBackwardDispatch,  ///< Of a backward kernel, in operators.
  kEpochSeconds,      ///< Beside steps, an epoch.
  kAugmentSeconds,    ///< Of the input pipeline, an element; and so the next two.
  kCopySeconds,
  kDecodeSeconds,
  kPytorchDispatch,  ///< Dispatch of PyTorch over TensorFlow.
  kOptimizerBytes,   ///< Correction of the optimiser's traffic.
  kFrozenShare,      ///< Correction of the share of epochs with a frozen base.
  kStaticBandwidth,  ///< Static watts a GB/s of memory.
  kStaticTdp,        ///< Static watts a watt of TDP.
  kBusyPower,        ///< Share of TDP that a busy GPU adds, whatever it does.
  kComputePower,     ///< That arithmetic at peak adds.
  kMemoryPower,      ///< That memory traffic at peak adds.
  kActivityExponent,
  kStackedStatic,  ///< Static watts of stacked memory over others.
  kThrottle,       ///< How time stretches when the power limit binds.
  kOverlap,        ///< 1: GPU, host and pipeline wait for each other; large: the longest counts.
  kValidationDispatch,  ///< Of the step's host cost beside operators, a validation step's share.
  kPipelineOnDispatch,  ///< How far a pipeline shares the speed of its host's dispatch, an
                        ///< exponent.
  // Deviations of a GPU: its own and its generation's multiply.
  kGpuEfficiency,
  kGpuBandwidth,
  kGpuStatic,
  kGpuDynamic,
  // Of a host.
  kHostDispatch,
  kHostPipeline,
  kHostStep,  ///< Of what a step costs beside operators.
  kParameterCount
};

inline constexpr std::size_t kGlobalCount = kGpuEfficiency;
inline constexpr std::size_t kGpuDeviations = kHostDispatch - kGpuEfficiency;
inline constexpr std::size_t kHostDeviations = kParameterCount - kHostDispatch;

/// The logarithms of one configuration's parameters, and slopes with respect to them.
using ParameterArray = Eigen::Array<double, static_cast<int>(kParameterCount), 1>;

std::string_view parameter_name(std::size_t parameter);

/// Which of the layout's GPUs, generations and hosts a workload is of; absent: never seen.
struct Place {
  std::optional<std::size_t> gpu, generation, host;
};

/// Where parameters stand in a fit's vector: globals, then GPUs, generations, hosts.
class Layout {
 public:
  explicit Layout(const std::vector<Workload>& workloads);

  Eigen::Index size() const;
  Place place(const Workload& workload) const;
  /// The parameters' logarithms there; what was never seen has no deviation.
  ParameterArray parameters(const Eigen::VectorXd& fit, const Place& place) const;
  /// Slopes with respect to the fit's vector from those with respect to the parameters.
  Eigen::RowVectorXd row(const ParameterArray& slopes, const Place& place) const;
  /// The covariance of two outcomes that deviations never seen bring about.
  double unseen_covariance(const ParameterArray& a, const ParameterArray& b,
                           const Place& place) const;

 private:
  Eigen::Index gpu_column(std::size_t gpu) const;
  Eigen::Index generation_column(std::size_t generation) const;
  Eigen::Index host_column(std::size_t host) const;

  std::vector<std::string> gpus_, generations_, hosts_;
};

}  // namespace joulecast::pre
