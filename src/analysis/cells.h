// Observations by two factors: what every combination of levels holds.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/analysis/two_way.h"
#include "joulecast/base/result.h"

namespace joulecast::analysis {

/// A table of means; cell (i, j) is at i * columns + j.
struct Cells {
  std::size_t rows = 0;      ///< Levels of the first factor.
  std::size_t columns = 0;   ///< Levels of the second.
  std::vector<double> n;     ///< Observations; at least 1.
  double origin = 0.0;       ///< A value of the response: differences far from 0 keep their digits.
  std::vector<double> mean;  ///< Less the origin.
  double within = 0.0;       ///< Sum of squares within cells; > 0.
  double residual_df = 0.0;
};

/// `cell` of each observation by the two factors. Fails as two_way_anova() where factors are wrong;
/// messages begin with `test`.
Result<std::vector<std::size_t>> cells_of(std::string_view test, std::span<const double> response,
                                          const Factor& first, const Factor& second);

/// "architecture vgg16 with gpu_model RTX 3090".
std::string name_of_cell(std::size_t cell, const Factor& first, const Factor& second);

/// Fails where cells leave nothing to judge by.
Result<Cells> fill_cells(std::string_view test, std::span<const double> response,
                         std::span<const std::size_t> cell, const Factor& first,
                         const Factor& second);

/// The analysis of variance of such a table.
TwoWay analyse(const Cells& cells);

/// Means of observations over the rows and columns of a table, less its origin.
struct Margins {
  double grand = 0.0;
  std::vector<double> row;
  std::vector<double> column;
};

Margins margins_of(const Cells& cells);

}  // namespace joulecast::analysis
