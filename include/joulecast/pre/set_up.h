// What an estimate before training is about: which network, on what machine, how it is trained. The
// entry of this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"
#include "joulecast/network/network.h"

namespace joulecast::pre {

enum class Optimizer { kSgd, kMomentum, kAdam, kAdamW, kAdadelta, kRmsprop, kNone };

inline constexpr std::array<std::string_view, 7> kOptimizerNames = {
    "sgd", "momentum", "adam", "adamw", "adadelta", "rmsprop", "none"};

/// Where each step's input comes from.
enum class InputPipeline {
  kSynthetic,  ///< On the GPU already.
  kCached,     ///< Decoded, in the host's memory.
  kAugmented,  ///< The same, and augmented by the CPU at each step.
  kDecoded,    ///< Decoded from JPEG at each step, and augmented.
};

inline constexpr std::array<std::string_view, 4> kInputPipelineNames = {"synthetic", "cached",
                                                                        "augmented", "decoded"};

/// The words of every input and output; the errors name the nearest. Case does not count.
Result<Optimizer> optimizer_of(std::string_view word);
Result<InputPipeline> input_pipeline_of(std::string_view word);
Result<network::Precision> precision_of(std::string_view word);
constexpr std::string_view to_string(Optimizer optimizer) {
  return kOptimizerNames[static_cast<std::size_t>(optimizer)];
}
constexpr std::string_view to_string(InputPipeline pipeline) {
  return kInputPipelineNames[static_cast<std::size_t>(pipeline)];
}

/// A training that may never have been run. Every field that a user does not say has a default, and
/// `assumed` of the estimate says which were used.
struct SetUp {
  std::string network;  ///< A name or a file, as network::load_network takes it.
  std::optional<double> width;
  std::optional<network::Head> head;
  std::string gpu;        ///< As hardware::find_gpu takes it.
  std::string host;       ///< A name for the machine around the GPU; empty: not known.
  std::string framework;  ///< "pytorch", "tensorflow"; empty: not known.
  std::string dataset;    ///< A name that groups rows; nothing is looked up by it.

  std::int64_t batch_size = 32;                    ///< Of one GPU and step.
  std::int64_t image_height = 0, image_width = 0;  ///< 0: the network's usual one.
  std::int64_t sequence_length = 0;
  double train_size = 0.0;       ///< Samples of an epoch.
  double validation_size = 0.0;  ///< Samples of each validation; 0: none.
  double validations_per_epoch = 1.0;
  double epochs = 1.0;

  Optimizer optimizer = Optimizer::kMomentum;
  network::Precision precision = network::Precision::kFp32;
  double frozen_epochs_share = 0.0;  ///< Of the epochs, with only the head training.
  double frozen_layers_share = 0.0;  ///< Of the layers, all the time.
  InputPipeline pipeline = InputPipeline::kCached;
  int workers = 0;  ///< Of the input pipeline; 0: not known.
  int gradient_accumulation = 1;
  bool checkpointing = false;        ///< Activations computed again in the backward pass.
  int gpus = 1;                      ///< Data-parallel, all alike.
  std::optional<Watts> power_limit;  ///< Of one GPU; absent: its TDP.
  double host_memory_gb = 0.0;       ///< 0: not known.
  /// Which software surrounds the network, as one collection of recordings has it; empty: the
  /// user's own. Groups of rows err alike by it.
  std::string stack;
  /// Of the host, times over those of a desktop of 2020 (hardware::dispatch_relative and
  /// pipe_relative); absent: not measured.
  std::optional<double> host_dispatch, host_pipeline;
  /// Of an epoch, where it was timed and only watts and joules are asked for.
  std::optional<Seconds> epoch_time;

  /// As a recording gives it, 2 x MACs of one sample's forward pass, in 1e9; absent: the network's
  /// own.
  std::optional<double> recorded_gflops;
  /// Likewise of the GPU; absent: the catalogue's. The published features only.
  std::optional<double> recorded_gpu_cores, recorded_gpu_memory_gb;
  std::optional<Watts> recorded_gpu_tdp;
};

/// A training that was measured.
struct Observation {
  SetUp set_up;
  std::string source;  ///< The file or table it came from: its own offset in a fit.
  std::string meter;   ///< What measured it; never mixed without a word: "nvml+ram", "codecarbon".
  std::int64_t row = 0;                       ///< In the source, from 1.
  std::optional<Watts> power;                 ///< Mean, of everything that the meter sees.
  std::optional<Joules> epoch_energy;         ///< Mean over all epochs.
  std::optional<Joules> stable_epoch_energy;  ///< Mean over the epochs after warm-up.
  std::optional<Seconds> epoch_time;
  std::string place;  ///< "runs.csv:3", for errors; empty: `row` of `source` says it.
};

/// What an estimator is asked for.
enum class Target { kPower, kEpochEnergy, kStableEpochEnergy, kTime };

inline constexpr std::array<std::string_view, 4> kTargetNames = {"power", "epoch-energy",
                                                                 "stable-epoch-energy", "time"};
constexpr std::string_view to_string(Target target) {
  return kTargetNames[static_cast<std::size_t>(target)];
}

/// Watts, joules, joules, or seconds of an epoch; epoch_time is energy / power where it is not
/// recorded, and likewise the others. Absent where it cannot be known.
std::optional<double> value_of(const Observation& observation, Target target);

/// The catalogue's name of the set-up's GPU, whatever spelling it came in; the spelling where the
/// catalogue does not have it.
std::string gpu_name_of(const SetUp& set_up);

/// METHODS' configuration: (gpu, network, dataset, batch size, image size, host memory). A fold
/// that leaves one out leaves out all rows of it, whatever else was varied.
std::string configuration_of(const SetUp& set_up);

}  // namespace joulecast::pre
