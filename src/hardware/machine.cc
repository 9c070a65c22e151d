#include "joulecast/hardware/machine.h"

#include <unistd.h>

namespace joulecast::hardware {

std::optional<Bytes> memory_of_machine() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), page_size = ::sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_size <= 0) return std::nullopt;
  return Bytes(static_cast<double>(pages) * static_cast<double>(page_size));
}

}  // namespace joulecast::hardware
