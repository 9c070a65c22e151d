#include "step/matrix_profile_kernel.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "step/matrix_profile_neighbours.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The loops over the vectors of a band must become straight code, so that they stay in registers.
#if defined(__clang__)
#define JOULECAST_UNROLL _Pragma("unroll")
#else
#define JOULECAST_UNROLL _Pragma("GCC unroll 16")
#endif

namespace joulecast::step {
namespace {

// Makes the windows `row` and `row + gap` neighbours of each other where that is better.
void offer_pair(const KernelTask& task, std::size_t row, std::int64_t gap, double correlation) {
  if (correlation > task.right_correlation[row]) {
    task.right_correlation[row] = correlation;
    task.right_gap[row] = gap;
  }
  const std::size_t column = row + static_cast<std::size_t>(gap);
  if (is_better(correlation, gap, task.left_correlation[column], task.left_gap[column])) {
    task.left_correlation[column] = correlation;
    task.left_gap[column] = gap;
    task.left_limit[column] = just_below(correlation);
  }
}

// Any processor (x86-64 with SSE2, aarch64): what the compiler makes of two-lane vectors.
#define KERNEL_NAME run_baseline
#define KERNEL_TARGET
#define KERNEL_LANES 2
#define KERNEL_LOAD(p) \
  Vector { (p)[0], (p)[1] }
#define KERNEL_LESSER(x, y) ((x) < (y) ? (x) : (y))
#define KERNEL_MASK TwoBooleans
#define KERNEL_GREATER(x, y) ((x) > (y))
#define KERNEL_BITS(mask) \
  (static_cast<unsigned>((mask)[0] & 1) | static_cast<unsigned>((mask)[1] & 2))
using TwoBooleans = std::int64_t __attribute__((vector_size(2 * sizeof(std::int64_t))));
#include "step/matrix_profile_kernel.inc"  // NOLINT(bugprone-suspicious-include)
#undef KERNEL_NAME
#undef KERNEL_TARGET
#undef KERNEL_LANES
#undef KERNEL_LOAD
#undef KERNEL_LESSER
#undef KERNEL_MASK
#undef KERNEL_GREATER
#undef KERNEL_BITS

#if defined(__x86_64__)

#define KERNEL_NAME run_avx2
#define KERNEL_TARGET __attribute__((target("avx2")))
#define KERNEL_LANES 4
#define KERNEL_LOAD(p) _mm256_loadu_pd(p)
#define KERNEL_LESSER(x, y) _mm256_min_pd(x, y)
#define KERNEL_MASK __m256i
#define KERNEL_GREATER(x, y) _mm256_castpd_si256(_mm256_cmp_pd(x, y, _CMP_GT_OQ))
#define KERNEL_BITS(mask) static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(mask)))
#include "step/matrix_profile_kernel.inc"  // NOLINT(bugprone-suspicious-include)
#undef KERNEL_NAME
#undef KERNEL_TARGET
#undef KERNEL_LANES
#undef KERNEL_LOAD
#undef KERNEL_LESSER
#undef KERNEL_MASK
#undef KERNEL_GREATER
#undef KERNEL_BITS

#define KERNEL_NAME run_avx512
#define KERNEL_TARGET __attribute__((target("avx512f")))
#define KERNEL_LANES 8
#define KERNEL_LOAD(p) _mm512_loadu_pd(p)
// GCC 12 warns about the plain _mm512_min_pd.
#define KERNEL_LESSER(x, y) _mm512_maskz_min_pd(0xff, x, y)
#define KERNEL_MASK unsigned
#define KERNEL_GREATER(x, y) _mm512_cmp_pd_mask(x, y, _CMP_GT_OQ)
#define KERNEL_BITS(mask) static_cast<unsigned>(mask)
#include "step/matrix_profile_kernel.inc"  // NOLINT(bugprone-suspicious-include)

#endif

}  // namespace

const std::vector<Kernel>& usable_kernels() {
  static const std::vector<Kernel> kernels = [] {
    std::vector<Kernel> usable;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) usable.push_back({"avx512f", run_avx512});
    if (__builtin_cpu_supports("avx2")) usable.push_back({"avx2", run_avx2});
#endif
    usable.push_back({"baseline", run_baseline});
    return usable;
  }();
  return kernels;
}

}  // namespace joulecast::step
