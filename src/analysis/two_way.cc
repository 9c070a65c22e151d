#include "joulecast/analysis/two_way.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "analysis/cells.h"
#include "analysis/distributions.h"
#include "analysis/moments.h"

namespace joulecast::analysis {
namespace {

using Table = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Table table_of(const std::vector<double>& values, const Cells& cells) {
  return Eigen::Map<const Table>(values.data(), static_cast<Eigen::Index>(cells.rows),
                                 static_cast<Eigen::Index>(cells.columns));
}

// The weighted least squares fit of row effects plus column effects. The row effects are eliminated
// from the normal equations; of the rest the last is free to be 0. With every cell filled they are
// positive definite.
Table additive_fit(const Table& n, const Table& mean) {
  const Eigen::ArrayXd row_n = n.rowwise().sum();
  const Eigen::ArrayXd row_mean = (n * mean).rowwise().sum() / row_n;
  const Table distance = mean.colwise() - row_mean;
  const Eigen::Index free = n.cols() - 1;
  const Eigen::MatrixXd counts = n.leftCols(free).matrix();
  Eigen::MatrixXd normal = counts.colwise().sum().transpose().asDiagonal();
  normal -= counts.transpose() * row_n.inverse().matrix().asDiagonal() * counts;
  const Eigen::VectorXd sums = (n * distance).leftCols(free).colwise().sum().transpose();
  Eigen::ArrayXd column = Eigen::ArrayXd::Zero(n.cols());
  column.head(free) = normal.ldlt().solve(sums).array();
  const Eigen::ArrayXd row = row_mean - (n.matrix() * column.matrix()).array() / row_n;
  return row.replicate(1, n.cols()) + column.transpose().replicate(n.rows(), 1);
}

Effect effect_of(double sum_squares, double df, const Cells& cells) {
  const double f = (sum_squares / df) / (cells.within / cells.residual_df);
  return {.sum_squares = sum_squares,
          .df = df,
          .f = f,
          .p_value = f_above(f, df, cells.residual_df),
          .partial_eta_squared = sum_squares / (sum_squares + cells.within)};
}

}  // namespace

TwoWay analyse(const Cells& cells) {
  const Table n = table_of(cells.n, cells);
  const Table mean = table_of(cells.mean, cells) - margins_of(cells).grand;
  const bool wide = cells.columns > cells.rows;
  const Table fit = wide ? Table(additive_fit(n.transpose(), mean.transpose()).transpose())
                         : additive_fit(n, mean);
  const Eigen::ArrayXd row_mean = (n * mean).rowwise().sum() / n.rowwise().sum();
  const Eigen::ArrayXd column_mean = ((n * mean).colwise().sum() / n.colwise().sum()).transpose();
  // The models are nested: what a term explains is the distance between two fits.
  const double of_first = (n * (fit.rowwise() - column_mean.transpose()).square()).sum();
  const double of_second = (n * (fit.colwise() - row_mean).square()).sum();
  const double of_both = (n * (mean - fit).square()).sum();
  const double first_df = static_cast<double>(cells.rows) - 1.0;
  const double second_df = static_cast<double>(cells.columns) - 1.0;
  return {.first = effect_of(of_first, first_df, cells),
          .second = effect_of(of_second, second_df, cells),
          .interaction = effect_of(of_both, first_df * second_df, cells),
          .residual_df = cells.residual_df};
}

Result<TwoWay> two_way_anova(std::span<const double> response, const Factor& first,
                             const Factor& second) {
  constexpr std::string_view kTest = "two-way ANOVA";
  const auto cell = cells_of(kTest, response, first, second);
  if (!cell) return cell.error();
  const auto cells = fill_cells(kTest, response, *cell, first, second);
  if (!cells) return cells.error();
  return analyse(*cells);
}

}  // namespace joulecast::analysis
