#include "pre/physics.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pre/generated_for_test.h"
#include "pre/least_squares.h"
#include "pre/prototype_for_test.h"

namespace joulecast::pre {
namespace {

using nlohmann::json;

// The prototype's names; it tells fewer kinds of operators apart.
struct PrototypeName {
  Parameter parameter;
  const char* name;
};
constexpr std::array<PrototypeName, 31> kPrototypeNames = {{
    {kDenseEfficiency, "eta0"},
    {kWinogradEfficiency, "eta0"},
    {kPointwiseEfficiency, "eta1"},
    {kProductEfficiency, "eta1"},
    {kAttentionEfficiency, "eta1"},
    {kDepthwiseEfficiency, "etad"},
    {kBandwidthShare, "beta"},
    {kHalfWave, "w0"},
    {kKernelSeconds, "tk"},
    {kDenseBackward, "bwc"},
    {kDepthwiseBackward, "bwd"},
    {kMemoryBackward, "bwe"},
    {kHalfActive, "w1"},
    {kDispatchSeconds, "h"},
    {kStepOperators, "n0"},
    {kBackwardDispatch, "hb"},
    {kEpochSeconds, "cep"},
    {kAugmentSeconds, "pc"},
    {kCopySeconds, "pk"},
    {kDecodeSeconds, "pj"},
    {kPytorchDispatch, "fwpt"},
    {kOptimizerBytes, "adam"},
    {kFrozenShare, "ff"},
    {kStaticBandwidth, "psB"},
    {kStaticTdp, "psT"},
    {kBusyPower, "ab"},
    {kComputePower, "ac"},
    {kMemoryPower, "am"},
    {kActivityExponent, "g"},
    {kStackedStatic, "hbm"},
    {kThrottle, "kap"},
}};

/// The fit's parameters; its file keeps deviations to four decimals.
ParameterArray prototype_parameters(const json& fit, const Workload& workload) {
  ParameterArray logs = ParameterArray::Zero();
  for (const PrototypeName& one : kPrototypeNames) {
    logs[one.parameter] = std::log(fit["globals"][one.name]["value"].get<double>());
  }
  // The golden values were made without these.
  logs[kThrottle] = logs[kSampleSeconds] = -std::numeric_limits<double>::infinity();
  // Constants there.
  logs[kOverlap] = std::log(3.0);
  logs[kValidationDispatch] = std::log(0.4);
  logs[kPipelineOnDispatch] = std::log(0.3);
  const auto deviation = [](const json& of, const char* name) {
    return std::log(of[name].get<double>());
  };
  for (const json& of : {fit["gpu"][workload.gpu], fit["generation"][workload.generation]}) {
    logs[kGpuEfficiency] += deviation(of, "eta");
    logs[kGpuBandwidth] += deviation(of, "beta");
    logs[kGpuStatic] += deviation(of, "ps");
    logs[kGpuDynamic] += deviation(of, "dyn");
  }
  logs[kHostDispatch] = deviation(fit["host"][workload.host], "h");
  logs[kHostPipeline] = deviation(fit["host"][workload.host], "pipe");
  return logs;
}

Workload workload_of(const SetUp& set_up) {
  return make_workload(set_up, *prototype::network(set_up), *prototype::gpu(set_up), true);
}

/// Everything that tells the 48 configurations apart.
std::string key(const std::string& gpu, const std::string& network, const std::string& dataset,
                const std::string& batch, const std::string& size, const std::string& memory) {
  return gpu + "," + network + "," + dataset + "," + batch + "," + size + "," + memory;
}

std::map<std::string, SetUp> configurations() {
  std::map<std::string, SetUp> found;
  for (const auto& row :
       prototype::read_csv(prototype::shared_folder() / "data/delrey2025/runs.csv")) {
    found.try_emplace(key(row.at("gpu_model"), row.at("architecture"), row.at("dataset"),
                          row.at("batch_size"), row.at("image_size"), row.at("total_ram_gb")),
                      prototype::observation_of(row).set_up);
  }
  return found;
}

/// One row of golden values and its workload.
struct Golden {
  std::string name;
  Workload workload;
  double time_s, power_w, busy, compute, memory;
};

std::map<std::string, std::vector<Golden>> golden_by_gpu() {
  using prototype::number;
  const auto known = configurations();
  std::map<std::string, std::vector<Golden>> golden;
  for (const auto& row : prototype::read_csv(prototype::folder() / "golden_fit.csv")) {
    const std::string name =
        key(row.at("gpu"), row.at("arch"), row.at("ds"), row.at("bs"), row.at("px"), row.at("ram"));
    golden[row.at("gpu")].push_back({name, workload_of(known.at(name)), number(row, "phys_T"),
                                     number(row, "phys_P"), number(row, "u"), number(row, "uc"),
                                     number(row, "um")});
  }
  return golden;
}

/// The parameters before their rounding: moved by no more than it to meet the golden values.
ParameterArray unrounded(const ParameterArray& rounded, const std::vector<Golden>& golden) {
  constexpr int kDeviations = kHostStep - kGlobalCount;  // The prototype has no host step.
  constexpr double kHold = 1e-4;  // Holds what few configurations do not settle.
  const auto parameters = [&](const Eigen::VectorXd& moved) {
    ParameterArray logs = rounded;
    logs.segment<kDeviations>(kGlobalCount) += moved.array();
    return logs;
  };
  const auto residuals = [&](const Eigen::VectorXd& at, Eigen::VectorXd& r,
                             Eigen::MatrixXd* slopes) {
    const auto n = static_cast<Eigen::Index>(2 * golden.size());
    r.resize(n + kDeviations);
    r.tail(kDeviations) = kHold * at;
    if (slopes != nullptr) {
      slopes->resize(n + kDeviations, kDeviations);
      slopes->bottomRows(kDeviations) = kHold * Eigen::MatrixXd::Identity(kDeviations, kDeviations);
    }
    Eigen::Index row = 0;
    for (const Golden& one : golden) {
      const OutcomeSlopes result = outcome_slopes(one.workload, parameters(at));
      r[row] = result.log_time - std::log(one.time_s);
      r[row + 1] = result.log_power - std::log(one.power_w);
      if (slopes != nullptr) {
        slopes->row(row) =
            result.time_slopes.segment<kDeviations>(kGlobalCount).matrix().transpose();
        slopes->row(row + 1) =
            result.power_slopes.segment<kDeviations>(kGlobalCount).matrix().transpose();
      }
      row += 2;
    }
  };
  const Eigen::VectorXd moved = least_squares(residuals, Eigen::VectorXd::Zero(kDeviations));
  // Two factors above 0.5 multiply, each rounded by at most 0.00005.
  EXPECT_LT(moved.lpNorm<Eigen::Infinity>(), 2e-4);
  return parameters(moved);
}

void expect_relative(double truth, double value, const std::string& what) {
  EXPECT_NEAR(value / truth, 1.0, 1e-6) << what;
}

TEST(Physics, GoldenValuesOfThePrototype) {
  std::ifstream file(prototype::folder() / "fit_all.json");
  if (!file) GTEST_SKIP() << "the prototype's golden values are not on this machine";
  const json fit = json::parse(file);
  std::size_t count = 0;
  for (const auto& [gpu, golden] : golden_by_gpu()) {
    const ParameterArray parameters =
        unrounded(prototype_parameters(fit, golden.front().workload), golden);
    for (const Golden& one : golden) {
      const Outcome result = outcome(one.workload, parameters);
      expect_relative(one.time_s, result.time_s, one.name + " time");
      expect_relative(one.power_w, result.power_w, one.name + " power");
      expect_relative(one.busy, result.busy, one.name + " busy");
      expect_relative(one.compute, result.compute, one.name + " compute");
      expect_relative(one.memory, result.memory, one.name + " memory");
      ++count;
    }
  }
  EXPECT_EQ(count, 48U);
}

/// A training with every term at work: fine-tuning, augmentation, a limit that binds.
Workload busy_workload() {
  SetUp set_up;
  set_up.gpu = "A";
  set_up.framework = "pytorch";
  set_up.batch_size = 32;
  set_up.train_size = 3200;
  set_up.validation_size = 640;
  set_up.frozen_epochs_share = 0.3;
  set_up.pipeline = InputPipeline::kAugmented;
  set_up.power_limit = Watts(150);
  hardware::Gpu gpu;
  gpu.name = "A";
  gpu.architecture = "G";
  gpu.fp32_tflops = 20;
  gpu.memory_bandwidth_gb_s = 450;
  gpu.memory_type = "HBM2";
  gpu.units = 46;
  gpu.tdp = Watts(220);
  return make_workload(set_up, generated_network("net", 1.0), gpu, true);
}

TEST(Physics, SlopesAreDifferences) {
  const Workload workload = busy_workload();
  const Layout layout({workload});
  const ParameterArray at = layout.parameters(Eigen::VectorXd::Zero(layout.size()), {});
  const OutcomeSlopes slopes = outcome_slopes(workload, at);
  const Outcome value = outcome(workload, at);
  EXPECT_NEAR(slopes.log_time, std::log(value.time_s), 1e-12);
  EXPECT_NEAR(slopes.log_power, std::log(value.power_w), 1e-12);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < kParameterCount; ++i) {
    const auto index = static_cast<Eigen::Index>(i);
    ParameterArray above = at, below = at;
    above[index] += kStep;
    below[index] -= kStep;
    const Outcome high = outcome(workload, above), low = outcome(workload, below);
    EXPECT_NEAR(slopes.time_slopes[index], std::log(high.time_s / low.time_s) / (2 * kStep), 1e-6)
        << parameter_name(i);
    EXPECT_NEAR(slopes.power_slopes[index], std::log(high.power_w / low.power_w) / (2 * kStep),
                1e-6)
        << parameter_name(i);
  }
}

TEST(Physics, ALimitLowersPowerAndStretchesTime) {
  Workload workload = busy_workload();
  const Layout layout({workload});
  const ParameterArray at = layout.parameters(Eigen::VectorXd::Zero(layout.size()), {});
  const Outcome limited = outcome(workload, at);
  workload.power_limit_w = workload.tdp_w;
  const Outcome free = outcome(workload, at);
  EXPECT_LT(limited.power_w, 150.0);
  EXPECT_LT(limited.power_w, free.power_w);
  EXPECT_GT(limited.time_s, free.time_s);
}

TEST(Physics, NothingToComputeIsStillFinite) {
  Workload workload = busy_workload();
  workload.operators.clear();
  workload.head_flops = workload.head_bytes = workload.trained_bytes = 0.0;
  const Layout layout({workload});
  const ParameterArray at = layout.parameters(Eigen::VectorXd::Zero(layout.size()), {});
  const OutcomeSlopes slopes = outcome_slopes(workload, at);
  EXPECT_TRUE(slopes.time_slopes.isFinite().all());
  EXPECT_TRUE(slopes.power_slopes.isFinite().all());
}

}  // namespace
}  // namespace joulecast::pre
