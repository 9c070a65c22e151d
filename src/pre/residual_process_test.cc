#include "pre/residual_process.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <random>
#include <vector>

namespace joulecast::pre {
namespace {

ProcessPoint point(int gpu, int network, double log_batch, double busy) {
  return {.gpu = gpu,
          .host = gpu,
          .network = network,
          .dataset = 0,
          .log_batch = log_batch,
          .log_size = 5.0,
          .activity = {busy, 0.3, 0.3}};
}

TEST(ResidualProcess, NearerPointsErrMoreAlike) {
  const Hyper hyper = hyper_prior();
  const ProcessPoint here = point(0, 0, 3.5, 0.5);
  const double self = covariance(hyper, here, here, Output::kTime);
  const double near = covariance(hyper, here, point(0, 0, 4.2, 0.5), Output::kTime);
  const double other_network = covariance(hyper, here, point(0, 1, 3.5, 0.5), Output::kTime);
  const double other_gpu = covariance(hyper, here, point(1, 0, 3.5, 0.5), Output::kTime);
  const double nothing_shared = covariance(hyper, here, point(1, 1, 3.5, 0.5), Output::kTime);
  EXPECT_GT(self, near);
  EXPECT_GT(near, other_network);
  EXPECT_GT(near, other_gpu);
  EXPECT_EQ(nothing_shared, 0.0);
}

TEST(ResidualProcess, WhatWasNeverSeenIsLikeNothingButItself) {
  Workload workload;
  workload.gpu = workload.host = workload.network = workload.dataset = "seen";
  workload.batch_size = 32;
  ProcessSpace space;
  space.add(workload);
  const ProcessPoint seen = space.point(workload, Outcome());
  workload.gpu = workload.host = workload.network = "new";
  const ProcessPoint unseen = space.point(workload, Outcome());
  const Hyper hyper = hyper_prior();
  EXPECT_EQ(covariance(hyper, seen, unseen, Output::kPower), 0.0);
  EXPECT_NEAR(covariance(hyper, unseen, unseen, Output::kPower),
              covariance(hyper, seen, seen, Output::kPower), 1e-15);
}

/// Configurations of two GPUs and networks, with batch sizes and activities all over.
std::vector<ProcessPoint> many_points() {
  std::vector<ProcessPoint> points;
  for (int i = 0; i < 96; ++i) {
    points.push_back(point(i % 2, (i / 2) % 4, 3.0 + 0.7 * (i % 5), 0.1 * (i % 9)));
  }
  return points;
}

TEST(ResidualProcess, HyperParametersOfDrawnResidualsAreFoundAgain) {
  const std::vector<ProcessPoint> points = many_points();
  std::vector<ProcessEntry> entries;
  for (std::size_t i = 0; i < points.size(); ++i) {
    entries.push_back({.point = i, .output = Output::kTime});
    entries.push_back({.point = i, .output = Output::kPower});
  }
  Hyper truth = hyper_prior();
  truth[4] = std::log(0.05);  // Runs' own noise, of time and of power.
  truth[9] = std::log(0.01);
  const Eigen::MatrixXd k = covariance(truth, points, entries);
  EXPECT_LT((k - k.transpose()).norm(), 1e-15);
  const Eigen::LLT<Eigen::MatrixXd> root(k);
  ASSERT_EQ(root.info(), Eigen::Success);
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const Eigen::VectorXd unit =
      Eigen::VectorXd::NullaryExpr(k.rows(), [&] { return normal(random); });
  const Eigen::VectorXd drawn = root.matrixL() * unit;
  const Hyper found =
      fit_hyper(points, entries, drawn, Eigen::MatrixXd::Zero(k.rows(), k.cols()), hyper_prior());
  EXPECT_NEAR(std::exp(found[4]), 0.05, 0.012);
  EXPECT_NEAR(std::exp(found[9]), 0.01, 0.003);
}

}  // namespace
}  // namespace joulecast::pre
