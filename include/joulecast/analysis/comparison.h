// What every method would have said of measured trainings, side by side: the entry of
// `joulecast compare`. comparison_score.h says how wrong they were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "joulecast/base/units.h"
#include "joulecast/baselines/methods.h"

namespace joulecast::analysis {

/// Which parts of a machine the meter saw: only those of an answer are compared.
struct MeterScope {
  bool gpu = true, cpu = false, memory = false;
  bool whole_node = false;  ///< And whatever else draws power: fans, drives.
};

/// What the user of a tool could say of a training. Absent: not known, and methods that need it
/// have no answer. Finite, above 0 but for shares, which are 0 to 1.
struct TrainingFacts {
  double gpus = 1.0;
  std::optional<Watts> gpu_tdp;          ///< Of one.
  std::optional<Watts> gpu_power_limit;  ///< Of one; absent: its TDP.
  std::optional<double> gpu_use;         ///< Mean, as nvidia-smi reads it.
  std::optional<Watts> cpu_tdp;          ///< Of all packages.
  std::optional<double> cpu_cores, cpu_load;
  std::optional<double> memory_gb;
  std::optional<Flops> flops;  ///< Of the whole training.
  std::optional<double> parameters, tokens, efficiency;
  std::optional<double> peak_flops;  ///< Of one GPU, a second.
};

/// A training that has ended and was measured.
struct MeasuredTraining {
  std::string name;
  std::string group;  ///< Trainings of one group are never fitted on for each other.
  /// What repeats of one set-up have in common: they err alike. Empty: the group.
  std::string set_up;
  Joules energy;     ///< Above 0.
  Seconds duration;  ///< Above 0.
  MeterScope scope;
  TrainingFacts facts;
};

/// What one method said of one training.
struct MethodAnswer {
  std::string method;  ///< As find_method() takes it: "joulecast@3".
  Joules energy;
  std::optional<Joules> low, high;
  double spent = 0.0;  ///< Share of the training's joules that were spent before it could answer.
};

/// One point of a projection.
struct TrackPoint {
  std::int64_t epochs = 0;
  double spent = 0.0;  ///< As above.
  Joules energy;
  std::optional<Joules> low, high;
};

/// The answers of the tools that go by rated power, and LLMCarbon's: as far as the facts allow.
std::vector<MethodAnswer> formula_answers(const MeasuredTraining& training);

/// All trainings' answers of one method.
struct MethodColumn {
  std::string name;
  const baselines::Method* method = nullptr;
  std::string told;                   ///< That its user may not know then; empty: nothing.
  std::string fitted_on;              ///< Empty: nothing.
  std::vector<double> energy_j;       ///< By training; NaN: no answer.
  std::vector<double> low_j, high_j;  ///< Likewise; empty: it has no intervals.
  std::vector<double> spent;
};

/// Of the projections, over all trainings, when a share of the epochs has passed.
struct ProjectionMoment {
  double share = 0.0;
  std::vector<double> errors;  ///< |answer / truth - 1|
  std::vector<double> spent;   ///< Share of the joules, likewise by training.
  std::size_t with_interval = 0, within = 0;
};

/// Collects trainings; holds some bytes per training and method, no recordings. Not thread-safe.
class Comparison {
 public:
  Comparison();

  /// Methods are those of find_method(). `track`: a projection after every epoch but the last.
  void add(const MeasuredTraining& training, const std::vector<MethodAnswer>& answers,
           std::vector<TrackPoint> track = {});
  /// After the last training: the answers of flops-only, which is fitted on the other groups. How
  /// many trainings' FLOPs are known and yet there is no other group to fit on.
  std::size_t fit_flops_only();
  void say_told(std::string_view method, std::string told);
  void say_fitted_on(std::string_view method, std::string fitted_on);

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  /// Numbers of groups by training, in order of first appearance.
  const std::vector<std::size_t>& groups() const { return groups_.of_training; }
  const std::vector<std::string>& group_names() const { return groups_.names; }
  /// Likewise of set-ups.
  const std::vector<std::size_t>& set_ups() const { return set_ups_.of_training; }
  std::size_t set_up_count() const { return set_ups_.names.size(); }
  const std::vector<double>& energies_j() const { return energies_j_; }
  const std::vector<double>& durations_s() const { return durations_s_; }
  /// In the order of baselines::methods(), joulecast's by their moment; only those that answered.
  std::vector<const MethodColumn*> columns() const;
  const std::vector<ProjectionMoment>& moments() const { return moments_; }
  /// Of the first kMostTracks trainings.
  const std::vector<std::vector<TrackPoint>>& tracks() const { return tracks_; }

  static constexpr std::size_t kMostTracks = 1000;

 private:
  // Names that many trainings share, by number.
  struct Labels {
    std::vector<std::string> names;
    std::unordered_map<std::string, std::size_t> index;
    std::vector<std::size_t> of_training;
    void add(const std::string& name);
  };

  MethodColumn& column(std::string_view name);
  void add_moments(double energy_j, const std::vector<TrackPoint>& track);

  std::vector<std::string> names_;
  Labels groups_, set_ups_;
  std::vector<double> energies_j_, durations_s_, flops_;
  std::vector<MethodColumn> columns_;
  std::vector<ProjectionMoment> moments_;
  std::vector<std::vector<TrackPoint>> tracks_;
};

}  // namespace joulecast::analysis
