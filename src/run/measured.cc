#include "joulecast/run/measured.h"

#include <cmath>
#include <cstddef>

namespace joulecast {

Joules error_of_sum(std::span<const Device> devices, std::span<const Joules> errors) {
  double squares_j2 = 0.0;
  for (const DeviceKind kind : {DeviceKind::kGpu, DeviceKind::kCpu, DeviceKind::kRam,
                                DeviceKind::kNode, DeviceKind::kUnknown}) {
    Joules of_kind;
    for (std::size_t i = 0; i < devices.size(); ++i) {
      if (devices[i].kind == kind) of_kind += errors[i];
    }
    squares_j2 += of_kind.value() * of_kind.value();
  }
  return Joules(std::sqrt(squares_j2));
}

}  // namespace joulecast
