#include "cli/rate_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "cli/command.h"
#include "joulecast/carbon/live.h"

namespace joulecast::cli {
namespace {

struct LiveQuestion {
  std::string provider, zone;
};

Result<LiveQuestion> read_live(const std::string& text) {
  const auto colon = text.find(':');
  LiveQuestion question = {.provider = to_lower(text.substr(0, colon)),
                           .zone = colon == std::string::npos ? "" : text.substr(colon + 1)};
  if (question.provider == "carbonintensity.org.uk") question.provider = "carbonintensity";
  const auto providers = carbon::live_providers();
  if (std::find(providers.begin(), providers.end(), question.provider) == providers.end()) {
    return Error{fmt::format(
        "there is no live provider {}; choose one of {}, with a zone: electricitymaps:ES",
        quoted(question.provider), fmt::join(providers, ", "))};
  }
  if (question.zone.empty() && question.provider == "carbonintensity") question.zone = "GB";
  return question;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  return value == nullptr ? "" : value;
}

bool in_table(const std::string& code) {
  const auto countries = carbon::countries();
  return std::any_of(countries.begin(), countries.end(),
                     [&](const carbon::Country& country) { return country.code2 == code; });
}

}  // namespace

void RateOptions::add_to(CLI::App& command, const std::string& live_flags) {
  const std::string group = "CO2 and money";
  command
      .add_option("--country", said.country, "Where it runs: ISO code or English name of a country")
      ->type_name("COUNTRY")
      ->group(group);
  command
      .add_option("--cloud-region", said.cloud_region,
                  "Where it runs: aws:eu-west-1, gcp:europe-west4, azure:westeurope")
      ->type_name("REGION")
      ->group(group);
  command
      .add_option("--grid-intensity", said.grid_intensity_g_per_kwh,
                  "The grid's grams of CO2e per kWh, instead of the table's")
      ->type_name("G")
      ->group(group);
  command
      .add_option(
          "--pue", said.pue,
          "Power usage effectiveness of the building; left out, the cloud provider's, else 1")
      ->type_name("P")
      ->group(group);
  command.add_option("--price", said.price, "Price of a kWh: '0.28 EUR'")
      ->type_name("PRICE")
      ->group(group);
  command
      .add_option(live_flags, live,
                  "Ask a provider over the network for the intensity now: electricitymaps:ZONE "
                  "(token in ELECTRICITYMAPS_TOKEN) or carbonintensity (Great Britain); the table "
                  "counts where it does not answer within 3 s")
      ->type_name("PROVIDER")
      ->group(group);
}

Result<carbon::Rates> RateOptions::resolve(std::vector<std::string>& notes) const {
  if (live.empty()) return carbon::resolve_rates(said);
  const auto question = read_live(live);
  if (!question) return question.error();
  if (said.grid_intensity_g_per_kwh) {
    return Error{"--grid-intensity and a live provider contradict each other; leave out one"};
  }
  carbon::RateOptions options = said;
  // Whoever names the zone ES or US-CAL-CISO says the country too.
  const std::string zone_country = question->zone.substr(0, question->zone.find('-'));
  if (options.country.empty() && options.cloud_region.empty() && in_table(zone_country)) {
    options.country = zone_country;
  }
  auto rates = carbon::resolve_rates(options);
  if (!rates) return rates;
  carbon::LiveOptions live_options;
  live_options.zone = question->zone;
  live_options.token = environment("ELECTRICITYMAPS_TOKEN");
  live_options.base_url = environment("JOULECAST_CARBON_URL");
  const auto now = carbon::fetch_intensity(question->provider, live_options);
  if (now) {
    rates->intensity = *now;
  } else {
    notes.push_back(fmt::format("no live intensity ({}); the table's for {} counts instead",
                                now.error().message, rates->intensity.place));
  }
  return rates;
}

}  // namespace joulecast::cli
