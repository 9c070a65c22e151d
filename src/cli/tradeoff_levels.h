// The texts of a column as the levels of a factor.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/analysis/two_way.h"

namespace joulecast::cli {

/// Numbers texts in the order of their first appearance. Not thread-safe.
class TradeoffLevels {
 public:
  std::size_t operator()(std::string_view text);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

/// `level`: of each row, as `texts` numbered them. Levels are sorted: by number where all are
/// numbers, else by name.
analysis::Factor factor_of(std::string name, const TradeoffLevels& texts,
                           std::vector<std::size_t> level);

}  // namespace joulecast::cli
