#include "base/quantity_parse.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace joulecast {
namespace {

using ::testing::HasSubstr;

TEST(QuantityParse, Energies) {
  EXPECT_DOUBLE_EQ(parse_energy("2.5kWh")->value(), 9e6);
  EXPECT_DOUBLE_EQ(parse_energy(" 9 MJ ")->value(), 9e6);
  EXPECT_DOUBLE_EQ(parse_energy("1e3 j")->value(), 1e3);
  EXPECT_DOUBLE_EQ(parse_energy("+2 KWH")->value(), 7.2e6);
  EXPECT_DOUBLE_EQ(parse_energy("0J")->value(), 0.0);
}

TEST(QuantityParse, MilliIsNeverMega) {
  EXPECT_DOUBLE_EQ(parse_power("5mW")->value(), 5e-3);
  EXPECT_DOUBLE_EQ(parse_power("5MW")->value(), 5e6);
  EXPECT_FALSE(parse_energy("5mJ"));
  EXPECT_FALSE(parse_energy("5mWh"));
}

TEST(QuantityParse, Durations) {
  EXPECT_DOUBLE_EQ(parse_duration("6h")->value(), 21600.0);
  EXPECT_DOUBLE_EQ(parse_duration("1h30min")->value(), 5400.0);
  EXPECT_DOUBLE_EQ(parse_duration("1 h 30 m")->value(), 5400.0);
  EXPECT_DOUBLE_EQ(parse_duration("250ms")->value(), 0.25);
  EXPECT_DOUBLE_EQ(parse_duration("2d")->value(), 172800.0);
  EXPECT_FALSE(parse_duration("1h-30min"));
  EXPECT_FALSE(parse_duration("1h30"));
}

TEST(QuantityParse, MassesOfCo2) {
  EXPECT_DOUBLE_EQ(*parse_co2e_g("1.5kgCO2"), 1500.0);
  EXPECT_DOUBLE_EQ(*parse_co2e_g("1.5 kg CO2e"), 1500.0);
  EXPECT_DOUBLE_EQ(*parse_co2e_g("2t"), 2e6);
  EXPECT_DOUBLE_EQ(*parse_co2e_g("30gco2eq"), 30.0);
}

TEST(QuantityParse, ErrorsNameTheUnits) {
  EXPECT_EQ(parse_energy("12").error().message,
            "'12' is not an energy: it has no unit; write a number and one of J, kJ, MJ, GJ, Wh, "
            "kWh, MWh, GWh, such as 2.5kWh");
  EXPECT_THAT(parse_power("3 lightbulbs").error().message, HasSubstr("no unit 'lightbulbs'"));
  EXPECT_THAT(parse_energy("2,5kWh").error().message, HasSubstr("no unit ',5kWh'"));
  EXPECT_THAT(parse_energy("-1J").error().message, HasSubstr("negative"));
  EXPECT_THAT(parse_energy("1e308GWh").error().message, HasSubstr("too large"));
  EXPECT_THAT(parse_energy("nanJ").error().message, HasSubstr("does not begin with a number"));
  EXPECT_THAT(parse_energy("").error().message, HasSubstr("does not begin with a number"));
  EXPECT_THAT(parse_co2e_g("3 lb CO2").error().message, HasSubstr("g, kg, t"));
}

TEST(QuantityParse, NumberAndUnit) {
  const auto parts = parse_number_and_unit(" 3 EUR");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->number, 3.0);
  EXPECT_EQ(parts->unit, "EUR");
  EXPECT_FALSE(parse_number_and_unit("EUR 3"));
}

RC_GTEST_PROP(QuantityParse, AnyTextIsAValueOrOneLine, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("019.+-e mhdskWJg\n")));
  if (const auto duration = parse_duration(text)) {
    RC_ASSERT(duration->value() >= 0.0);
  } else {
    RC_ASSERT(duration.error().message.find('\n') == std::string::npos);
  }
  if (const auto energy = parse_energy(text)) RC_ASSERT(energy->value() >= 0.0);
}

}  // namespace
}  // namespace joulecast
