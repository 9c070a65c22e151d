// Observations as numbers: what every published regressor is fitted to.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"
#include "pre/features.h"
#include "pre/matrix.h"

namespace joulecast::pre {

/// Repeats of one set-up have the same features, so the distinct ones are kept once: the 857 rows
/// of the paper hold 49.
struct Problem {
  Matrix inputs;                            ///< Distinct features, a row each.
  std::array<bool, kFeatureCount> known{};  ///< Others are 0 in every input.
  std::vector<std::size_t> input_of_row;
  std::vector<double> y;                  ///< By row, in the published unit of the target.
  std::vector<std::size_t> group_of_row;  ///< Configurations, numbered by first appearance.
  std::size_t groups = 0;

  std::size_t rows() const { return y.size(); }
};

/// The unit that the paper regresses in: kJ for energies. Ours are joules, watts and seconds.
double published_unit(Target target);

/// Rows without the target are passed over. Errors: no row left, a value that is not above 0, a
/// feature known of some rows only.
Result<Problem> make_problem(std::span<const Observation> observations, Target target);

/// All of the problem's rows.
std::vector<std::size_t> all_rows(const Problem& problem);

/// How inputs are brought to one scale: mean 0 and population standard deviation 1 over the rows
/// that are fitted, as scikit-learn's StandardScaler does.
struct Scaler {
  Vector mean, scale;  ///< One a feature; scale is 1 where a feature does not vary.
};
Scaler fit_scaler(const Problem& problem, std::span<const std::size_t> rows);
/// Every input of `inputs`, scaled.
Matrix scaled(const Scaler& scaler, const Matrix& inputs);

}  // namespace joulecast::pre
