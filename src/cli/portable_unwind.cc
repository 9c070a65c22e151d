// Only in the portable binary: GCC 12's static unwinder asks glibc 2.35's _dl_find_object where the
// unwind table of an address is. This answers with what every glibc has, dl_iterate_phdr, so that
// the binary runs with glibc 2.34 too. Declared by us, since older headers do not have it.

#include <elf.h>
#include <link.h>

#include <cstdint>

namespace {

struct Search {
  std::uintptr_t address;
  dl_find_object* found;
};

// The loader speaks of addresses as numbers.
// NOLINTBEGIN(performance-no-int-to-ptr)
int look(dl_phdr_info* info, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  bool inside = false;
  const ElfW(Phdr)* table = nullptr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = info->dlpi_phdr[i];
    const std::uintptr_t start = info->dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_GNU_EH_FRAME) table = &part;
    if (part.p_type == PT_LOAD && search.address >= start &&
        search.address < start + part.p_memsz) {
      inside = true;
      search.found->dlfo_map_start = reinterpret_cast<void*>(start);
      search.found->dlfo_map_end = reinterpret_cast<void*>(start + part.p_memsz);
    }
  }
  if (!inside || table == nullptr) return 0;
  search.found->dlfo_flags = 0;
  search.found->dlfo_link_map = nullptr;
  search.found->dlfo_eh_frame = reinterpret_cast<void*>(info->dlpi_addr + table->p_vaddr);
  return 1;
}
// NOLINTEND(performance-no-int-to-ptr)

}  // namespace

// Returns 0 and fills `found`, or -1 where nothing is mapped at `address`. Thread-safe.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" int _dl_find_object(void* address, dl_find_object* found) noexcept {
  Search search{.address = reinterpret_cast<std::uintptr_t>(address), .found = found};
  return dl_iterate_phdr(look, &search) == 1 ? 0 : -1;
}
