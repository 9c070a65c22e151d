// Nearest neighbours on both sides of every window, kept up to date as samples arrive.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "step/matrix_profile_neighbours.h"
#include "step/matrix_profile_windows.h"

namespace joulecast::step {

class NeighbourStream {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  /// Keeps the newest `max_windows` windows and forgets older ones, also as neighbours to come.
  NeighbourStream(std::size_t window, std::size_t exclusion_zone,
                  std::size_t max_windows = kUnlimited);

  /// Adds the window that ends with `sample` and joins it with all that are kept: O(count()) time,
  /// no allocation but for amortised growth. Computes every pair as self_join() does.
  void append(double sample);

  /// Number of windows kept.
  std::size_t count() const { return windows_.count() - begin_; }
  std::size_t window() const { return windows_.window(); }

  /// Neighbours of the kept windows, oldest first, including constant ones. A left neighbour may be
  /// one that has since been forgotten. O(count()).
  Neighbours left() const;
  Neighbours right() const;

 private:
  void join_newest();
  Neighbours kept(const Neighbours& all, Side side) const;

  Windows windows_;
  std::size_t exclusion_zone_;
  std::size_t max_windows_;
  std::size_t fresh_rows_;
  std::size_t begin_ = 0;      // the oldest window kept; those before it are erased in batches
  std::size_t forgotten_ = 0;  // windows erased so far
  Neighbours left_;            // without constant windows
  Neighbours right_;
  // Of the newest window and the one g before it, at [size - g]: so the pairs that follow each
  // other along a diagonal are at the same place, and there is room to grow in front.
  std::vector<double> covariance_;
};

}  // namespace joulecast::step
