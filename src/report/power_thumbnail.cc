#include "report/power_thumbnail.h"

#include <algorithm>

namespace joulecast::report {

void PowerThumbnail::device(const Device&) { devices_.emplace_back(kBuckets); }

void PowerThumbnail::widen() {
  width_s_ *= 2.0;
  for (auto& buckets : devices_) {
    for (std::size_t i = 0; i < kBuckets / 2; ++i) {
      const Bucket& a = buckets[2 * i];
      const Bucket& b = buckets[2 * i + 1];
      buckets[i] = {.sum_w = a.sum_w + b.sum_w, .samples = a.samples + b.samples};
    }
    std::fill(buckets.begin() + kBuckets / 2, buckets.end(), Bucket{});
  }
}

void PowerThumbnail::sample(std::size_t device, double time_s, double power_w) {
  if (empty_) start_s_ = time_s;
  empty_ = false;
  // A second device may start a little before the first.
  const double since_s = std::max(0.0, time_s - start_s_);
  while (since_s >= width_s_ * static_cast<double>(kBuckets)) widen();
  Bucket& bucket = devices_[device][static_cast<std::size_t>(since_s / width_s_)];
  bucket.sum_w += power_w;
  ++bucket.samples;
}

std::vector<PowerThumbnail::Point> PowerThumbnail::points() const {
  std::vector<Point> points;
  std::vector<double> last_w(devices_.size(), 0.0);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    bool any = false;
    double sum_w = 0.0;
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      const Bucket& bucket = devices_[d][i];
      if (bucket.samples > 0) {
        last_w[d] = bucket.sum_w / static_cast<double>(bucket.samples);
        any = true;
      }
      sum_w += last_w[d];  // a device sampled more rarely holds its last power
    }
    const double middle_s = start_s_ + (static_cast<double>(i) + 0.5) * width_s_;
    if (any) points.push_back({.time_s = middle_s, .power_w = sum_w});
  }
  return points;
}

}  // namespace joulecast::report
