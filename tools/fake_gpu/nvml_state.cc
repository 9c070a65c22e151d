#include "nvml_state.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <sstream>

#include "base/text.h"

namespace joulecast::fake::nvml {
namespace {

struct CodeName {
  nvmlReturn_t code;
  std::string_view name;
  const char* text;
};
constexpr std::array kCodes = {
    CodeName{kSuccess, "SUCCESS", "Success"},
    CodeName{kUninitialized, "UNINITIALIZED", "Uninitialized"},
    CodeName{kInvalidArgument, "INVALID_ARGUMENT", "Invalid Argument"},
    CodeName{kNotSupported, "NOT_SUPPORTED", "Not Supported"},
    CodeName{kNoPermission, "NO_PERMISSION", "Insufficient Permissions"},
    CodeName{kNotFound, "NOT_FOUND", "Not Found"},
    CodeName{kInsufficientSize, "INSUFFICIENT_SIZE", "Insufficient Size"},
    CodeName{9, "DRIVER_NOT_LOADED", "Driver Not Loaded"},
    CodeName{10, "TIMEOUT", "Timeout"},
    CodeName{kGpuIsLost, "GPU_IS_LOST", "GPU is lost"},
    CodeName{18, "LIB_RM_VERSION_MISMATCH", "Driver/library version mismatch"},
    CodeName{kUnknown, "UNKNOWN", "Unknown Error"},
};

constexpr unsigned kMostGpus = 64;
constexpr unsigned kHandlesPerGpu = 8;  // the whole, and at most 7 slices
// A handle is the address of one of these.
constexpr auto kHandles = [] {
  std::array<Handle, static_cast<std::size_t>(kMostGpus) * kHandlesPerGpu> all;
  for (unsigned i = 0; i < all.size(); ++i) {
    all[i] = {i / kHandlesPerGpu, static_cast<int>(i % kHandlesPerGpu) - 1};
  }
  return all;
}();

nvmlReturn_t code_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kLost:
      return kGpuIsLost;
    case Fault::Kind::kForbidden:
      return kNoPermission;
    case Fault::Kind::kUnsupported:
      return kNotSupported;
    default:
      return kUnknown;
  }
}

}  // namespace

nvmlReturn_t code_of(std::string_view name) {
  for (const CodeName& one : kCodes) {
    if (one.name == name) return one.code;
  }
  const auto number = parse_integer(name);
  return number ? static_cast<nvmlReturn_t>(*number) : kUnknown;
}

const char* text_of(nvmlReturn_t code) {
  for (const CodeName& one : kCodes) {
    if (one.code == code) return one.text;
  }
  return "Unknown Error";
}

nvmlDevice_t handle_of(unsigned gpu, int slice) {
  const Handle& handle = kHandles[gpu * kHandlesPerGpu + static_cast<unsigned>(slice + 1)];
  return reinterpret_cast<nvmlDevice_t>(const_cast<Handle*>(&handle));
}

std::string uuid_of(const Handle& handle) {
  if (handle.slice < 0) return config_of(handle).uuid;
  std::ostringstream uuid;
  uuid << "MIG-" << std::hex
       << 0x51ce0000U + handle.gpu * 256U + static_cast<unsigned>(handle.slice)
       << "-6a6f-756c-6563-617374000000";
  return uuid.str();
}

std::string name_of(const Handle& handle) {
  return config_of(handle).model + (handle.slice < 0 ? "" : " MIG 1g.10gb");
}

nvmlReturn_t enter(const void* out) {
  if (!machine().started()) return kUninitialized;
  machine().delay();
  return out == nullptr ? kInvalidArgument : kSuccess;
}

nvmlReturn_t enter(const char* function, nvmlDevice_t device, const void* out, Handle& handle) {
  const nvmlReturn_t entered = enter(out);
  if (entered != kSuccess) return entered;
  const auto* known = reinterpret_cast<const Handle*>(device);
  const unsigned count = static_cast<unsigned>(machine().config().gpus.size());
  if (known < kHandles.data() || known >= kHandles.data() + kHandles.size() ||
      known->gpu >= count) {
    return kInvalidArgument;
  }
  handle = *known;
  const Fault* fault = machine().fault(handle.gpu, function);
  return fault == nullptr ? nvmlReturn_t{kSuccess} : code_of(fault->kind);
}

nvmlReturn_t enter_whole(const char* function, nvmlDevice_t device, const void* out,
                         Handle& handle) {
  const nvmlReturn_t entered = enter(function, device, out, handle);
  if (entered != kSuccess) return entered;
  return handle.slice < 0 ? kSuccess : kNotSupported;
}

nvmlReturn_t copy_text(std::string_view text, char* out, unsigned length) {
  if (length <= text.size()) return kInsufficientSize;
  std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return kSuccess;
}

}  // namespace joulecast::fake::nvml
