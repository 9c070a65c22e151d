// Random numbers that are the same on every machine (SplitMix64, Steele et al., OOPSLA 2014).
#pragma once

#include <cmath>
#include <cstdint>

namespace joulecast {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// In (0, 1).
  double uniform() { return (static_cast<double>(bits() >> 12U) + 0.5) * 0x1p-52; }
  /// With this mean.
  double exponential(double mean) { return -mean * std::log(uniform()); }
  /// In [0, n), n > 0; the bias of at most n / 2^64 is of no account.
  std::uint64_t below(std::uint64_t n) { return bits() % n; }

 private:
  std::uint64_t state_;
};

}  // namespace joulecast
