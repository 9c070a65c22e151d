#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "joulecast/carbon/carbon.h"

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;

RateOptions in_country(const std::string& country) {
  RateOptions options;
  options.country = country;
  return options;
}

TEST(Rates, NobodySaidWhere) {
  const auto rates = resolve_rates({});
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->intensity.place, "World");
  EXPECT_EQ(rates->intensity.origin, Origin::kAssumed);
  EXPECT_EQ(rates->pue, 1.0);
  EXPECT_EQ(rates->pue_source, "none: joules as measured");
  EXPECT_FALSE(rates->price);
}

TEST(Rates, Country) {
  const auto rates = resolve_rates(in_country("spain"));
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->intensity.place, "Spain");
  EXPECT_EQ(rates->intensity.origin, Origin::kReported);
  EXPECT_EQ(rates->intensity.year, 2024);
}

TEST(Rates, CloudRegionBringsItsPue) {
  RateOptions options = in_country("IE");
  options.cloud_region = "aws:eu-west-1";
  const auto rates = resolve_rates(options);
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->intensity.place, "aws eu-west-1 (Ireland)");
  EXPECT_EQ(rates->pue, 1.15);
  EXPECT_THAT(rates->pue_source, HasSubstr("aws, 2024"));
  options.pue = 1.3;
  EXPECT_EQ(resolve_rates(options)->pue, 1.3);
  EXPECT_EQ(resolve_rates(options)->pue_source, "as given");
}

TEST(Rates, AFigureOfOnesOwnGoesFirst) {
  RateOptions options = in_country("ES");
  options.grid_intensity_g_per_kwh = 0.0;
  const auto rates = resolve_rates(options);
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->intensity.g_per_kwh, 0.0);
  EXPECT_EQ(rates->intensity.place, "Spain");
  EXPECT_EQ(rates->intensity.origin, Origin::kReported);
  EXPECT_EQ(rates->intensity.source, "as given");
}

TEST(Rates, ContradictionsAndImpossibleFigures) {
  RateOptions options = in_country("ES");
  options.cloud_region = "aws:eu-west-1";
  EXPECT_THAT(resolve_rates(options).error().message, HasSubstr("does not lie in Spain"));
  for (const double bad : {-1.0, 2001.0, std::numeric_limits<double>::quiet_NaN()}) {
    RateOptions grid;
    grid.grid_intensity_g_per_kwh = bad;
    EXPECT_THAT(resolve_rates(grid).error().message, HasSubstr("between 0 and 2000"));
  }
  for (const double bad : {0.99, 5.1, std::numeric_limits<double>::infinity()}) {
    RateOptions pue;
    pue.pue = bad;
    EXPECT_THAT(resolve_rates(pue).error().message, HasSubstr("between 1 and 5"));
  }
  EXPECT_THAT(resolve_rates(in_country("Atlantis")).error().message, HasSubstr("'Atlantis'"));
}

TEST(Rates, Prices) {
  RateOptions options;
  for (const char* text : {"0.28 EUR", "0.28EUR/kWh", "0.28 eur / kwh", "0.28€"}) {
    options.price = text;
    const auto rates = resolve_rates(options);
    ASSERT_TRUE(rates) << text;
    EXPECT_EQ(rates->price->per_kwh, 0.28);
    EXPECT_EQ(rates->price->currency, "EUR");
  }
  for (const char* text : {"0.28", "EUR", "-1 EUR", "0.28 euros", "1 EU1", "1 EUR/MWh"}) {
    options.price = text;
    EXPECT_THAT(resolve_rates(options).error().message, HasSubstr("'0.28 EUR'")) << text;
  }
}

TEST(Footprint, PueAndMoney) {
  RateOptions options;
  options.grid_intensity_g_per_kwh = 200.0;
  options.pue = 1.5;
  options.price = "0.30 EUR";
  const Footprint result = footprint(Joules(7.2e6), *resolve_rates(options));
  EXPECT_DOUBLE_EQ(result.energy_total.value(), 10.8e6);
  EXPECT_DOUBLE_EQ(result.g_co2e, 600.0);
  EXPECT_DOUBLE_EQ(*result.cost, 0.9);
  options.price = "";
  EXPECT_FALSE(footprint(Joules(1.0), *resolve_rates(options)).cost);
}

}  // namespace
}  // namespace joulecast::carbon
