// The physics' parameters: what is believed of them before any training is seen, and where each
// stands in the vector that a fit moves.
//
// All are above 0 and are handled as logarithms. A fit's vector is in units of the priors' standard
// deviations: 0 is the prior median, and the prior is the unit normal distribution.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pre/workload.h"

namespace joulecast::pre {

/// What one configuration's physics depends on.
enum Parameter : std::size_t {
  kDenseEfficiency,  ///< Share of peak FLOP/s of a kind of operator; in the order of Load.
  kWinogradEfficiency,
  kPointwiseEfficiency,
  kDepthwiseEfficiency,
  kProductEfficiency,
  kAttentionEfficiency,
  kMatrixShare,  ///< What matrix units reach of their peak, over what vector units do of theirs.
  kProductMatrixShare,  ///< Likewise of linear, recurrent and attention layers.
  kConvolutionTraffic,  ///< Bytes that a dense convolution moves over those of its operands.
  kBandwidthShare,      ///< Of the sheet's bytes a second.
  kHalfWave,            ///< Blocks a unit at which a product reaches half of its efficiency.
  kKernelSeconds,       ///< Least time of a kernel.
  kDenseBackward,       ///< Half of backward over forward time: 1 is the two products of backward.
  kDepthwiseBackward,
  kMemoryBackward,    ///< Correction of backward bytes.
  kHalfActive,        ///< Blocks a unit at which an operator keeps half of the GPU busy.
  kDispatchSeconds,   ///< Of the host, an operator.
  kStepOperators,     ///< What a step costs the host beside operators, in operators.
  kBackwardDispatch,  ///< Of a backward kernel, in operators.
  kEpochSeconds,      ///< Beside steps, an epoch.
  kAugmentSeconds,    ///< Of the input pipeline, an element; and so the next two.
  kCopySeconds,
  kSampleSeconds,  ///< Beside its elements, a sample of any pipeline.
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
  kGpuMatrix,
  kGpuBandwidth,
  kGpuStatic,
  kGpuDynamic,
  // Of a host.
  kHostDispatch,
  kHostPipeline,
  kHostStep,  ///< Of what a step costs beside operators.
  // Of a software stack, as one collection of recordings has it.
  kStackTime,
  kStackPower,
  kParameterCount
};

inline constexpr std::size_t kGlobalCount = kGpuEfficiency;

/// The logarithms of one configuration's parameters, and slopes with respect to them.
using ParameterArray = Eigen::Array<double, static_cast<int>(kParameterCount), 1>;

std::string_view parameter_name(std::size_t parameter);

/// Things that deviate: what the names of a layout's blocks are of.
enum class Thing { kGeneration, kGpu, kHost, kStack };
inline constexpr std::array<std::string_view, 4> kThingNames = {"generation", "GPU", "host",
                                                                "stack"};

/// The deviations of one thing: `size` parameters from `first` on.
struct Deviations {
  std::size_t first, size;
};
constexpr Deviations deviations_of(Thing thing) {
  if (thing == Thing::kHost) return {kHostDispatch, kStackTime - kHostDispatch};
  if (thing == Thing::kStack) return {kStackTime, kParameterCount - kStackTime};
  return {kGpuEfficiency, kHostDispatch - kGpuEfficiency};
}

/// One thing's deviations in a fit's vector.
struct Block {
  Thing thing = Thing::kGpu;
  std::string name;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  auto operator<=>(const Block&) const = default;
};

/// What earlier trainings said of the parameters: a normal distribution of the globals and then of
/// the blocks, in units of the priors' standard deviations. The default: the prior itself.
struct Knowledge {
  std::vector<Block> blocks;
  Eigen::VectorXd mean;
  Eigen::MatrixXd root;  ///< Lower triangular: covariance = root x its transpose.
};

/// The columns in which the things that a workload is of begin; absent: never seen.
struct Place {
  std::array<std::optional<Eigen::Index>, kThingNames.size()> columns;
  bool host_measured = false;

  const std::optional<Eigen::Index>& of(Thing thing) const {
    return columns[static_cast<std::size_t>(thing)];
  }
};

/// Where parameters stand in a fit's vector: globals, then a block for each thing seen. The vector
/// is in units of what is known: 0 is its median, and it is normal with the unit matrix as its
/// covariance.
class Layout {
 public:
  explicit Layout(const std::vector<Workload>& workloads, Knowledge knowledge = {});

  Eigen::Index size() const { return size_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  Place place(const Workload& workload) const;
  /// In units of the priors.
  Eigen::VectorXd in_prior_units(const Eigen::VectorXd& fit) const;
  /// What `fit` and the covariance around it say of globals, generations and GPUs. Hosts and stacks
  /// are left out: those are other people's.
  Knowledge learned(const Eigen::VectorXd& fit, const Eigen::MatrixXd& covariance) const;
  /// The parameters' logarithms there; what was never seen has no deviation.
  ParameterArray parameters(const Eigen::VectorXd& fit, const Place& place) const;
  /// Slopes with respect to the fit's vector from those with respect to the parameters.
  Eigen::RowVectorXd row(const ParameterArray& slopes, const Place& place) const;
  /// The covariance of two outcomes that deviations never seen bring about: of one thing.
  double unseen_covariance(const ParameterArray& a, const ParameterArray& b, const Place& place,
                           Thing thing) const;

 private:
  void add(Thing thing, const std::string& name);

  Knowledge knowledge_;
  std::vector<Block> blocks_;
  std::map<Block, Eigen::Index> columns_;
  Eigen::Index size_ = 0;
};

}  // namespace joulecast::pre
