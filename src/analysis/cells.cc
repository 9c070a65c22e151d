#include "analysis/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/group_check.h"
#include "analysis/moments.h"
#include "base/text.h"

namespace joulecast::analysis {
namespace {

Status check_factor(std::string_view test, const Factor& factor, std::size_t observations) {
  if (factor.levels.size() < 2) {
    return Error{fmt::format("{}: factor {} has {} level{}; it needs at least 2", test,
                             quoted(factor.name), factor.levels.size(),
                             factor.levels.size() == 1 ? "" : "s")};
  }
  if (factor.level.size() != observations) {
    return Error{fmt::format("{}: factor {} is given for {} of {} observations", test,
                             quoted(factor.name), factor.level.size(), observations)};
  }
  for (const std::size_t level : factor.level) {
    if (level >= factor.levels.size()) {
      return Error{fmt::format("{}: factor {} has no level {}, only {}", test, quoted(factor.name),
                               level, factor.levels.size())};
    }
  }
  return {};
}

Status check_response(std::string_view test, std::span<const double> response,
                      double combinations) {
  if (!std::all_of(response.begin(), response.end(), is_usable)) {
    return Error{fmt::format("{}: a value is not finite or beyond {:g}; leave that run out", test,
                             kLargestValue)};
  }
  if (static_cast<double>(response.size()) <= combinations) {
    return Error{fmt::format("{}: {} observations for {} combinations of levels; repeat some runs",
                             test, response.size(), combinations)};
  }
  return {};
}

}  // namespace

Result<std::vector<std::size_t>> cells_of(std::string_view test, std::span<const double> response,
                                          const Factor& first, const Factor& second) {
  for (const Factor* factor : {&first, &second}) {
    if (Status status = check_factor(test, *factor, response.size()); !status) {
      return status.error();
    }
  }
  const std::size_t rows = first.levels.size(), columns = second.levels.size();
  const double combinations = static_cast<double>(rows) * static_cast<double>(columns);
  if (Status status = check_response(test, response, combinations); !status) {
    return status.error();
  }
  std::vector<std::size_t> cell(response.size());
  for (std::size_t i = 0; i < cell.size(); ++i) {
    cell[i] = first.level[i] * columns + second.level[i];
  }
  return cell;
}

std::string name_of_cell(std::size_t cell, const Factor& first, const Factor& second) {
  const std::size_t columns = second.levels.size();
  return fmt::format("{} {} with {} {}", first.name, first.levels[cell / columns], second.name,
                     second.levels[cell % columns]);
}

Result<Cells> fill_cells(std::string_view test, std::span<const double> response,
                         std::span<const std::size_t> cell, const Factor& first,
                         const Factor& second) {
  Cells cells;
  cells.rows = first.levels.size();
  cells.columns = second.levels.size();
  cells.n.resize(cells.rows * cells.columns);
  cells.mean.resize(cells.n.size());
  cells.origin = response.front();
  std::vector<Sum> sums(cells.n.size());
  for (std::size_t i = 0; i < response.size(); ++i) {
    sums[cell[i]].add(response[i] - cells.origin);
    cells.n[cell[i]] += 1.0;
  }
  for (std::size_t c = 0; c < cells.n.size(); ++c) {
    if (cells.n[c] <= 0.0) {
      return Error{fmt::format("{}: no observation of {}; add runs or leave a level out", test,
                               printable(name_of_cell(c, first, second)))};
    }
    cells.mean[c] = sums[c].value() / cells.n[c];
  }
  Sum within;
  for (std::size_t i = 0; i < response.size(); ++i) {
    const double residual = (response[i] - cells.origin) - cells.mean[cell[i]];
    within.add(residual * residual);
  }
  cells.within = within.value();
  const auto n = static_cast<double>(response.size());
  cells.residual_df = n - static_cast<double>(cells.n.size());
  if (cells.within <= rounding_squares(n, largest_magnitude(response))) {
    return Error{
        fmt::format("{}: nothing varies within a combination of {} and {}, so there is "
                    "nothing to judge differences by",
                    test, quoted(first.name), quoted(second.name))};
  }
  return cells;
}

Margins margins_of(const Cells& cells) {
  Margins margins;
  std::vector<Sum> row(cells.rows), column(cells.columns);
  std::vector<double> row_n(cells.rows), column_n(cells.columns);
  Sum all;
  double n = 0.0;
  for (std::size_t i = 0; i < cells.rows; ++i) {
    for (std::size_t j = 0; j < cells.columns; ++j) {
      const std::size_t c = i * cells.columns + j;
      const double sum = cells.n[c] * cells.mean[c];
      for (Sum* total : {&row[i], &column[j], &all}) total->add(sum);
      for (double* count : {&row_n[i], &column_n[j], &n}) *count += cells.n[c];
    }
  }
  margins.grand = all.value() / n;
  for (std::size_t i = 0; i < cells.rows; ++i) {
    margins.row.push_back(row[i].value() / row_n[i]);
  }
  for (std::size_t j = 0; j < cells.columns; ++j) {
    margins.column.push_back(column[j].value() / column_n[j]);
  }
  return margins;
}

}  // namespace joulecast::analysis
