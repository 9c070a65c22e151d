// A limit on what the whole training may take.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"
#include "joulecast/carbon/carbon.h"
#include "joulecast/run/forecast.h"

namespace joulecast::live {

/// What happens when a run will not stay within its budget.
enum class OnExceed {
  kWarn,      ///< Say so, once.
  kStop,      ///< Also ask the training to end (SIGTERM).
  kExitCode,  ///< Also end with exit code 3 where the training itself succeeds.
};

struct Budget {
  enum class Kind { kEnergy, kCarbon, kMoney } kind = Kind::kEnergy;
  double limit = 0.0;  ///< > 0; joules, grams of CO2e, or money in `currency`.
  std::string currency;
  std::string text;  ///< As the user wrote it.
};

/// Reads "2kWh", "500Wh", "9MJ", "1.5kgCO2", "800gCO2e", "3EUR". Errors: an unknown unit (with
/// those that are known), a limit that is not above zero.
Result<Budget> parse_budget(std::string_view text);

/// Where a run stands against its budget, in the budget's unit. Energies count with the PUE.
struct BudgetState {
  double spent = 0.0;
  std::optional<double> projected, projected_low;
  /// Even the lower bound of what is projected (or what is spent already) lies above the limit, so
  /// that a run which may still fit is never stopped.
  bool exceeded = false;
};

/// `total`: the projection of the whole, if there is one. Money needs a price in the same currency:
/// check_budget() says so beforehand.
BudgetState compare_to_budget(const Budget& budget, const carbon::Rates& rates, Joules spent,
                              const std::optional<Estimate<Joules>>& total);
Status check_budget(const Budget& budget, const carbon::Rates& rates);

/// "1.234 kWh", "1.2 kg CO2e", "3.1 EUR": an amount in the budget's unit.
std::string budget_amount(const Budget& budget, double amount);

}  // namespace joulecast::live
