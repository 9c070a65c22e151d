#include "joulecast/step/matrix_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <system_error>
#include <thread>

#include "step/matrix_profile_join.h"
#include "step/matrix_profile_neighbours.h"

namespace joulecast::step {
namespace {

// Rows and diagonals of a tile, chosen so that what it touches stays in the first two caches.
constexpr std::size_t kTileRows = 512;
constexpr std::size_t kMaxTileDiagonals = 1024;

struct BothSides {
  Neighbours left;
  std::vector<double> left_limit;  // see KernelTask
  Neighbours right;
};

// Joins all pairs on the diagonals [begin, end), tile by tile.
void join_strip(const Windows& windows, std::size_t begin, std::size_t end, const Kernel& kernel,
                BothSides& found) {
  const std::size_t fresh_rows = rows_between_fresh_covariances(windows.window());
  std::array<double, kMaxTileDiagonals> covariance{};
  KernelTask task{.entering = windows.entering().data(),
                  .leaving = windows.leaving().data(),
                  .inverse_deviation = windows.inverse_deviation().data(),
                  .left_correlation = found.left.correlation.data(),
                  .left_gap = found.left.gap.data(),
                  .left_limit = found.left_limit.data(),
                  .right_correlation = found.right.correlation.data(),
                  .right_gap = found.right.gap.data(),
                  .covariance = nullptr,
                  .diagonal = 0,
                  .row_begin = 0,
                  .row_end = 0};
  const std::size_t rows = windows.count() - begin;
  for (std::size_t row = 0; row < rows; row += kTileRows) {
    for (std::size_t diagonal = begin; diagonal < end; diagonal += kBandWidth) {
      if (row + diagonal >= windows.count()) break;
      task.covariance = covariance.data() + (diagonal - begin);
      task.diagonal = diagonal;
      task.row_begin = row;
      task.row_end = std::min(row + kTileRows, windows.count() - diagonal);
      if (row % fresh_rows == 0) {
        windows.covariances(row, row + diagonal, kBandWidth, task.covariance);
      }
      kernel.run(task);
    }
  }
}

void keep_better(const Neighbours& other, Neighbours& best) {
  for (std::size_t i = 0; i < best.correlation.size(); ++i) {
    if (is_better(other.correlation[i], other.gap[i], best.correlation[i], best.gap[i])) {
      best.correlation[i] = other.correlation[i];
      best.gap[i] = other.gap[i];
    }
  }
}

std::size_t round_up(std::size_t value, std::size_t step) {
  return (value + step - 1) / step * step;
}

}  // namespace

std::size_t rows_between_fresh_covariances(std::size_t window) {
  // Fresh covariances take `window` steps each; at one in four rows' worth they still cost little.
  return round_up(std::max<std::size_t>(2048, 4 * window), kTileRows);
}

Status check_window(std::size_t window) {
  if (window >= kMinWindow) return {};
  return Error{fmt::format("matrix profile: the window is {} samples, but must be at least {}",
                           window, kMinWindow)};
}

Status check_series(std::size_t samples, std::size_t window, std::size_t exclusion_zone) {
  if (Status status = check_window(window); !status) return status;
  if (samples >= window && samples - window > exclusion_zone) return {};
  return Error{fmt::format(
      "matrix profile: the series has {} samples, too few for a window of {} and an exclusion zone "
      "of {}: give a longer series or a smaller window",
      samples, window, exclusion_zone)};
}

MatrixProfile self_join(const Windows& windows, std::size_t exclusion_zone, std::size_t threads,
                        const Kernel& kernel) {
  const std::size_t count = windows.count();
  const std::size_t first = exclusion_zone + 1;
  const std::size_t diagonals = count - first;
  // Strips narrow enough that every thread gets several, since the later ones are shorter.
  const std::size_t strip =
      std::clamp(round_up(diagonals / (threads * 8), kBandWidth), kBandWidth, kMaxTileDiagonals);
  const std::size_t strips = round_up(diagonals, strip) / strip;
  threads = std::min(threads, strips);

  std::vector<BothSides> found(threads);
  std::atomic<std::size_t> next_strip = 0;
  const auto work = [&](BothSides& mine) {
    mine.left.resize(count + kKernelPadding);
    mine.right.resize(count + kKernelPadding);
    // A thread takes its strips in ascending order, so of equally good neighbours in different
    // strips it meets the nearest first.
    for (std::size_t s = next_strip++; s < strips; s = next_strip++) {
      const std::size_t begin = first + s * strip;
      mine.left_limit = mine.left.correlation;
      join_strip(windows, begin, begin + strip, kernel, mine);
    }
  };
  std::size_t running = 1;
  {
    std::vector<std::jthread> others;
    others.reserve(threads);
    try {
      for (; running < threads; ++running) others.emplace_back(work, std::ref(found[running]));
    } catch (const std::system_error&) {
      // The system gives no more threads: those there are do all the work.
    }
    work(found[0]);
  }

  BothSides& best = found[0];
  for (std::size_t t = 1; t < running; ++t) {
    keep_better(found[t].left, best.left);
    keep_better(found[t].right, best.right);
  }
  best.left.resize(count);
  best.right.resize(count);
  add_constant_windows(windows, exclusion_zone, Side::kLeft, best.left);
  add_constant_windows(windows, exclusion_zone, Side::kRight, best.right);
  return nearest(best.left, best.right, windows.window());
}

Result<MatrixProfile> matrix_profile(std::span<const double> series, std::size_t window,
                                     const MatrixProfileOptions& options) {
  const std::size_t exclusion_zone =
      options.exclusion_zone.value_or(default_exclusion_zone(window));
  if (Status status = check_series(series.size(), window, exclusion_zone); !status) {
    return status.error();
  }
  Windows windows(window);
  windows.reserve(series.size());
  for (const double sample : series) windows.append(sample);
  windows.pad(kKernelPadding);
  const std::size_t threads =
      options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  return self_join(windows, exclusion_zone, threads, usable_kernels().front());
}

}  // namespace joulecast::step
