#include "step/matrix_profile_stream.h"

#include <algorithm>

#include "step/matrix_profile_join.h"

namespace joulecast::step {
namespace {

void erase_front(Neighbours& neighbours, std::size_t how_many) {
  const auto offset = static_cast<std::ptrdiff_t>(how_many);
  neighbours.correlation.erase(neighbours.correlation.begin(),
                               neighbours.correlation.begin() + offset);
  neighbours.gap.erase(neighbours.gap.begin(), neighbours.gap.begin() + offset);
}

}  // namespace

NeighbourStream::NeighbourStream(std::size_t window, std::size_t exclusion_zone,
                                 std::size_t max_windows)
    : windows_(window),
      exclusion_zone_(exclusion_zone),
      max_windows_(max_windows),
      fresh_rows_(rows_between_fresh_covariances(window)) {}

void NeighbourStream::append(double sample) {
  const std::size_t before = windows_.count();
  windows_.append(sample);
  if (windows_.count() == before) return;
  left_.resize(windows_.count());
  right_.resize(windows_.count());
  if (count() > max_windows_) ++begin_;
  join_newest();
  if (begin_ > count()) {
    windows_.drop_oldest(begin_);
    erase_front(left_, begin_);
    erase_front(right_, begin_);
    forgotten_ += begin_;
    begin_ = 0;
  }
}

void NeighbourStream::join_newest() {
  const std::size_t newest = windows_.count() - 1;
  if (newest - begin_ <= exclusion_zone_) return;
  const std::size_t rows = newest - begin_ - exclusion_zone_;  // from begin_ on
  const std::size_t farthest = newest - begin_;
  if (farthest > covariance_.size()) {
    covariance_.insert(covariance_.begin(), std::max<std::size_t>(1024, covariance_.size()), 0.0);
  }

  double* const covariance = covariance_.data() + (covariance_.size() - farthest);
  const double* const entering = windows_.entering().data() + begin_;
  const double* const leaving = windows_.leaving().data() + begin_;
  const double newest_entering = windows_.entering()[newest];
  const double newest_leaving = windows_.leaving()[newest];
  for (std::size_t i = 0; i < rows; ++i) {
    covariance[i] += entering[i] * newest_entering - leaving[i] * newest_leaving;
  }
  const std::size_t past_fresh = (forgotten_ + begin_) % fresh_rows_;
  for (std::size_t i = past_fresh == 0 ? 0 : fresh_rows_ - past_fresh; i < rows; i += fresh_rows_) {
    windows_.covariances(begin_ + i, newest, 1, covariance + i);
  }

  const double* const inverse_deviation = windows_.inverse_deviation().data() + begin_;
  const double newest_inverse_deviation = windows_.inverse_deviation()[newest];
  double* const right = right_.correlation.data() + begin_;
  double best = left_.correlation[newest];
  std::size_t best_row = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double correlation =
        settled(covariance[i] * newest_inverse_deviation * inverse_deviation[i]);
    if (correlation > right[i]) {
      right[i] = correlation;
      right_.gap[begin_ + i] = static_cast<std::int64_t>(farthest - i);
    }
    if (correlation >= best) {  // of equals the nearest, which comes last
      best = correlation;
      best_row = i;
    }
  }
  left_.correlation[newest] = best;
  left_.gap[newest] = static_cast<std::int64_t>(farthest - best_row);
}

Neighbours NeighbourStream::kept(const Neighbours& all, Side side) const {
  Neighbours neighbours = all;
  add_constant_windows(windows_, exclusion_zone_, side, neighbours);
  erase_front(neighbours, begin_);
  return neighbours;
}

Neighbours NeighbourStream::left() const { return kept(left_, Side::kLeft); }
Neighbours NeighbourStream::right() const { return kept(right_, Side::kRight); }

}  // namespace joulecast::step
