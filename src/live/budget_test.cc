#include "joulecast/live/budget.h"

#include <gtest/gtest.h>

namespace joulecast::live {
namespace {

TEST(Budget, UnderstandsEnergyCarbonAndMoney) {
  EXPECT_DOUBLE_EQ(parse_budget("2kWh")->limit, 7.2e6);
  EXPECT_EQ(parse_budget("2kWh")->kind, Budget::Kind::kEnergy);
  EXPECT_DOUBLE_EQ(parse_budget("1.5kgCO2")->limit, 1500.0);
  EXPECT_EQ(parse_budget("1.5kgCO2")->kind, Budget::Kind::kCarbon);
  EXPECT_DOUBLE_EQ(parse_budget("3 eur")->limit, 3.0);
  EXPECT_EQ(parse_budget("3 eur")->currency, "EUR");
}

TEST(Budget, RefusesWhatIsNone) {
  for (const char* text : {"", "2", "kWh", "0kWh", "-1kWh", "nan kWh", "2 bananas"}) {
    EXPECT_FALSE(parse_budget(text).ok()) << text;
  }
}

TEST(Budget, MoneyNeedsAPriceInTheSameCurrency) {
  const Budget budget = *parse_budget("3EUR");
  carbon::Rates rates;
  EXPECT_FALSE(check_budget(budget, rates).ok());
  rates.price = carbon::Price{.per_kwh = 0.3, .currency = "USD"};
  EXPECT_FALSE(check_budget(budget, rates).ok());
  rates.price->currency = "EUR";
  EXPECT_TRUE(check_budget(budget, rates).ok());
}

TEST(Budget, IsExceededOnlyByTheLowerBound) {
  const Budget budget = *parse_budget("100kJ");
  const carbon::Rates rates;
  const auto exceeded = [&](double value, double low) {
    return compare_to_budget(
               budget, rates, Joules(1e3),
               Estimate<Joules>{
                   .value = Joules(value), .low = Joules(low), .high = Joules(2.0 * value)})
        .exceeded;
  };
  EXPECT_FALSE(exceeded(120e3, 90e3));
  EXPECT_TRUE(exceeded(120e3, 101e3));
  EXPECT_TRUE(compare_to_budget(budget, rates, Joules(101e3), std::nullopt).exceeded);
}

}  // namespace
}  // namespace joulecast::live
