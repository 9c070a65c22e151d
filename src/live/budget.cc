#include "joulecast/live/budget.h"

#include <fmt/format.h>

#include <cctype>

#include "base/quantity_parse.h"
#include "base/text.h"

namespace joulecast::live {
namespace {

bool is_currency(std::string_view unit) {
  if (unit.size() != 3) return false;
  for (const char letter : unit) {
    if (std::isalpha(static_cast<unsigned char>(letter)) == 0) return false;
  }
  return true;
}

double in_units(const Budget& budget, const carbon::Rates& rates, Joules energy) {
  const carbon::Footprint footprint = carbon::footprint(energy, rates);
  switch (budget.kind) {
    case Budget::Kind::kEnergy:
      return footprint.energy_total.value();
    case Budget::Kind::kCarbon:
      return footprint.g_co2e;
    case Budget::Kind::kMoney:
      return footprint.cost.value_or(0.0);
  }
  return 0.0;
}

Error not_above_zero(std::string_view text) {
  return Error{fmt::format("the budget {} is not above zero", quoted(text))};
}

}  // namespace

Result<Budget> parse_budget(std::string_view text) {
  const auto parts = parse_number_and_unit(text);
  if (!parts) return parts.error();
  Budget budget;
  budget.text = std::string(trim(text));
  const std::string unit = to_lower(parts->unit);
  if (unit.find("co2") != std::string::npos) {
    const auto grams = parse_co2e_g(text);
    if (!grams) return grams.error();
    budget.kind = Budget::Kind::kCarbon;
    budget.limit = *grams;
  } else if (is_currency(unit) && unit != "kwh" && unit != "mwh" && unit != "gwh") {
    budget.kind = Budget::Kind::kMoney;
    budget.limit = parts->number;
    for (const char letter : unit) {
      budget.currency.push_back(
          static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
    }
  } else {
    const auto energy = parse_energy(text);
    if (!energy) {
      return Error{
          fmt::format("{} is no budget: give energy (2kWh, 9MJ), carbon (1.5kgCO2) or money (3EUR)",
                      quoted(text))};
    }
    budget.limit = energy->value();
  }
  if (!(budget.limit > 0.0)) return not_above_zero(text);
  return budget;
}

Status check_budget(const Budget& budget, const carbon::Rates& rates) {
  if (budget.kind != Budget::Kind::kMoney) return {};
  if (!rates.price) {
    return Error{fmt::format("a budget of {} needs a price: --price \"0.30 {}\"", budget.text,
                             budget.currency)};
  }
  if (to_lower(rates.price->currency) != to_lower(budget.currency)) {
    return Error{fmt::format("the budget is in {} and the price in {}; give both in one currency",
                             budget.currency, rates.price->currency)};
  }
  return {};
}

BudgetState compare_to_budget(const Budget& budget, const carbon::Rates& rates, Joules spent,
                              const std::optional<Estimate<Joules>>& total) {
  BudgetState state;
  state.spent = in_units(budget, rates, spent);
  if (total) {
    state.projected = in_units(budget, rates, total->value);
    // Where the method cannot say how sure it is, only what is spent already is certain.
    if (total->low) state.projected_low = in_units(budget, rates, *total->low);
  }
  state.exceeded =
      state.spent > budget.limit || (state.projected_low && *state.projected_low > budget.limit);
  return state;
}

std::string budget_amount(const Budget& budget, double amount) {
  constexpr double kJoulesPerWh = 3600.0;
  constexpr double kThousand = 1000.0;
  switch (budget.kind) {
    case Budget::Kind::kEnergy:
      if (amount < kJoulesPerWh) return fmt::format("{:.4g} J", amount);
      if (amount < kThousand * kJoulesPerWh) return fmt::format("{:.4g} Wh", amount / kJoulesPerWh);
      return fmt::format("{:.4g} kWh", amount / (kThousand * kJoulesPerWh));
    case Budget::Kind::kCarbon:
      return amount < kThousand ? fmt::format("{:.4g} g CO2e", amount)
                                : fmt::format("{:.4g} kg CO2e", amount / kThousand);
    case Budget::Kind::kMoney:
      return fmt::format("{:.4g} {}", amount, budget.currency);
  }
  return {};
}

}  // namespace joulecast::live
