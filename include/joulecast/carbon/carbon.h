// What energy means in CO2 and money. The entry of this room.
//
// Tables are built in (data/carbon); nothing goes over the network here (live.h does, when asked).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/base/units.h"
#include "joulecast/run/provenance.h"

namespace joulecast::carbon {

/// How much CO2-equivalent a kilowatt-hour of a grid causes.
struct Intensity {
  double g_per_kwh = 0.0;             ///< gCO2e/kWh, >= 0
  std::string place;                  ///< "Spain", "aws eu-west-1 (Ireland)".
  int year = 0;                       ///< Of the figure; 0: not known.
  std::string source;                 ///< One line.
  Origin origin = Origin::kReported;  ///< kAssumed where nobody said where the machine stands.
};

struct Price {
  double per_kwh = 0.0;  ///< >= 0
  std::string currency;  ///< "EUR"
};

/// Everything between joules at the device and grams and money.
struct Rates {
  double pue = 1.0;  ///< Power usage effectiveness, >= 1.
  std::string pue_source;
  Intensity intensity;
  std::optional<Price> price;
};

/// What a user says; whatever is absent is assumed, and Rates says so.
struct RateOptions {
  std::string country;       ///< ISO code (2 or 3 letters) or English name.
  std::string cloud_region;  ///< "aws:eu-west-1", "gcp:europe-west4", "azure:westeurope", or a
                             ///< region's name where only one provider has it.
  std::optional<double> grid_intensity_g_per_kwh;
  std::optional<double> pue;
  std::string price;  ///< "0.28 EUR", "0.28EUR/kWh".
};

/// Intensity: grid_intensity, else cloud region, else country, else the world's mean (assumed).
/// PUE: as given, else the provider's, else 1.0 (stated: joules as measured). Errors: an unknown
/// place (with the nearest), figures out of range, options that contradict each other.
Result<Rates> resolve_rates(const RateOptions& options);

struct Footprint {
  Joules energy;        ///< At the devices.
  Joules energy_total;  ///< With PUE.
  double g_co2e = 0.0;
  std::optional<double> cost;  ///< In the price's currency.
};
Footprint footprint(Joules energy, const Rates& rates);

/// The built-in tables, for listing.
struct Country {
  std::string code2, code3, name;
  double g_per_kwh = 0.0;
  int year = 0;
  std::string source;
};
struct CloudRegion {
  std::string provider, region, location;
  std::string country;  ///< Its Country's code2.
  double g_per_kwh = 0.0;
  std::optional<double> pue;  ///< Of this very data centre.
  int year = 0;               ///< Of g_per_kwh; 0: not known.
  std::string source;
};
/// By code; the last one is the world's mean ("XW").
std::span<const Country> countries();
std::span<const CloudRegion> cloud_regions();

}  // namespace joulecast::carbon
