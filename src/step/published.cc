#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>

#include "joulecast/step/projector.h"

namespace joulecast::step {
namespace {

// How far the later epochs' mean lies from the window's for other reasons than noise (temperature,
// clocks), one standard deviation, relative. With noise alone a nominal 90 % interval of the epoch
// form covers 71 % of the deepgreen trainings; with this 88-96 %, whatever the window.
constexpr double kDrift = 0.005;

// Mean and spread of a few numbers, one by one (Welford).
class Moments {
 public:
  void add(double x) {
    ++n_;
    const double delta = x - mean_;
    mean_ += delta / static_cast<double>(n_);
    squares_ += delta * (x - mean_);
  }
  std::size_t count() const { return n_; }
  double mean() const { return mean_; }

  // Half the width of the t interval for the mean of `others` further draws. None from fewer than
  // two numbers.
  std::optional<double> half_width(double others, double coverage) const {
    if (n_ < 2) return std::nullopt;
    const double n = static_cast<double>(n_);
    const boost::math::students_t t(n - 1.0);
    const double quantile = boost::math::quantile(t, 0.5 + coverage / 2.0);
    const double noise = squares_ / (n - 1.0) * (1.0 / n + 1.0 / others);
    return quantile * std::sqrt(noise + kDrift * mean_ * kDrift * mean_);
  }

 private:
  std::size_t n_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;
};

template <typename Q>
Estimate<Q> estimate(double value, std::optional<double> half_width, double least) {
  Estimate<Q> result{.value = Q(value), .low = {}, .high = {}};
  if (half_width) {
    // What is spent is spent: no interval reaches below it.
    result.low = Q(std::min(value, std::max(least, value - *half_width)));
    result.high = Q(value + *half_width);
  }
  return result;
}

class Published : public Projector {
 public:
  Published(PublishedMethod method, Told told, const PublishedOptions& options)
      : method_(method), told_(std::move(told)), coverage_(options.coverage) {
    const bool first = method == PublishedMethod::kFirstEpochs;
    skip_ = first ? 0 : options.stabilizing_epochs;
    window_ = first ? options.first_epochs : options.window;
  }

  Forecast add(const Epoch& epoch) override {
    assert(epoch.energy);
    ++seen_;
    if (seen_ <= skip_ + window_) {
      const double energy_j = epoch.energy->value();
      const double duration_s = epoch.duration().value();
      spent_j_ += energy_j;
      spent_s_ += duration_s;
      if (seen_ > skip_) {
        energy_j_.add(energy_j);
        duration_s_.add(duration_s);
        power_w_.add(energy_j / duration_s);
        window_j_ += energy_j;
        window_s_ += duration_s;
      }
      if (std::find(origins_.begin(), origins_.end(), epoch.energy_origin) == origins_.end()) {
        origins_.push_back(epoch.energy_origin);
      }
    }

    Forecast forecast;
    forecast.method = to_string(method_);
    forecast.epochs_seen = static_cast<std::int64_t>(seen_);
    forecast.phase = epoch.phase;
    forecast.stable = method_ != PublishedMethod::kFirstEpochs && seen_ > skip_;
    forecast.coverage = coverage_;
    forecast.origins = origins_;
    if (seen_ >= skip_ + window_) {
      if (method_ == PublishedMethod::kStepPower) {
        answer_from_power(forecast);
      } else {
        answer_from_epochs(forecast);
      }
    }
    return forecast;
  }

 private:
  void answer_from_power(Forecast& forecast) const {
    if (!told_.duration) return;
    const double whole_s = told_.duration->value();
    const double watts = window_j_ / window_s_;
    const double unseen =
        std::max(1.0, whole_s / duration_s_.mean() - static_cast<double>(window_));
    const auto half_w = power_w_.half_width(unseen, coverage_);
    forecast.power = estimate<Watts>(watts, half_w, 0.0);
    forecast.energy = estimate<Joules>(
        watts * whole_s, half_w ? std::optional(*half_w * whole_s) : std::nullopt, 0.0);
    forecast.duration = Estimate<Seconds>{.value = *told_.duration, .low = {}, .high = {}};
    forecast.told.push_back(fmt::format("duration: {:.6g} s ({})", whole_s, told_.duration_from));
  }

  void answer_from_epochs(Forecast& forecast) const {
    if (!told_.epochs) return;
    const double left = *told_.epochs - static_cast<double>(skip_ + window_);
    const auto scaled = [left](std::optional<double> half) {
      return half ? std::optional(*half * left) : std::nullopt;
    };
    const bool any_left = left > 0;
    const auto half_j =
        any_left ? scaled(energy_j_.half_width(left, coverage_)) : std::optional(0.0);
    const auto half_s =
        any_left ? scaled(duration_s_.half_width(left, coverage_)) : std::optional(0.0);
    const double whole_j = spent_j_ + left * energy_j_.mean();
    const double whole_s = spent_s_ + left * duration_s_.mean();
    forecast.energy = estimate<Joules>(whole_j, half_j, spent_j_);
    forecast.duration = estimate<Seconds>(whole_s, half_s, spent_s_);
    std::optional<double> half_w;
    if (any_left) {
      half_w = power_w_.half_width(left, coverage_);
      if (half_w) *half_w *= left * duration_s_.mean() / whole_s;
    } else {
      half_w = 0.0;
    }
    forecast.power = estimate<Watts>(whole_j / whole_s, half_w, 0.0);
    forecast.told.push_back(fmt::format("epochs: {:.6g} ({})", *told_.epochs, told_.epochs_from));
  }

  PublishedMethod method_;
  Told told_;
  double coverage_;
  std::size_t skip_, window_;
  std::size_t seen_ = 0;
  double spent_j_ = 0.0, spent_s_ = 0.0;    // up to the window's end
  double window_j_ = 0.0, window_s_ = 0.0;  // of the window
  Moments energy_j_, duration_s_, power_w_;
  std::vector<Origin> origins_;
};

constexpr std::array kMethods = {PublishedMethod::kFirstEpochs, PublishedMethod::kStepPower,
                                 PublishedMethod::kStepEpoch};

}  // namespace

const char* to_string(PublishedMethod method) {
  switch (method) {
    case PublishedMethod::kFirstEpochs:
      return "first-epochs";
    case PublishedMethod::kStepPower:
      return "step-power";
    case PublishedMethod::kStepEpoch:
      break;
  }
  return "step-epoch";
}

std::optional<PublishedMethod> published_method(const std::string& name) {
  for (const PublishedMethod method : kMethods) {
    if (name == to_string(method)) return method;
  }
  return std::nullopt;
}

Result<std::unique_ptr<Projector>> make_published(PublishedMethod method, const Told& told,
                                                  const PublishedOptions& options) {
  if (options.first_epochs < 1) return Error{"the number of first epochs must be at least 1"};
  if (options.window < 1) return Error{"the window must be at least 1 epoch"};
  if (!(options.coverage > 0.0 && options.coverage < 1.0)) {
    return Error{fmt::format("the interval's nominal coverage must lie between 0 and 1, not {}",
                             options.coverage)};
  }
  if (told.epochs && !(*told.epochs >= 1.0)) {
    return Error{fmt::format("the number of epochs must be at least 1, not {}", *told.epochs)};
  }
  if (told.duration && !(told.duration->value() > 0.0)) {
    return Error{fmt::format("the duration must be more than 0 s, not {}", told.duration->value())};
  }
  return std::unique_ptr<Projector>(std::make_unique<Published>(method, told, options));
}

}  // namespace joulecast::step
