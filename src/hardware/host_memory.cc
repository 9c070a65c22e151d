#include "hardware/host_memory.h"

#include <algorithm>

#include "hardware/host_repeats.h"

namespace joulecast::hardware {
namespace {

constexpr std::size_t kBlock = MemoryArrays::kBlockBytes / sizeof(double);
constexpr double kScale = 3.0;

std::unique_ptr<double[]> array_of(std::size_t blocks) {
  return std::make_unique_for_overwrite<double[]>(blocks * kBlock);
}

std::size_t blocks_in(double total_bytes, int threads) {
  const double blocks = total_bytes / 3.0 / static_cast<double>(MemoryArrays::kBlockBytes);
  return std::max(static_cast<std::size_t>(threads), static_cast<std::size_t>(blocks));
}

}  // namespace

MemoryArrays::MemoryArrays(double total_bytes, int threads)
    : blocks_(blocks_in(total_bytes, threads)),
      a_(array_of(blocks_)),
      b_(array_of(blocks_)),
      c_(array_of(blocks_)),
      done_(static_cast<std::size_t>(threads)) {
  // Where a thread touches memory first, the system puts it near that thread.
  share_tickets(threads, threads, [this, threads](int /*thread*/, std::int64_t ticket) {
    const int part = static_cast<int>(ticket);
    const std::size_t start = part_start(part, threads) * kBlock;
    const std::size_t size = part_start(part + 1, threads) * kBlock - start;
    std::fill_n(a_.get() + start, size, 0.0);
    std::fill_n(b_.get() + start, size, 1.0);
    std::fill_n(c_.get() + start, size, 2.0);
  });
}

double MemoryArrays::total_bytes() const {
  return 3.0 * static_cast<double>(blocks_) * static_cast<double>(kBlockBytes);
}

std::size_t MemoryArrays::part_start(int thread, int threads) const {
  return blocks_ * static_cast<std::size_t>(thread) / static_cast<std::size_t>(threads);
}

std::size_t MemoryArrays::next_element(int thread, int threads) {
  const std::size_t start = part_start(thread, threads);
  const std::size_t size = part_start(thread + 1, threads) - start;
  return (start + done_[static_cast<std::size_t>(thread)]++ % size) * kBlock;
}

void MemoryArrays::copy(int threads, std::int64_t blocks) {
  share_tickets(threads, blocks, [this, threads](int thread, std::int64_t /*ticket*/) {
    const std::size_t start = next_element(thread, threads);
    std::copy_n(b_.get() + start, kBlock, a_.get() + start);
  });
}

void MemoryArrays::triad(int threads, std::int64_t blocks) {
  share_tickets(threads, blocks, [this, threads](int thread, std::int64_t /*ticket*/) {
    const std::size_t start = next_element(thread, threads);
    double* a = a_.get() + start;
    const double* b = b_.get() + start;
    const double* c = c_.get() + start;
    for (std::size_t i = 0; i < kBlock; ++i) a[i] = b[i] + kScale * c[i];
  });
}

}  // namespace joulecast::hardware
