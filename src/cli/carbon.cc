#include "joulecast/carbon/carbon.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/quantity_parse.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/rate_options.h"
#include "joulecast/carbon/start_time.h"
#include "report/carbon.h"

namespace joulecast::cli {
namespace {

struct CarbonOptions {
  std::string energy;
  RateOptions rates;
  std::string list;
  std::string schedule;
  std::string duration, power, from, until;
  bool json = false;
};

int list(const CarbonOptions& options) {
  const bool countries = options.list == "countries";
  if (!countries && options.list != "regions") {
    return fail({fmt::format("--list {}: choose countries or regions", options.list)}, kBadUsage);
  }
  if (options.json) {
    return print(
        report::json_text(countries ? report::countries_json() : report::cloud_regions_json()));
  }
  return print(countries ? report::countries_text() : report::cloud_regions_text());
}

int convert(const CarbonOptions& options) {
  std::optional<Joules> energy;
  if (!options.energy.empty()) {
    const auto parsed = parse_energy(options.energy);
    if (!parsed) return fail(parsed.error(), kBadUsage);
    energy = *parsed;
  }
  std::vector<std::string> notes;
  const auto rates = options.rates.resolve(notes);
  if (!rates) return fail(rates.error(), kBadUsage);
  for (const std::string& note : notes) fmt::print(stderr, "joulecast: {}\n", printable(note));
  if (options.json) return print(report::json_text(report::carbon_json(energy, *rates)));
  return print(report::carbon_text(energy, *rates));
}

// The mean power while it runs, without PUE: said, or from an energy.
Result<Watts> mean_power(const CarbonOptions& options, Seconds duration) {
  if (options.power.empty() == options.energy.empty()) {
    return Error{"--schedule needs either the mean --power of the run or its energy"};
  }
  if (!options.power.empty()) return parse_power(options.power);
  const auto energy = parse_energy(options.energy);
  if (!energy) return energy.error();
  return *energy / duration;
}

Result<double> time_option(const char* name, const std::string& text, double otherwise_s) {
  if (text.empty()) return otherwise_s;
  if (const auto time_s = carbon::parse_grid_time(text)) return *time_s;
  return Error{fmt::format("{} {} is not a time like 2026-11-23T17:00Z", name, quoted(text))};
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<carbon::StartQuestion> start_question(const CarbonOptions& options, double file_end_s) {
  const auto duration = parse_duration(options.duration);
  if (!duration) return Error{"--duration: " + duration.error().message};
  if (!(duration->value() > 0.0)) return Error{"--duration must be above 0"};
  const auto power = mean_power(options, *duration);
  if (!power) return power.error();
  const auto rates = carbon::resolve_rates(options.rates.said);
  if (!rates) return rates.error();
  const auto from_s = time_option("--from", options.from, now_s());
  if (!from_s) return from_s.error();
  const auto until_s = time_option("--until", options.until, file_end_s);
  if (!until_s) return until_s.error();
  return carbon::StartQuestion{.duration = *duration,
                               .power = *power * rates->pue,
                               .earliest_s = *from_s,
                               .deadline_s = *until_s};
}

int schedule(const CarbonOptions& options) {
  if (!options.rates.said.country.empty() || options.rates.said.grid_intensity_g_per_kwh ||
      !options.rates.live.empty() || !options.rates.said.price.empty()) {
    return fail({"--schedule takes intensities from its file; of the options of CO2 and money "
                 "only --pue and --cloud-region (for its PUE) go with it"},
                kBadUsage);
  }
  if (options.duration.empty()) {
    return fail({"--schedule needs the --duration of the run, such as 6h"}, kBadUsage);
  }
  const auto slots = carbon::read_intensity_csv(options.schedule);
  if (!slots) return fail(slots.error());
  const auto question = start_question(options, slots->back().end_s);
  if (!question) return fail(question.error(), kBadUsage);
  const auto advice = carbon::cheapest_start(*slots, *question);
  if (!advice) return fail({fmt::format("{}: {}", options.schedule, advice.error().message)});
  if (options.json) return print(report::json_text(report::start_json(*question, *advice)));
  return print(report::start_text(*question, *advice));
}

int carbon_command(const CarbonOptions& options) {
  const bool schedule_options = !options.duration.empty() || !options.power.empty() ||
                                !options.from.empty() || !options.until.empty();
  if (options.schedule.empty() && schedule_options) {
    return fail({"--duration, --power, --from and --until belong to --schedule FILE"}, kBadUsage);
  }
  if (!options.list.empty() && (!options.schedule.empty() || !options.energy.empty())) {
    return fail({"--list goes alone"}, kBadUsage);
  }
  if (!options.list.empty()) return list(options);
  return options.schedule.empty() ? convert(options) : schedule(options);
}

}  // namespace

void add_carbon(CLI::App& program, Action& action) {
  auto options = std::make_shared<CarbonOptions>();
  CLI::App* command =
      program.add_subcommand("carbon", "Energy as CO2 and money; the cheapest time to start");
  command->add_option("ENERGY", options->energy, "Such as 2.5kWh or 9MJ; left out, the rates alone")
      ->type_name("");
  options->rates.add_to(*command, "--live,--live-carbon");
  command->add_option("--list", options->list, "Print a table: countries or regions")
      ->type_name("TABLE");
  command
      ->add_option("--schedule", options->schedule,
                   "When to start, by a CSV of intensities over time (timestamp,g_per_kwh, or an "
                   "export of Electricity Maps or carbonintensity.org.uk)")
      ->type_name("FILE");
  command
      ->add_option("--duration", options->duration, "schedule: how long it will run: 6h, 1h30min")
      ->type_name("TIME");
  command->add_option("--power", options->power, "schedule: its mean power: 350W; or give ENERGY")
      ->type_name("POWER");
  command
      ->add_option("--from", options->from,
                   "schedule: earliest start; left out, now. UTC where no zone is said")
      ->type_name("TIME");
  command->add_option("--until", options->until, "schedule: when it must be done; else FILE's end")
      ->type_name("TIME");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/carbon-1.json)");
  command->footer(
      R"(Where nobody says a place, the world's mean is assumed and said to be; no location is guessed.
The figures and their sources: docs/carbon.md.

Examples:
  joulecast carbon 2.5kWh --country ES --price '0.28 EUR'
  joulecast carbon 9MJ --cloud-region aws:eu-west-1 --json
  joulecast carbon --list regions
  joulecast carbon --schedule ES_2026_hourly.csv --duration 6h --power 350W \
      --from 2026-11-23T17:00Z --until 2026-11-25T09:00Z)");
  command->callback(
      [options, &action] { action = [options] { return carbon_command(*options); }; });
}

}  // namespace joulecast::cli
