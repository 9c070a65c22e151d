#include "report/carbon.h"

#include <fmt/format.h>

#include <cmath>

#include "carbon/utc_text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

using carbon::utc_text;

constexpr double kJoulesPerKwh = 3.6e6;
constexpr const char* kSchema = "joulecast.carbon/1";

std::string year_text(int year) { return year == 0 ? "year not known" : std::to_string(year); }

Json year_json(int year) { return year == 0 ? Json(nullptr) : Json(year); }

Json start_choice_json(const carbon::StartChoice& choice) {
  return {{"start", utc_text(choice.start_s)},
          {"start_unix_s", choice.start_s},
          {"g_co2e", choice.g_co2e},
          {"mean_g_per_kwh", choice.mean_g_per_kwh}};
}

std::string start_line(const char* what, const carbon::StartChoice& choice,
                       const carbon::StartAdvice& advice) {
  const double at_once = advice.earliest.g_co2e;
  const double change = at_once > 0.0 ? 100.0 * (choice.g_co2e - at_once) / at_once : 0.0;
  return fmt::format("{:<9} {}  {:>9} CO2e  {:>6.1f} g/kWh  {:+.0f} %\n", what,
                     utc_text(choice.start_s), co2e_text(choice.g_co2e), choice.mean_g_per_kwh,
                     change);
}

}  // namespace

std::string co2e_text(double grams) {
  constexpr double kGramsPerKg = 1e3, kGramsPerTonne = 1e6;
  if (std::abs(grams) >= kGramsPerTonne) return fmt::format("{:#.4g} t", grams / kGramsPerTonne);
  if (std::abs(grams) >= kGramsPerKg) return fmt::format("{:#.4g} kg", grams / kGramsPerKg);
  return fmt::format("{:#.4g} g", grams);
}

std::string cost_text(double cost, const carbon::Price& price) {
  // Below ten cents two decimals would say nothing.
  constexpr double kSmall = 0.1;
  if (cost > 0.0 && cost < kSmall) return fmt::format("{:.2g} {}", cost, price.currency);
  return fmt::format("{:.2f} {}", cost, price.currency);
}

std::string kwh_text(Joules energy) {
  const double kwh = energy.value() / kJoulesPerKwh;
  if (std::abs(kwh) < 1.0) return fmt::format("{:.4g} Wh", 1e3 * kwh);
  return fmt::format("{:.4g} kWh", kwh);
}

std::string intensity_text(const carbon::Intensity& intensity) {
  std::string text = fmt::format("{}, {:.4g} g/kWh, ", intensity.place, intensity.g_per_kwh);
  if (intensity.year != 0) text += std::to_string(intensity.year) + ", ";
  text += intensity.source;
  if (intensity.origin == Origin::kAssumed) {
    text += "; assumed, since nobody said where this runs: --country mends it";
  }
  return text;
}

Json rates_json(const carbon::Rates& rates) {
  const carbon::Intensity& intensity = rates.intensity;
  Json price = nullptr;
  if (rates.price) {
    price = {{"per_kwh", rates.price->per_kwh}, {"currency", rates.price->currency}};
  }
  return {{"pue", rates.pue},
          {"pue_source", rates.pue_source},
          {"intensity",
           {{"g_per_kwh", intensity.g_per_kwh},
            {"place", intensity.place},
            {"year", year_json(intensity.year)},
            {"source", intensity.source},
            {"origin", to_string(intensity.origin)}}},
          {"price", price}};
}

Json footprint_json(const carbon::Footprint& footprint) {
  return {{"energy_j", footprint.energy.value()},
          {"energy_with_pue_j", footprint.energy_total.value()},
          {"g_co2e", footprint.g_co2e},
          {"cost", json_number(footprint.cost)}};
}

std::string carbon_text(std::optional<Joules> energy, const carbon::Rates& rates) {
  std::string text;
  if (energy) {
    const carbon::Footprint footprint = carbon::footprint(*energy, rates);
    text += fmt::format("energy  {} ({}) at the devices\n", kwh_text(*energy), to_text(*energy));
    if (rates.pue != 1.0) {
      text +=
          fmt::format("        {} with the building's share\n", kwh_text(footprint.energy_total));
    }
    text += fmt::format("CO2e    {}\n", co2e_text(footprint.g_co2e));
    if (footprint.cost)
      text += fmt::format("cost    {}\n", cost_text(*footprint.cost, *rates.price));
  }
  text += fmt::format("grid    {}\n", intensity_text(rates.intensity));
  text += fmt::format("PUE     {:.4g}, {}\n", rates.pue, rates.pue_source);
  if (rates.price) {
    text += fmt::format("price   {:.4g} {}/kWh, as given\n", rates.price->per_kwh,
                        rates.price->currency);
  }
  return text;
}

Json carbon_json(std::optional<Joules> energy, const carbon::Rates& rates) {
  Json footprint = nullptr;
  if (energy) footprint = footprint_json(carbon::footprint(*energy, rates));
  return {{"schema", kSchema}, {"footprint", footprint}, {"rates", rates_json(rates)}};
}

std::string countries_text() {
  std::string text;
  for (const carbon::Country& country : carbon::countries()) {
    text += fmt::format("{}  {}  {:>7.1f} g/kWh  {}  {}\n", country.code2, country.code3,
                        country.g_per_kwh, country.year, country.name);
  }
  return text;
}

std::string cloud_regions_text() {
  std::string text;
  for (const carbon::CloudRegion& region : carbon::cloud_regions()) {
    text += fmt::format("{:<30}  {:>7.1f} g/kWh  {:<14}  {}; {}\n",
                        region.provider + ":" + region.region, region.g_per_kwh,
                        year_text(region.year), region.location, region.source);
  }
  return text;
}

Json countries_json() {
  Json rows = Json::array();
  for (const carbon::Country& country : carbon::countries()) {
    rows.push_back({{"code2", country.code2},
                    {"code3", country.code3},
                    {"name", country.name},
                    {"g_per_kwh", country.g_per_kwh},
                    {"year", year_json(country.year)},
                    {"source", country.source}});
  }
  return {{"schema", kSchema}, {"countries", rows}};
}

Json cloud_regions_json() {
  Json rows = Json::array();
  for (const carbon::CloudRegion& region : carbon::cloud_regions()) {
    rows.push_back({{"provider", region.provider},
                    {"region", region.region},
                    {"location", region.location},
                    {"country", region.country},
                    {"g_per_kwh", region.g_per_kwh},
                    {"pue", json_number(region.pue)},
                    {"year", year_json(region.year)},
                    {"source", region.source}});
  }
  return {{"schema", kSchema}, {"cloud_regions", rows}};
}

std::string start_text(const carbon::StartQuestion& question, const carbon::StartAdvice& advice) {
  const Joules energy = question.power * question.duration;
  return fmt::format("{} in {}, {} on average, done by {}\n", kwh_text(energy),
                     to_text(question.duration), to_text(question.power),
                     utc_text(question.deadline_s)) +
         start_line("best", advice.best, advice) + start_line("at once", advice.earliest, advice) +
         start_line("worst", advice.worst, advice);
}

Json start_json(const carbon::StartQuestion& question, const carbon::StartAdvice& advice) {
  return {{"schema", kSchema},
          {"schedule",
           {{"duration_s", question.duration.value()},
            {"power_w", question.power.value()},
            {"from_unix_s", question.earliest_s},
            {"until_unix_s", question.deadline_s},
            {"best", start_choice_json(advice.best)},
            {"at_once", start_choice_json(advice.earliest)},
            {"worst", start_choice_json(advice.worst)}}}};
}

}  // namespace joulecast::report
