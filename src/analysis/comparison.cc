#include "joulecast/analysis/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "joulecast/baselines/work_formulas.h"

namespace joulecast::analysis {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void put(std::vector<double>& values, std::size_t at, double value) {
  values.resize(at, kNone);
  values.push_back(value);
}

// "joulecast@3": by the registry's place, then by the moment.
std::pair<std::ptrdiff_t, int> order_of(const MethodColumn& column) {
  const std::size_t at = column.name.find('@');
  return {column.method - baselines::methods().data(),
          at == std::string::npos ? 0 : std::stoi(column.name.substr(at + 1))};
}

}  // namespace

Comparison::Comparison() {
  constexpr int kMoments = 19;
  for (int i = 1; i <= kMoments; ++i) {
    moments_.push_back({.share = i / (kMoments + 1.0),
                        .errors = {},
                        .spent = {},
                        .with_interval = 0,
                        .within = 0});
  }
}

MethodColumn& Comparison::column(std::string_view name) {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [name](const MethodColumn& one) { return one.name == name; });
  if (found != columns_.end()) return *found;
  const auto method = baselines::find_method(name);
  columns_.push_back({.name = std::string(name),
                      .method = method ? *method : nullptr,
                      .told = method ? std::string((*method)->told) : std::string(),
                      .fitted_on = {},
                      .energy_j = {},
                      .low_j = {},
                      .high_j = {},
                      .spent = {}});
  return columns_.back();
}

void Comparison::Labels::add(const std::string& name) {
  // Trainings of one name mostly follow each other.
  if (!names.empty() && names.back() == name) {
    of_training.push_back(names.size() - 1);
    return;
  }
  const auto [place, added] = index.try_emplace(name, names.size());
  if (added) names.push_back(name);
  of_training.push_back(place->second);
}

void Comparison::add_moments(double energy_j, const std::vector<TrackPoint>& track) {
  if (track.empty()) return;
  const auto epochs = static_cast<double>(track.size() + 1);
  for (ProjectionMoment& moment : moments_) {
    const auto seen = static_cast<std::size_t>(std::floor(moment.share * epochs + 1e-9));
    if (seen < 1 || seen > track.size()) continue;
    const TrackPoint& point = track[seen - 1];
    moment.errors.push_back(std::abs(point.energy.value() / energy_j - 1.0));
    moment.spent.push_back(point.spent);
    if (!point.low || !point.high) continue;
    ++moment.with_interval;
    if (point.low->value() <= energy_j && energy_j <= point.high->value()) ++moment.within;
  }
}

void Comparison::add(const MeasuredTraining& training, const std::vector<MethodAnswer>& answers,
                     std::vector<TrackPoint> track) {
  const std::size_t at = names_.size();
  names_.push_back(training.name);
  groups_.add(training.group);
  set_ups_.add(training.set_up.empty() ? training.group : training.set_up);
  energies_j_.push_back(training.energy.value());
  durations_s_.push_back(training.duration.value());
  flops_.push_back(training.facts.flops ? training.facts.flops->value() : kNone);
  for (const MethodAnswer& answer : answers) {
    MethodColumn& to = column(answer.method);
    put(to.energy_j, at, answer.energy.value());
    put(to.spent, at, answer.spent);
    if (!answer.low || !answer.high) continue;
    put(to.low_j, at, answer.low->value());
    put(to.high_j, at, answer.high->value());
  }
  add_moments(training.energy.value(), track);
  if (tracks_.size() < kMostTracks) tracks_.push_back(std::move(track));
}

std::size_t Comparison::fit_flops_only() {
  std::vector<baselines::FlopsAndEnergy> known;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < flops_.size(); ++i) {
    if (!(flops_[i] > 0.0) || !std::isfinite(flops_[i])) continue;
    known.push_back({.group = groups_.of_training[i],
                     .flops = Flops(flops_[i]),
                     .energy = Joules(energies_j_[i])});
    places.push_back(i);
  }
  const auto answers = baselines::flops_only(known);
  std::size_t unanswered = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!answers[i]) {
      ++unanswered;
      continue;
    }
    MethodColumn& to = column("flops-only");
    put(to.energy_j, places[i], answers[i]->value());
    put(to.spent, places[i], 0.0);
  }
  return unanswered;
}

void Comparison::say_told(std::string_view method, std::string told) {
  column(method).told = std::move(told);
}

void Comparison::say_fitted_on(std::string_view method, std::string fitted_on) {
  column(method).fitted_on = std::move(fitted_on);
}

std::vector<const MethodColumn*> Comparison::columns() const {
  std::vector<const MethodColumn*> sorted;
  for (const MethodColumn& one : columns_) {
    if (one.method != nullptr && !one.energy_j.empty()) sorted.push_back(&one);
  }
  std::sort(sorted.begin(), sorted.end(), [](const MethodColumn* a, const MethodColumn* b) {
    return order_of(*a) < order_of(*b);
  });
  return sorted;
}

}  // namespace joulecast::analysis
