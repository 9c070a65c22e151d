// SHA-256 (FIPS 180-4), so that what a fit rests on can be named and a changed file be seen.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace joulecast::pre {

class Sha256 {
 public:
  void add(std::string_view bytes);
  /// In hexadecimal; call it once, at the end.
  std::string hex();

 private:
  static constexpr std::size_t kBlock = 64;
  void mix_block();

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, kBlock> block_{};
  std::size_t filled_ = 0;
  std::uint64_t size_ = 0;  ///< Of everything added, in bytes.
};

}  // namespace joulecast::pre
