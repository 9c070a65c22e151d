#include "joulecast/hardware/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "hardware/host_dispatch.h"
#include "hardware/host_images.h"
#include "hardware/host_limits.h"
#include "hardware/host_memory.h"
#include "hardware/host_python.h"
#include "hardware/host_repeats.h"

namespace joulecast::hardware {
namespace {

// A desktop core of 2020. Both dispatch units are sized to take it as long as a Keras operator did;
// images as measured on a core of about that speed (docs/host.md).
constexpr double kReferenceDispatchUs = 20.0;
constexpr double kReferenceDecodeNsPerPixel = 6.2;
constexpr double kReferenceAugmentNsPerPixel = 8.0;

constexpr double kMebi = 1024.0 * 1024.0;
constexpr double kPhotoPixels = 1.0 * kPhotoWidth * kPhotoHeight;
constexpr double kCropPixels = 1.0 * kCropSize * kCropSize;

double image_s(double decode_ns_per_pixel, double augment_ns_per_pixel) {
  return 1e-9 * (decode_ns_per_pixel * kPhotoPixels + augment_ns_per_pixel * kCropPixels);
}

Measured times(const Measured& measured, double factor) {
  return {.median = measured.median * factor, .spread = measured.spread};
}

Measured rate(const Measured& seconds, double amount) {
  return {.median = amount / seconds.median, .spread = seconds.spread};
}

/// Measures one thing after the other, and fills in what all have in common.
class HostMeter {
 public:
  HostMeter(const MeasureHostOptions& options, const HostLimits& limits)
      : options_(options), limits_(limits) {
    speed_.cores = limits.cores;
    speed_.quick = options.quick;
    speed_.cpu_share = 1.0;
  }

  Result<HostSpeed> measure() {
    measure_dispatch();
    if (const Status status = measure_images(); !status) return status.error();
    measure_memory();
    return speed_;
  }

 private:
  Repeats repeats() const {
    return options_.quick ? Repeats{.count = 5, .each_s = 0.025}
                          : Repeats{.count = 9, .each_s = 0.06};
  }

  Measured take(const Series& series) {
    constexpr double kStages = 9.0;
    speed_.cpu_share = std::min(speed_.cpu_share, series.cpu_share);
    done_ += 1.0;
    if (options_.progress) options_.progress(std::min(1.0, done_ / kStages));
    return series.seconds;
  }
  Measured timed(int threads, const Work& work) {
    return take(repeat(work, repeats(), threads, clocks_));
  }

  void measure_dispatch() {
    DispatchLoop loop;
    speed_.dispatch_us = times(timed(1, [&loop](std::int64_t count) { loop.run(count); }), 1e6);
    if (!options_.python) return;
    constexpr double kLimitS = 2.0;
    const auto python = measure_python("python3", repeats(), kLimitS);
    if (!python) return;
    speed_.python_version = python->version;
    speed_.python_dispatch_us = times(take(python->operators), 1e6);
  }

  Status measure_images() {
    constexpr int kQuality = 90;
    const auto jpeg = encode_jpeg(generated_photo(), kQuality);
    if (!jpeg) return jpeg.error();
    Image image;
    if (const Status status = decode_jpeg(*jpeg, image); !status) return status.error();
    // The same bytes decode again as they did above.
    const auto decode = [&jpeg](Image& into) { static_cast<void>(decode_jpeg(*jpeg, into)); };
    const Measured decode_s = timed(1, [&](std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) decode(image);
    });
    Augmenter augmenter(1);
    // Crops differ in size: a unit is a batch of them.
    constexpr int kBatch = 32;
    const Measured augment_s = timed(1, [&](std::int64_t count) {
      for (std::int64_t i = 0; i < count * kBatch; ++i) augmenter.augment(image);
    });
    std::vector<Image> images(static_cast<std::size_t>(limits_.cores));
    std::vector<Augmenter> augmenters(images.size(), Augmenter(2));
    const Measured both_s = timed(limits_.cores, [&](std::int64_t count) {
      share_tickets(limits_.cores, count, [&](int thread, std::int64_t /*ticket*/) {
        const auto own = static_cast<std::size_t>(thread);
        decode(images[own]);
        augmenters[own].augment(images[own]);
      });
    });
    speed_.decode_ns_per_pixel = times(decode_s, 1e9 / kPhotoPixels);
    speed_.augment_ns_per_pixel = times(augment_s, 1e9 / (kBatch * kCropPixels));
    speed_.all_cores_images_per_s = rate(both_s, 1.0);
    return {};
  }

  double array_bytes() const {
    constexpr double kLeast = 192.0 * kMebi, kMost = 1024.0 * kMebi, kMostQuick = 256.0 * kMebi;
    constexpr double kUsualCache = 48.0 * kMebi;
    const double wanted = 4.0 * limits_.last_level_cache_bytes.value_or(kUsualCache);
    const double most = std::min(options_.quick ? kMostQuick : kMost,
                                 limits_.free_memory_bytes.value_or(2.0 * kMost) / 2.0);
    return std::min(std::max(kLeast, wanted), most);
  }

  void measure_memory() {
    const int cores = limits_.cores;
    MemoryArrays arrays(array_bytes(), cores);
    const auto copy = [&arrays, this](int threads) {
      return rate(timed(threads, [&](std::int64_t count) { arrays.copy(threads, count); }),
                  1e-9 * kCopyBytes);
    };
    const auto triad = [&arrays, this](int threads) {
      return rate(timed(threads, [&](std::int64_t count) { arrays.triad(threads, count); }),
                  1e-9 * kTriadBytes);
    };
    speed_.copy_gb_s = copy(1);
    speed_.triad_gb_s = triad(1);
    speed_.all_cores_copy_gb_s = copy(cores);
    speed_.all_cores_triad_gb_s = triad(cores);
    speed_.memory_arrays_mb = arrays.total_bytes() / kMebi;
    speed_.last_level_cache_mb = limits_.last_level_cache_bytes.value_or(0.0) / kMebi;
  }

  const MeasureHostOptions& options_;
  const HostLimits& limits_;
  const Clocks clocks_ = system_clocks();
  HostSpeed speed_;
  double done_ = 0.0;
};

std::string percent(double part) { return fmt::format("{:.0f} %", 100.0 * part); }

}  // namespace

Result<HostSpeed> measure_host(const MeasureHostOptions& options) {
  try {
    const HostLimits limits = host_limits("");
    return HostMeter(options, limits).measure();
  } catch (const std::exception& error) {
    return Error{fmt::format(
        "this host cannot be measured: {}; free memory or threads and try again", error.what())};
  }
}

Status check_quiet(const HostSpeed& speed) {
  constexpr const char* kAdvice = "wait until it is idle, or keep such figures with --force";
  if (!(speed.cpu_share >= kLeastCpuShare)) {
    return Error{
        fmt::format("the machine is busy: of the processor time asked for it gave {} (at "
                    "least {} is wanted); {}",
                    percent(speed.cpu_share), percent(kLeastCpuShare), kAdvice)};
  }
  const std::pair<const char*, Measured> figures[] = {
      {"dispatch", speed.dispatch_us},
      {"dispatch in Python", speed.python_dispatch_us.value_or(Measured{})},
      {"decoding", speed.decode_ns_per_pixel},
      {"augmentation", speed.augment_ns_per_pixel},
      {"images on all cores", speed.all_cores_images_per_s},
      {"memory copy", speed.copy_gb_s},
      {"memory triad", speed.triad_gb_s},
      {"memory copy on all cores", speed.all_cores_copy_gb_s},
      {"memory triad on all cores", speed.all_cores_triad_gb_s}};
  for (const auto& [name, measured] : figures) {
    if (measured.spread <= kMostSpread) continue;
    return Error{fmt::format(
        "the machine is busy: {} varied by {} from repeat to repeat (at most {} is wanted); {}",
        name, percent(measured.spread), percent(kMostSpread), kAdvice)};
  }
  return {};
}

double images_per_s(const HostSpeed& speed) {
  return 1.0 / image_s(speed.decode_ns_per_pixel.median, speed.augment_ns_per_pixel.median);
}

double dispatch_relative(const HostSpeed& speed) {
  return speed.python_dispatch_us.value_or(speed.dispatch_us).median / kReferenceDispatchUs;
}

double pipe_relative(const HostSpeed& speed) {
  return image_s(speed.decode_ns_per_pixel.median, speed.augment_ns_per_pixel.median) /
         image_s(kReferenceDecodeNsPerPixel, kReferenceAugmentNsPerPixel);
}

}  // namespace joulecast::hardware
