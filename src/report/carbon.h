// CO2 and money, for people and for programs.
#pragma once

#include <optional>
#include <string>

#include "joulecast/base/units.h"
#include "joulecast/carbon/carbon.h"
#include "joulecast/carbon/start_time.h"
#include "report/json.h"

namespace joulecast::report {

std::string co2e_text(double grams);                             ///< "812.3 g", "1.204 kg"
std::string cost_text(double cost, const carbon::Price& price);  ///< "0.70 EUR"
std::string kwh_text(Joules energy);                             ///< "2.5 kWh", "83.1 Wh"

/// "Spain, 146.2 g/kWh, 2024 (source)"; for the world's mean also that nobody said a place, and
/// which option mends that.
std::string intensity_text(const carbon::Intensity& intensity);

Json rates_json(const carbon::Rates& rates);
Json footprint_json(const carbon::Footprint& footprint);

/// An energy and what it comes to; `energy` absent: the rates alone.
std::string carbon_text(std::optional<Joules> energy, const carbon::Rates& rates);
Json carbon_json(std::optional<Joules> energy, const carbon::Rates& rates);

std::string countries_text();
std::string cloud_regions_text();
Json countries_json();
Json cloud_regions_json();

std::string start_text(const carbon::StartQuestion& question, const carbon::StartAdvice& advice);
Json start_json(const carbon::StartQuestion& question, const carbon::StartAdvice& advice);

}  // namespace joulecast::report
