// NVIDIA's management library, loaded at run time, and the part of its interface used here.
//
// The declarations follow NVIDIA's NVML API Reference; values and layouts are part of its stable
// binary interface.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/measure/source.h"

namespace joulecast::measure::nvml {

using Return = int;
inline constexpr Return kSuccess = 0;
inline constexpr Return kNotSupported = 3;
inline constexpr Return kNoPermission = 4;
inline constexpr Return kNotFound = 6;
inline constexpr Return kInsufficientSize = 7;
inline constexpr Return kDriverNotLoaded = 9;
inline constexpr Return kFunctionNotFound = 13;
inline constexpr Return kGpuIsLost = 15;
inline constexpr Return kResetRequired = 16;
inline constexpr Return kVersionMismatch = 18;
inline constexpr Return kGpuNotFound = 28;

using Handle = struct HandleTarget*;

inline constexpr unsigned kArchitectureAmpere = 7;
inline constexpr unsigned kArchitectureUnknown = 0xffffffffU;
inline constexpr std::uint32_t kFieldPowerInstant = 186;
inline constexpr unsigned kSensorGpu = 0;
inline constexpr unsigned kClockSm = 1;

struct Utilisation {
  unsigned gpu_percent = 0, memory_percent = 0;
};
struct Memory {
  std::uint64_t total = 0, free = 0, used = 0;
};
struct ProcessInfo {
  unsigned pid = 0;
  std::uint64_t used_memory = 0;
  unsigned gpu_instance = 0, compute_instance = 0;
};
union Value {
  double as_double;
  unsigned as_unsigned;
  std::uint64_t as_uint64;
};
struct FieldValue {
  std::uint32_t field = 0, scope = 0;
  std::int64_t timestamp_us = 0, latency_us = 0;
  unsigned value_type = 0;
  Return result = kNotSupported;
  Value value{.as_uint64 = 0};
};

/// The library, initialised; shut down with its last owner. Its functions are NVML's own (their
/// names follow theirs); those marked optional are null where the library is too old for them.
class Library {
 public:
  enum class Failure { kNone, kAbsent, kTooOld, kInit };
  /// What became of loading; library is null unless failure is kNone.
  struct Loaded {
    std::unique_ptr<Library> library;
    Failure failure = Failure::kNone;
    Return code = kSuccess;  ///< Of kInit.
    std::string detail;      ///< One line: what the loader or the library said.
  };
  static Loaded load(const std::string& file);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  std::string error_text(Return code) const;
  std::string driver_version() const;  ///< "550.54.14", or "of unknown version".
  /// One of the functions that fill a buffer with text; empty where it fails.
  std::string text(Return (*function)(Handle, char*, unsigned), Handle device) const;

  Return (*device_count)(unsigned*) = nullptr;
  Return (*device_by_index)(unsigned, Handle*) = nullptr;
  Return (*device_name)(Handle, char*, unsigned) = nullptr;
  Return (*device_uuid)(Handle, char*, unsigned) = nullptr;
  Return (*power_usage)(Handle, unsigned*) = nullptr;  ///< Milliwatts.

  // Optional.
  Return (*total_energy)(Handle, unsigned long long*) = nullptr;  ///< Millijoules.
  Return (*field_values)(Handle, int, FieldValue*) = nullptr;
  Return (*architecture)(Handle, unsigned*) = nullptr;
  Return (*compute_capability)(Handle, int*, int*) = nullptr;
  Return (*utilisation)(Handle, Utilisation*) = nullptr;
  Return (*memory)(Handle, Memory*) = nullptr;
  Return (*temperature)(Handle, unsigned, unsigned*) = nullptr;
  Return (*clock)(Handle, unsigned, unsigned*) = nullptr;       ///< MHz.
  Return (*enforced_power_limit)(Handle, unsigned*) = nullptr;  ///< Milliwatts.
  Return (*throttle_reasons)(Handle, unsigned long long*) = nullptr;
  Return (*compute_processes)(Handle, unsigned*, ProcessInfo*) = nullptr;
  Return (*max_slices)(Handle, unsigned*) = nullptr;
  Return (*slice_by_index)(Handle, unsigned, Handle*) = nullptr;

 private:
  Library() = default;
  bool bind(const std::string& file, std::string& missing);

  void* handle_ = nullptr;
  bool initialised_ = false;
  Return (*init_)() = nullptr;
  Return (*shutdown_)() = nullptr;
  Return (*system_driver_version_)(char*, unsigned) = nullptr;
  const char* (*error_string_)(Return) = nullptr;
};

Fault fault_of(Return code);

}  // namespace joulecast::measure::nvml
