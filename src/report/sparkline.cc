#include "report/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace joulecast::report {

std::string sparkline(std::span<const double> values, std::size_t columns,
                      const Terminal& terminal) {
  constexpr std::array<const char*, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<const char*, 8> kPlainBars = {"_", ".", ":", "-", "=", "+", "*", "#"};
  const auto& bars = terminal.unicode ? kBars : kPlainBars;
  const std::size_t parts = std::min(columns, values.size());
  std::vector<double> means(parts);
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t begin = i * values.size() / parts;
    const std::size_t end = (i + 1) * values.size() / parts;
    for (std::size_t j = begin; j < end; ++j) means[i] += values[j];
    means[i] /= static_cast<double>(end - begin);
  }
  const double largest = means.empty() ? 0.0 : *std::max_element(means.begin(), means.end());
  std::string line;
  for (const double mean : means) {
    const double share = largest > 0.0 ? std::max(0.0, mean) / largest : 0.0;
    const auto level =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(bars.size() - 1)));
    line += bars[std::min(level, bars.size() - 1)];
  }
  return line;
}

}  // namespace joulecast::report
