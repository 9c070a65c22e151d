#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/quantity_parse.h"
#include "base/text.h"
#include "carbon/places.h"
#include "carbon/tables.h"

namespace joulecast::carbon {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;
// Burning lignite in an old plant makes 1300 g; no building spends four times what its computers
// do.
constexpr double kMostGPerKwh = 2000.0;
constexpr double kMostPue = 5.0;

Result<Price> parse_price(std::string_view text) {
  const auto parts = parse_number_and_unit(text);
  std::string currency = parts ? to_lower(parts->unit) : "";
  std::erase(currency, ' ');
  constexpr std::string_view kPerKwh = "/kwh";
  if (currency.ends_with(kPerKwh)) currency.resize(currency.size() - kPerKwh.size());
  if (currency == "€") currency = "eur";
  const bool letters = std::all_of(currency.begin(), currency.end(),
                                   [](unsigned char c) { return c >= 'a' && c <= 'z'; });
  if (!parts || parts->number < 0.0 || currency.size() != 3 || !letters) {
    return Error{fmt::format(
        "--price {}: write money per kWh and a currency of three letters, such as '0.28 EUR'",
        quoted(text))};
  }
  for (char& letter : currency) letter = static_cast<char>(std::toupper(letter));
  return Price{.per_kwh = parts->number, .currency = currency};
}

// Of a country's row, or the world's where nobody said a place.
Intensity of_country(const Country& country, Origin origin) {
  return {.g_per_kwh = country.g_per_kwh,
          .place = country.name,
          .year = country.year,
          .source = country.source,
          .origin = origin};
}

Intensity of_region(const CloudRegion& region) {
  return {.g_per_kwh = region.g_per_kwh,
          .place = fmt::format("{} {} ({})", region.provider, region.region, region.location),
          .year = region.year,
          .source = region.source,
          .origin = Origin::kReported};
}

// What the user said of the place; null where nothing.
struct Place {
  const Country* country = nullptr;
  const CloudRegion* region = nullptr;
};

Result<Place> find_place(const RateOptions& options) {
  Place place;
  if (!options.country.empty()) {
    const auto found = find_country(options.country);
    if (!found) return found.error();
    place.country = *found;
  }
  if (!options.cloud_region.empty()) {
    const auto found = find_cloud_region(options.cloud_region);
    if (!found) return found.error();
    place.region = *found;
  }
  if (place.country && place.region && place.country->code2 != place.region->country) {
    return Error{fmt::format("the cloud region {} ({}) does not lie in {}; leave out one of both",
                             place.region->region, place.region->location, place.country->name)};
  }
  return place;
}

Intensity intensity_of(const Place& place) {
  if (place.region) return of_region(*place.region);
  if (place.country) return of_country(*place.country, Origin::kReported);
  return of_country(world(), Origin::kAssumed);
}

Status set_intensity(const RateOptions& options, const Place& place, Rates& rates) {
  rates.intensity = intensity_of(place);
  const auto given = options.grid_intensity_g_per_kwh;
  if (!given) return {};
  if (!(*given >= 0.0 && *given <= kMostGPerKwh)) {
    return Error{fmt::format("--grid-intensity {}: grams of CO2e per kWh lie between 0 and {}",
                             *given, kMostGPerKwh)};
  }
  const bool placed = rates.intensity.origin != Origin::kAssumed;
  rates.intensity = {.g_per_kwh = *given,
                     .place = placed ? rates.intensity.place : "grid",
                     .year = 0,
                     .source = "as given",
                     .origin = Origin::kReported};
  return {};
}

Status set_pue(const RateOptions& options, const CloudRegion* region, Rates& rates) {
  if (options.pue) {
    // Written so that NaN fails.
    if (!(*options.pue >= 1.0 && *options.pue <= kMostPue)) {
      return Error{fmt::format("--pue {}: a power usage effectiveness lies between 1 and {}",
                               *options.pue, kMostPue)};
    }
    rates.pue = *options.pue;
    rates.pue_source = "as given";
    return {};
  }
  const PueRow* row = region ? find_pue(region->provider, region->region) : nullptr;
  rates.pue = row ? row->pue : 1.0;
  rates.pue_source = row ? fmt::format("{}, {}: {}", row->provider, row->year, row->source)
                         : "none: joules as measured";
  return {};
}

}  // namespace

Result<Rates> resolve_rates(const RateOptions& options) {
  const auto place = find_place(options);
  if (!place) return place.error();
  Rates rates;
  if (const Status status = set_intensity(options, *place, rates); !status) return status.error();
  if (const Status status = set_pue(options, place->region, rates); !status) return status.error();
  if (!options.price.empty()) {
    const auto price = parse_price(options.price);
    if (!price) return price.error();
    rates.price = *price;
  }
  return rates;
}

Footprint footprint(Joules energy, const Rates& rates) {
  Footprint result;
  result.energy = energy;
  result.energy_total = energy * rates.pue;
  const double kwh = result.energy_total.value() / kJoulesPerKwh;
  result.g_co2e = kwh * rates.intensity.g_per_kwh;
  if (rates.price) result.cost = kwh * rates.price->per_kwh;
  return result;
}

}  // namespace joulecast::carbon
