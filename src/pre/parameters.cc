#include "pre/parameters.h"

#include <algorithm>
#include <cmath>

namespace joulecast::pre {
namespace {

struct Prior {
  std::string_view name;
  double median, log_sd;
};

// From data sheets, the literature on operator efficiency, and what the authors of the public
// recordings say; docs/estimator.md has where each comes from.
constexpr std::array<Prior, kGlobalCount> kPriors = {{
    {"dense efficiency", 0.45, 0.5},
    {"pointwise efficiency", 0.35, 0.5},
    {"depthwise efficiency", 0.05, 0.8},
    {"bandwidth share", 0.75, 0.25},
    {"half wave", 1.5, 0.4},
    {"kernel seconds", 4e-6, 0.5},
    {"dense backward", 1.1, 0.25},
    {"depthwise backward", 1.5, 0.6},
    {"memory backward", 1.0, 0.4},
    {"half active", 2.0, 0.8},
    {"dispatch seconds", 20e-6, 0.4},
    {"step operators", 120.0, 0.6},
    {"backward dispatch", 1.0, 0.4},
    {"epoch seconds", 0.25, 0.8},
    {"augment seconds", 5e-9, 1.0},
    {"copy seconds", 1.2e-9, 1.0},
    {"decode seconds", 2e-8, 1.0},
    {"PyTorch dispatch", 1.0, 0.4},
    {"optimizer bytes", 1.0, 0.3},
    {"frozen share", 1.0, 0.2},
    {"static bandwidth", 0.02, 0.8},
    {"static TDP", 0.2, 0.4},
    {"busy power", 0.12, 0.6},
    {"compute power", 0.5, 0.5},
    {"memory power", 0.5, 0.3},
    {"activity exponent", 0.75, 0.15},
    {"stacked static", 0.45, 0.3},
    {"throttle", 0.4, 0.4},
    {"overlap", 2.0, 0.1},
    {"validation dispatch", 0.7, 0.3},
    {"pipeline on dispatch", 0.15, 0.5},
}};

/// How far GPUs lie from their generation, generations from each other, and hosts.
struct Spread {
  std::string_view name;
  double generation_sd, gpu_sd;
};
constexpr std::array<Spread, kGpuDeviations> kGpuSpreads = {{
    {"GPU efficiency", 0.20, 0.17},
    {"GPU bandwidth", 0.12, 0.08},
    {"GPU static", 0.25, 0.12},
    {"GPU dynamic", 0.30, 0.08},
}};
struct HostSpread {
  std::string_view name;
  double sd;
};
constexpr std::array<HostSpread, kHostDeviations> kHostSpreads = {{
    {"host dispatch", 0.8},
    {"host pipeline", 0.3},
    {"host step", 0.8},
}};

std::optional<std::size_t> find(const std::vector<std::string>& sorted, const std::string& name) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
  if (at == sorted.end() || *at != name) return std::nullopt;
  return static_cast<std::size_t>(at - sorted.begin());
}

void add_unique(std::vector<std::string>& sorted, const std::string& name) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
  if (at == sorted.end() || *at != name) sorted.insert(at, name);
}

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

}  // namespace

std::string_view parameter_name(std::size_t parameter) {
  if (parameter < kGlobalCount) return kPriors[parameter].name;
  if (parameter < kHostDispatch) return kGpuSpreads[parameter - kGpuEfficiency].name;
  return kHostSpreads[parameter - kHostDispatch].name;
}

Layout::Layout(const std::vector<Workload>& workloads) {
  for (const Workload& workload : workloads) {
    add_unique(gpus_, workload.gpu);
    add_unique(generations_, workload.generation);
    add_unique(hosts_, workload.host);
  }
}

Eigen::Index Layout::gpu_column(std::size_t gpu) const {
  return index(kGlobalCount + gpu * kGpuDeviations);
}

Eigen::Index Layout::generation_column(std::size_t generation) const {
  return gpu_column(gpus_.size()) + index(generation * kGpuDeviations);
}

Eigen::Index Layout::host_column(std::size_t host) const {
  return generation_column(generations_.size()) + index(host * kHostDeviations);
}

Eigen::Index Layout::size() const { return host_column(hosts_.size()); }

Place Layout::place(const Workload& workload) const {
  return {.gpu = find(gpus_, workload.gpu),
          .generation = find(generations_, workload.generation),
          .host = find(hosts_, workload.host)};
}

ParameterArray Layout::parameters(const Eigen::VectorXd& fit, const Place& place) const {
  ParameterArray logs = ParameterArray::Zero();
  for (std::size_t i = 0; i < kGlobalCount; ++i) {
    logs[index(i)] = std::log(kPriors[i].median) + kPriors[i].log_sd * fit[index(i)];
  }
  for (std::size_t i = 0; i < kGpuDeviations; ++i) {
    double& log = logs[index(kGpuEfficiency + i)];
    if (place.gpu) log += kGpuSpreads[i].gpu_sd * fit[gpu_column(*place.gpu) + index(i)];
    if (place.generation) {
      log += kGpuSpreads[i].generation_sd * fit[generation_column(*place.generation) + index(i)];
    }
  }
  for (std::size_t i = 0; i < kHostDeviations && place.host; ++i) {
    logs[index(kHostDispatch + i)] = kHostSpreads[i].sd * fit[host_column(*place.host) + index(i)];
  }
  return logs;
}

Eigen::RowVectorXd Layout::row(const ParameterArray& slopes, const Place& place) const {
  Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(size());
  for (std::size_t i = 0; i < kGlobalCount; ++i) {
    row[index(i)] = kPriors[i].log_sd * slopes[index(i)];
  }
  for (std::size_t i = 0; i < kGpuDeviations; ++i) {
    const double slope = slopes[index(kGpuEfficiency + i)];
    if (place.gpu) row[gpu_column(*place.gpu) + index(i)] = kGpuSpreads[i].gpu_sd * slope;
    if (place.generation) {
      row[generation_column(*place.generation) + index(i)] = kGpuSpreads[i].generation_sd * slope;
    }
  }
  for (std::size_t i = 0; i < kHostDeviations && place.host; ++i) {
    row[host_column(*place.host) + index(i)] =
        kHostSpreads[i].sd * slopes[index(kHostDispatch + i)];
  }
  return row;
}

double Layout::unseen_covariance(const ParameterArray& a, const ParameterArray& b,
                                 const Place& place) const {
  double covariance = 0.0;
  for (std::size_t i = 0; i < kGpuDeviations; ++i) {
    const Eigen::Index at = index(kGpuEfficiency + i);
    double variance = 0.0;
    if (!place.gpu) variance += kGpuSpreads[i].gpu_sd * kGpuSpreads[i].gpu_sd;
    if (!place.generation) variance += kGpuSpreads[i].generation_sd * kGpuSpreads[i].generation_sd;
    covariance += variance * a[at] * b[at];
  }
  for (std::size_t i = 0; i < kHostDeviations && !place.host; ++i) {
    const Eigen::Index at = index(kHostDispatch + i);
    covariance += kHostSpreads[i].sd * kHostSpreads[i].sd * a[at] * b[at];
  }
  return covariance;
}

}  // namespace joulecast::pre
