#include "joulecast/step/stopping_mixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

namespace joulecast::step {
namespace {

// A length that the training may have, and what it then takes.
struct Length {
  double probability;
  Forecast forecast;
};

// So many lengths are looked at one by one; more are thinned out, their mass kept.
constexpr std::size_t kMostLengths = 400;

struct Weighted {
  int epoch;
  double probability;
};

// The stopping epochs with their mass, at most kMostLengths of them.
std::vector<Weighted> support(const StoppingDistribution& stopping) {
  std::vector<Weighted> all;
  if (stopping.bounds_only()) {
    for (int e = stopping.earliest; e <= *stopping.latest; ++e) all.push_back({e, 1.0 / e});
  } else {
    for (std::size_t i = 0; i < stopping.probability.size(); ++i) {
      if (stopping.probability[i] <= 0.0) continue;
      all.push_back({stopping.first_epoch + static_cast<int>(i), stopping.probability[i]});
    }
    // What lies beyond the list counts at its end, the least that it can be.
    if (stopping.beyond > 0.0 && !all.empty()) all.back().probability += stopping.beyond;
  }
  const std::size_t stride = (all.size() + kMostLengths - 1) / kMostLengths;
  if (stride > 1) {
    std::vector<Weighted> thinned;
    for (std::size_t i = 0; i < all.size(); i += stride) {
      const std::size_t end = std::min(i + stride, all.size());
      Weighted group{all[i + (end - i) / 2].epoch, 0.0};
      for (std::size_t j = i; j < end; ++j) group.probability += all[j].probability;
      thinned.push_back(group);
    }
    all = std::move(thinned);
  }
  double sum = 0.0;
  for (const Weighted& w : all) sum += w.probability;
  for (Weighted& w : all) w.probability /= sum;
  return all;
}

// P(total <= x) of one length: log-normal around its value, as wide as its interval says.
template <typename Q>
double below(const Estimate<Q>& estimate, double x, double z) {
  const double value = estimate.value.value();
  const double high = estimate.high ? estimate.high->value() : value;
  if (x <= 0.0) return 0.0;
  if (!(high > value)) return x >= value ? 1.0 : 0.0;
  const double sigma = std::log(high / value) / z;
  return boost::math::cdf(boost::math::normal(), std::log(x / value) / sigma);
}

template <typename Q>
Q quantile(const std::vector<Length>& lengths, const std::optional<Estimate<Q>> Forecast::*member,
           double p, double z) {
  double low =
      lengths.front().forecast.*member ? ((lengths.front().forecast.*member)->value).value() : 0.0;
  double high = low;
  for (const Length& length : lengths) {
    const Estimate<Q>& estimate = *(length.forecast.*member);
    low = std::min(low, estimate.value.value());
    high = std::max(high, (estimate.high ? *estimate.high : estimate.value).value());
  }
  low *= 0.1;
  high *= 10.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    double mass = 0.0;
    for (const Length& length : lengths)
      mass += length.probability * below(*(length.forecast.*member), middle, z);
    (mass < p ? low : high) = middle;
  }
  return Q(0.5 * (low + high));
}

template <typename Q>
Estimate<Q> mix(const std::vector<Length>& lengths,
                const std::optional<Estimate<Q>> Forecast::*member, double coverage, Q least) {
  const double z = boost::math::quantile(boost::math::normal(), 0.5 + coverage / 2.0);
  const auto at = [&](double p) { return std::max(least, quantile(lengths, member, p, z)); };
  return {.value = at(0.5), .low = at(0.5 - coverage / 2.0), .high = at(0.5 + coverage / 2.0)};
}

// The standard deviation of the lengths' values: what not knowing the length costs.
template <typename Q>
Q spread(const std::vector<Length>& lengths, const std::optional<Estimate<Q>> Forecast::*member) {
  double mean = 0.0, square = 0.0;
  for (const Length& length : lengths) {
    const double value = (length.forecast.*member)->value.value();
    mean += length.probability * value;
    square += length.probability * value * value;
  }
  return Q(std::sqrt(std::max(0.0, square - mean * mean)));
}

using OfLength = std::function<Forecast(int epochs)>;

Forecast mixed(Forecast result, const OfLength& of_length, const StoppingDistribution& stopping) {
  const Forecast least = of_length(stopping.earliest);
  if (stopping.bounds_only() && !stopping.latest) {
    result.energy.reset();
    result.duration.reset();
    result.parts.clear();
    result.notes.push_back(
        "no metric yet and no cap on the epochs: only a lower bound is known; give max=");
    return result;
  }
  std::vector<Length> lengths;
  for (const Weighted& w : support(stopping)) {
    lengths.push_back({.probability = w.probability, .forecast = of_length(w.epoch)});
  }
  // Mixtures need every length's answer; the first block may not give one.
  for (const Length& length : lengths) {
    if (!length.forecast.energy || !length.forecast.duration) return result;
  }
  const Joules no_less_j = least.energy && least.energy->low ? *least.energy->low : Joules(0.0);
  const Seconds no_less_s =
      least.duration && least.duration->low ? *least.duration->low : Seconds(0.0);
  result.energy = mix(lengths, &Forecast::energy, result.coverage, no_less_j);
  result.duration = mix(lengths, &Forecast::duration, result.coverage, no_less_s);
  // Power hardly depends on the length: the mixture's mean, as wide as the plan's own.
  if (result.power) {
    const Watts mean = result.energy->value / result.duration->value;
    const double scale = mean / result.power->value;
    result.power->value = mean;
    if (result.power->low) result.power->low = *result.power->low * scale;
    if (result.power->high) result.power->high = *result.power->high * scale;
  }
  if (stopping.bounds_only()) {
    const Forecast most = of_length(*stopping.latest);
    result.energy->low = no_less_j;
    result.energy->high = most.energy->high;
    result.duration->low = no_less_s;
    result.duration->high = most.duration->high;
    result.notes.push_back("no metric yet: any length between the rule's bounds");
  }
  const auto middle = std::max_element(
      lengths.begin(), lengths.end(),
      [](const Length& a, const Length& b) { return a.probability < b.probability; });
  result.parts = middle->forecast.parts;
  result.parts.push_back({.cause = "stopping",
                          .energy = spread(lengths, &Forecast::energy),
                          .duration = spread(lengths, &Forecast::duration)});
  result.notes.push_back(
      fmt::format("stops after epoch {} to {}", stopping.earliest,
                  stopping.latest ? fmt::format("{}", *stopping.latest) : "any"));
  return result;
}

}  // namespace

Forecast forecast_stopping(const OnlineProjector& projector, const StoppingDistribution& stopping) {
  return mixed(
      projector.forecast(), [&projector](int epochs) { return projector.forecast_for(epochs); },
      stopping);
}

Forecast forecast_stopping(const OfLength& of_length, const StoppingDistribution& stopping) {
  return mixed(of_length(stopping.earliest), of_length, stopping);
}

}  // namespace joulecast::step
