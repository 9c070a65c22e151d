// Moving memory that no cache holds, as the STREAM benchmark does (McCalpin, 1995).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace joulecast::hardware {

/// Three arrays, cut into blocks. Of so many threads each walks round and round in a part of its
/// own.
class MemoryArrays {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

  /// About `total_bytes` together, and at least a block of each per thread; `threads` is the most
  /// that will be asked for. Throws std::bad_alloc.
  MemoryArrays(double total_bytes, int threads);

  void copy(int threads, std::int64_t blocks);   ///< a = b
  void triad(int threads, std::int64_t blocks);  ///< a = b + 3 c
  double total_bytes() const;
  /// An element of the first array, so that a test sees that work was done.
  double first() const { return a_[0]; }

 private:
  std::size_t part_start(int thread, int threads) const;
  /// The first element of the next block of the thread's part.
  std::size_t next_element(int thread, int threads);

  std::size_t blocks_;  ///< Of each array.
  std::unique_ptr<double[]> a_, b_, c_;
  std::vector<std::size_t> done_;  ///< Blocks, by thread.
};

/// Read and written per block, as STREAM counts them.
inline constexpr double kCopyBytes = 2.0 * MemoryArrays::kBlockBytes;
inline constexpr double kTriadBytes = 3.0 * MemoryArrays::kBlockBytes;

}  // namespace joulecast::hardware
