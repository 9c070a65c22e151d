// A number with its slopes: formulas written once give their value and exact derivatives.
#pragma once

#include <Eigen/Core>
#include <cmath>

namespace joulecast::pre {

template <int N>
struct Dual {
  using Slopes = Eigen::Array<double, N, 1>;
  double value = 0.0;
  Slopes slopes = Slopes::Zero();

  Dual() = default;
  Dual(double v) : value(v) {}  // NOLINT(google-explicit-constructor): constants in formulas
  Dual(double v, const Slopes& s) : value(v), slopes(s) {}

  Dual& operator+=(const Dual& b) {
    value += b.value;
    slopes += b.slopes;
    return *this;
  }
  friend Dual operator+(const Dual& a, const Dual& b) {
    return {a.value + b.value, a.slopes + b.slopes};
  }
  friend Dual operator+(const Dual& a, double b) { return {a.value + b, a.slopes}; }
  friend Dual operator+(double a, const Dual& b) { return b + a; }
  friend Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value, a.slopes - b.slopes};
  }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.slopes * b.value + b.slopes * a.value};
  }
  friend Dual operator*(const Dual& a, double b) { return {a.value * b, a.slopes * b}; }
  friend Dual operator*(double a, const Dual& b) { return b * a; }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const double quotient = a.value / b.value;
    return {quotient, (a.slopes - quotient * b.slopes) / b.value};
  }
  friend Dual operator/(const Dual& a, double b) { return a * (1.0 / b); }
  friend Dual operator/(double a, const Dual& b) {
    const double quotient = a / b.value;
    return {quotient, b.slopes * (-quotient / b.value)};
  }
  friend bool operator<(const Dual& a, const Dual& b) { return a.value < b.value; }

  friend Dual exp(const Dual& a) {
    const double e = std::exp(a.value);
    return {e, a.slopes * e};
  }
  friend Dual log(const Dual& a) { return {std::log(a.value), a.slopes / a.value}; }
  friend Dual sqrt(const Dual& a) {
    const double root = std::sqrt(a.value);
    return {root, a.slopes * (0.5 / root)};
  }
  friend Dual pow(const Dual& a, double b) {
    const double power = std::pow(a.value, b);
    return {power, a.slopes * (b * power / a.value)};
  }
  friend Dual pow(const Dual& a, const Dual& b) {
    const double power = std::pow(a.value, b.value);
    return {power, power * (b.slopes * std::log(a.value) + a.slopes * (b.value / a.value))};
  }
};

}  // namespace joulecast::pre
