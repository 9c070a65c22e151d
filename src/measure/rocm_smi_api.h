// AMD's ROCm-SMI library, opened while running: no ROCm is needed to build.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "joulecast/measure/source.h"
#include "joulecast/measure/sources.h"

namespace joulecast::measure {

/// What one call gave.
template <typename T>
struct RocmAnswer {
  T value{};
  Fault fault = Fault::kUnsupported;

  bool ok() const { return fault == Fault::kNone; }
  std::optional<T> optional() const { return ok() ? std::optional<T>(value) : std::nullopt; }
};

/// An initialised ROCm-SMI (declarations after rocm_smi.h of ROCm 4.1 to 7; what a version lacks is
/// kUnsupported). GPUs go by the library's own index. Thread-safe, as the library is; calls read
/// files of the amdgpu driver and take well below a millisecond on most cards.
class RocmSmiApi {
 public:
  /// Tries the library's usual places if `library` is the default. None: `finding`'s state and
  /// detail say why.
  static std::unique_ptr<RocmSmiApi> load(const std::string& library, Finding& finding);
  ~RocmSmiApi();
  RocmSmiApi(const RocmSmiApi&) = delete;
  RocmSmiApi& operator=(const RocmSmiApi&) = delete;

  const std::string& version() const { return version_; }  ///< "ROCm-SMI 7.3.0"
  std::uint32_t gpu_count() const { return gpu_count_; }

  struct Power {
    Watts watts;
    bool instant = false;  ///< Else an average over a time that is not documented.
  };
  RocmAnswer<Power> power(std::uint32_t gpu) const;
  /// Joules since a moment of the card's own.
  RocmAnswer<double> energy_j(std::uint32_t gpu) const;

  std::string name(std::uint32_t gpu) const;  ///< Empty if it has none.
  RocmAnswer<std::uint64_t> unique_id(std::uint32_t gpu) const;
  /// "0000:c1:00.0", as under /sys/bus/pci/devices; empty if the library does not say.
  std::string pci_address(std::uint32_t gpu) const;
  RocmAnswer<Watts> power_cap(std::uint32_t gpu) const;
  Telemetry telemetry(std::uint32_t gpu) const;

 private:
  struct Functions;
  explicit RocmSmiApi(std::unique_ptr<Functions> functions);
  std::optional<double> temperature_c(std::uint32_t gpu) const;
  std::optional<double> clock_mhz(std::uint32_t gpu) const;

  std::unique_ptr<Functions> functions_;
  std::string version_;
  std::uint32_t gpu_count_ = 0;
};

}  // namespace joulecast::measure
