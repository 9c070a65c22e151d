#include "pre/whole_text.h"

#include <fmt/format.h>

#include <array>

#include "base/byte_source.h"

namespace joulecast::pre {

Result<std::string> whole_text(const std::filesystem::path& file, std::size_t most_mib,
                               std::string_view kind) {
  constexpr std::size_t kBufferBytes = 65536, kBitsOfMib = 20;
  auto source = open_file(file);
  if (!source) return source.error();
  std::string text;
  std::array<char, kBufferBytes> buffer{};
  for (;;) {
    const auto got = (*source)->read(buffer);
    if (!got) return got.error();
    if (*got == 0) return text;
    text.append(buffer.data(), *got);
    if (text.size() > most_mib << kBitsOfMib) {
      return Error{fmt::format("{}: more than {} MiB: no {}", file.string(), most_mib, kind)};
    }
  }
}

}  // namespace joulecast::pre
