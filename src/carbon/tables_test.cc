#include "carbon/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "carbon/places.h"

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;

constexpr double kMostGPerKwh = 1500.0;

TEST(CarbonTables, CountriesAreManyUniqueAndPlausible) {
  EXPECT_GE(countries().size(), 200U);
  std::set<std::string> names;
  for (const Country& country : countries()) {
    EXPECT_EQ(country.code2.size(), 2U) << country.name;
    EXPECT_EQ(country.code3.size(), 3U) << country.name;
    EXPECT_TRUE(names.insert(country.code2).second) << country.code2;
    EXPECT_TRUE(names.insert(country.code3).second) << country.code3;
    EXPECT_TRUE(names.insert(country.name).second) << country.name;
    EXPECT_GT(country.g_per_kwh, 0.0) << country.name;
    EXPECT_LE(country.g_per_kwh, kMostGPerKwh) << country.name;
    EXPECT_GE(country.year, 2009) << country.name;
    EXPECT_THAT(country.source, HasSubstr("Ember"));
  }
}

TEST(CarbonTables, KnownGridsAreWhereTheyShouldBe) {
  EXPECT_NEAR((*find_country("ES"))->g_per_kwh, 146.0, 1.0);
  EXPECT_NEAR((*find_country("fra"))->g_per_kwh, 44.0, 2.0);
  EXPECT_GT((*find_country("Poland"))->g_per_kwh, 500.0);
  EXPECT_EQ((*find_country("uk"))->name, "United Kingdom");
  EXPECT_EQ(world().name, "World");
  EXPECT_NEAR(world().g_per_kwh, 473.0, 10.0);  // Ember's own mean of 2024
}

TEST(CarbonTables, RegionsNameACountryOfTheTable) {
  std::set<std::string> names;
  std::set<std::string> providers;
  for (const CloudRegion& region : cloud_regions()) {
    EXPECT_TRUE(names.insert(region.provider + ":" + region.region).second) << region.region;
    providers.insert(region.provider);
    EXPECT_TRUE(find_country(region.country)) << region.region;
    EXPECT_FALSE(region.location.empty()) << region.region;
    EXPECT_FALSE(region.source.empty()) << region.region;
    EXPECT_GT(region.g_per_kwh, 0.0) << region.region;
    EXPECT_LE(region.g_per_kwh, kMostGPerKwh) << region.region;
    ASSERT_NE(find_pue(region.provider, region.region), nullptr) << region.region;
  }
  EXPECT_EQ(providers, (std::set<std::string>{"aws", "azure", "gcp"}));
  EXPECT_GE(cloud_regions().size(), 100U);
}

TEST(CarbonTables, ARegionWithoutAFigureSaysThatItIsItsCountrys) {
  const CloudRegion& region = **find_cloud_region("aws:eu-west-1");
  EXPECT_EQ(region.g_per_kwh, (*find_country("IE"))->g_per_kwh);
  EXPECT_THAT(region.source, HasSubstr("no figure of its own: that of Ireland"));
}

TEST(CarbonTables, PuesOfRegionsComeBeforeThoseOfProviders) {
  EXPECT_EQ(find_pue("gcp", "europe-west1")->region, "europe-west1");
  EXPECT_EQ(find_pue("gcp", "europe-west9")->region, "");
  EXPECT_EQ(find_pue("nobody", "nowhere"), nullptr);
  for (const PueRow& row : tables().pues) {
    EXPECT_GT(row.pue, 1.0);
    EXPECT_LT(row.pue, 2.0);
    EXPECT_GE(row.year, 2020);
  }
}

TEST(CarbonPlaces, NearestNames) {
  EXPECT_THAT(find_country("Spein").error().message, HasSubstr("did you mean 'Spain'?"));
  EXPECT_THAT(find_country("").error().message, HasSubstr("--list countries"));
  EXPECT_THAT(find_cloud_region("aws:eu-wst-1").error().message,
              HasSubstr("did you mean 'aws:eu-west-1'?"));
  EXPECT_THAT(find_cloud_region("west europa").error().message,
              HasSubstr("did you mean 'westeurope'?"));
}

TEST(CarbonPlaces, RegionsAloneAndWithBlanks) {
  EXPECT_EQ((*find_cloud_region("West Europe"))->provider, "azure");
  EXPECT_EQ((*find_cloud_region("us-east-1"))->provider, "aws");
  EXPECT_EQ((*find_cloud_region("us-east1"))->provider, "gcp");
  EXPECT_EQ((*find_cloud_region("GCP:europe-west4"))->region, "europe-west4");
}

}  // namespace
}  // namespace joulecast::carbon
