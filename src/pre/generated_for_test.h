// Tests only: trainings that were never run, made by the physics itself from parameters that the
// test knows.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "joulecast/hardware/gpu.h"
#include "joulecast/network/network.h"
#include "joulecast/pre/set_up.h"
#include "pre/own_estimator.h"
#include "pre/parameters.h"
#include "pre/physics.h"

namespace joulecast::pre {

/// Some convolutional blocks; `size` scales its channels.
inline network::Network generated_network(const std::string& name, double size) {
  network::Network network;
  network.name = name;
  network.input_elements = 3.0 * 128 * 128;
  const auto add = [&](const char* type, network::OperatorClass kind, double channels,
                       double positions, double kernel) {
    network::Operator op;
    op.name = type + std::to_string(network.operators.size());
    op.type = type;
    op.kind = kind;
    op.input_elements = op.output_elements = channels * positions;
    op.out_channels = channels;
    op.positions = positions;
    op.kernel_size = kernel;
    if (kernel > 0.0) {
      op.macs = positions * channels * channels * kernel * kernel;
      op.flops = 2.0 * op.macs;
      op.parameters = channels * channels * kernel * kernel;
      op.parameter_tensors = 1;
    }
    network.operators.push_back(op);
  };
  using network::OperatorClass;
  for (int block = 0; block < 12; ++block) {
    const double channels = std::round(32.0 * size * (1 + block / 4));
    const double positions = 4096.0 / (1 << (2 * (block / 4)));
    add("Conv", OperatorClass::kConvolution, channels, positions, 3.0);
    add("BatchNormalization", OperatorClass::kNormalisation, channels, positions, 0.0);
    add("Relu", OperatorClass::kElementWise, channels, positions, 0.0);
    add("Conv", OperatorClass::kConvolution, channels, positions, 1.0);
    add("Add", OperatorClass::kElementWise, channels, positions, 0.0);
  }
  return network;
}

/// "g0", "g1", ...: two of each generation, each larger than the one before.
inline Result<hardware::Gpu> generated_gpu(const SetUp& set_up) {
  if (set_up.gpu.size() != 2 || set_up.gpu[0] != 'g') return Error{set_up.gpu + ": no such GPU"};
  const int index = set_up.gpu[1] - '0';
  const double size = std::pow(1.5, index);
  hardware::Gpu gpu;
  gpu.name = set_up.gpu;
  gpu.architecture = "generation " + std::to_string(index / 2);
  gpu.fp32_tflops = 6.0 * size;
  gpu.memory_bandwidth_gb_s = 220.0 * size;
  gpu.units = static_cast<int>(20 * size);
  gpu.tdp = Watts(120.0 + 40.0 * index);
  return gpu;
}

/// "n0" to "n9", each larger than the one before.
inline Result<std::shared_ptr<const network::Network>> generated_network_of(const SetUp& set_up) {
  if (set_up.network.size() != 2) return Error{set_up.network + ": no such network"};
  const int index = set_up.network[1] - '0';
  return std::make_shared<const network::Network>(
      generated_network(set_up.network, 0.7 + 0.35 * index));
}

inline Catalogues generated_catalogues() {
  return {.network = generated_network_of, .gpu = generated_gpu};
}

inline SetUp generated_set_up(int gpu, int network, std::int64_t batch_size) {
  SetUp set_up;
  set_up.gpu = "g" + std::to_string(gpu);
  set_up.network = "n" + std::to_string(network);
  set_up.dataset = "generated";
  set_up.batch_size = batch_size;
  set_up.image_height = set_up.image_width = 128;
  set_up.train_size = 20000;
  set_up.validation_size = 4000;
  return set_up;
}

/// Draws a truth from the prior, then runs from it.
class GeneratedWorld {
 public:
  GeneratedWorld(unsigned seed, int gpus, double run_sd) : random_(seed), run_sd_(run_sd) {
    std::vector<Workload> workloads;
    for (int gpu = 0; gpu < gpus; ++gpu)
      workloads.push_back(workload(generated_set_up(gpu, 0, 32)));
    layout_ = std::make_unique<Layout>(workloads);
    truth_ = Eigen::VectorXd::NullaryExpr(layout_->size(), [this] { return normal_(random_); });
  }

  static Workload workload(const SetUp& set_up) {
    return make_workload(set_up, **generated_network_of(set_up), *generated_gpu(set_up), false);
  }

  Outcome truth(const SetUp& set_up) const {
    const Workload of = workload(set_up);
    return outcome(of, layout_->parameters(truth_, layout_->place(of)));
  }

  Observation run(const SetUp& set_up) {
    const Outcome mean = truth(set_up);
    Observation observation;
    observation.set_up = set_up;
    observation.source = "generated";
    observation.meter = "nvml";
    observation.row = ++row_;
    observation.epoch_time = Seconds(mean.time_s * std::exp(run_sd_ * normal_(random_)));
    observation.power = Watts(mean.power_w * std::exp(run_sd_ * normal_(random_)));
    return observation;
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  double run_sd_;
  std::unique_ptr<Layout> layout_;
  Eigen::VectorXd truth_;
  std::int64_t row_ = 0;
};

}  // namespace joulecast::pre
