#include "measure/cpu_model_stat.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace joulecast::measure {

std::optional<CpuTicks> parse_cpu_ticks(std::string_view text) {
  // user nice system idle iowait irq softirq steal; what guests take is in user and nice already.
  enum Column { kUser, kNice, kSystem, kIdle, kIowait, kIrq, kSoftirq, kSteal, kColumns };
  std::array<std::uint64_t, kColumns> ticks{};
  if (!text.starts_with("cpu ")) return std::nullopt;
  text = text.substr(3, text.find('\n') - 3);
  std::size_t columns = 0;
  while (columns < ticks.size()) {
    const auto digit = text.find_first_not_of(' ');
    if (digit == std::string_view::npos) break;
    text.remove_prefix(digit);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), ticks[columns]);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    ++columns;
  }
  if (columns <= kIdle) return std::nullopt;
  const std::uint64_t busy =
      ticks[kUser] + ticks[kNice] + ticks[kSystem] + ticks[kIrq] + ticks[kSoftirq];
  return CpuTicks{.busy = busy, .total = busy + ticks[kIdle] + ticks[kIowait] + ticks[kSteal]};
}

}  // namespace joulecast::measure
