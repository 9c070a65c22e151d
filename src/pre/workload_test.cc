#include "pre/workload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pre/generated_for_test.h"

namespace joulecast::pre {
namespace {

Workload make(const SetUp& set_up) { return GeneratedWorld::workload(set_up); }

TEST(Workload, CountsStepsOfWholeBatches) {
  pre::SetUp set_up = generated_set_up(0, 0, 64);
  set_up.train_size = 1000;
  set_up.validation_size = 130;
  set_up.validations_per_epoch = 2.0;
  const Workload workload = make(set_up);
  EXPECT_EQ(workload.train_steps, 15.0);
  EXPECT_EQ(workload.validation_steps, 4.0);
  set_up.gpus = 4;
  EXPECT_EQ(make(set_up).train_steps, 3.0);
}

TEST(Workload, EqualOperatorsAreCountedOnce) {
  const network::Network network = generated_network("net", 1.0);
  const pre::SetUp set_up = generated_set_up(0, 0, 32);
  const Workload workload = make_workload(set_up, network, *generated_gpu(set_up), false);
  double count = 0.0, flops = 0.0;
  for (const OperatorLoad& op : workload.operators) {
    count += op.count;
    flops += op.count * op.flops;
  }
  EXPECT_EQ(count, static_cast<double>(network.operators.size()));
  EXPECT_EQ(workload.operator_count, count);
  EXPECT_LT(workload.operators.size(), network.operators.size());
  EXPECT_NEAR(flops / (32 * network::totals(network).flops), 1.0, 1e-12);
}

TEST(Workload, FrozenLayersHaveNoBackwardPass) {
  network::Network network = generated_network("net", 1.0);
  network::freeze(network, 0.5);
  const pre::SetUp set_up = generated_set_up(0, 0, 32);
  const Workload all =
      make_workload(set_up, generated_network("net", 1.0), *generated_gpu(set_up), false);
  const Workload half = make_workload(set_up, network, *generated_gpu(set_up), false);
  EXPECT_TRUE(std::all_of(all.operators.begin(), all.operators.end(),
                          [](const OperatorLoad& op) { return op.backward; }));
  EXPECT_LT(half.backward_kernels, all.backward_kernels);
  EXPECT_LT(half.trained_bytes, all.trained_bytes);
  EXPECT_EQ(half.operator_count, all.operator_count);
}

TEST(Workload, HeadsAreDenseLayersOfTheirOwn) {
  network::Network network = generated_network("net", 1.0);
  network::Operator dense;
  dense.type = "Gemm";
  dense.kind = network::OperatorClass::kGemm;
  dense.parameters = 1000.0;
  dense.in_head = true;
  network.operators.push_back(dense);
  const pre::SetUp set_up = generated_set_up(0, 0, 32);
  const Workload workload = make_workload(set_up, network, *generated_gpu(set_up), false);
  EXPECT_EQ(workload.head_bytes, 4000.0);
  EXPECT_EQ(workload.head_flops, 2.0 * 1000.0 * 32.0);
  EXPECT_EQ(workload.operator_count, static_cast<double>(network.operators.size() - 1));
}

TEST(Workload, HalfPrecisionMovesHalfAndUsesMatrixCores) {
  pre::SetUp set_up = generated_set_up(0, 0, 32);
  const network::Network network = generated_network("net", 1.0);
  hardware::Gpu gpu = *generated_gpu(set_up);
  gpu.fp16_tflops = 8.0 * gpu.fp32_tflops;
  const Workload full = make_workload(set_up, network, gpu, false);
  set_up.precision = network::Precision::kFp16;
  const Workload half = make_workload(set_up, network, gpu, false);
  EXPECT_EQ(half.trained_bytes, 0.5 * full.trained_bytes);
  EXPECT_EQ(half.peak_flops_s, full.peak_flops_s);
  EXPECT_EQ(full.matrix_flops_s, 0.0);
  EXPECT_EQ(half.matrix_flops_s, 8.0 * full.peak_flops_s);
  gpu.fp16_tflops.reset();
  EXPECT_EQ(make_workload(set_up, network, gpu, false).matrix_flops_s, 0.0);
}

TEST(Workload, MemoryWattsAreTheMetersAndKnowTheirLimit) {
  EXPECT_TRUE(counts_memory("nvml+ram"));
  EXPECT_FALSE(counts_memory("nvml"));
  pre::SetUp set_up = generated_set_up(0, 0, 32);
  set_up.train_size = 1e6;
  const network::Network network = generated_network("net", 1.0);
  const hardware::Gpu gpu = *generated_gpu(set_up);
  EXPECT_EQ(make_workload(set_up, network, gpu, false).memory_w, 0.0);
  const double unlimited_w = make_workload(set_up, network, gpu, true).memory_w;
  set_up.host_memory_gb = 16.0;
  const double limited_w = make_workload(set_up, network, gpu, true).memory_w;
  EXPECT_NEAR(limited_w, 3.75e-4 * 900.0 * 16.0, 1e-9);
  EXPECT_GT(unlimited_w, limited_w);
}

TEST(Workload, ManyGpusExchangeGradients) {
  pre::SetUp set_up = generated_set_up(0, 0, 32);
  set_up.gpus = 2;
  hardware::Gpu gpu = *generated_gpu(set_up);
  gpu.link_gb_s = 25.0;
  const network::Network network = generated_network("net", 1.0);
  const Workload workload = make_workload(set_up, network, gpu, false);
  EXPECT_NEAR(workload.link_seconds, workload.trained_bytes / 25e9, 1e-12);
}

}  // namespace
}  // namespace joulecast::pre
