#include "report/doctor.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

using State = measure::Finding::State;

struct StateForm {
  const char* word;
  const char* colour;
};

StateForm form(State state) {
  constexpr std::array<StateForm, 4> kForms = {
      {{"works", "32"}, {"forbidden", "33"}, {"absent", "2"}, {"broken", "31"}}};
  return kForms[static_cast<std::size_t>(state)];
}

std::string finding_text(const measure::Finding& finding, const Terminal& terminal) {
  const StateForm state = form(finding.state);
  std::string text =
      fmt::format("{}  {}: {}\n", terminal.colour_of(state.colour, fmt::format("{:9}", state.word)),
                  printable(finding.what), printable(finding.detail));
  if (!finding.remedy.empty()) {
    text += fmt::format("           to allow it: {}\n", terminal.bold(printable(finding.remedy)));
  }
  if (!finding.consequence.empty()) {
    text += fmt::format("           what that means: {}\n", printable(finding.consequence));
  }
  return text;
}

std::string reading_text(const TrialReading& reading) {
  constexpr double kPercent = 100.0;
  std::string text = fmt::format("  {:8} {:>9}  {:10} +-{:.2g} %", printable(reading.device.id),
                                 reading.power ? to_text(*reading.power) : "no answer",
                                 to_string(reading.device.origin), kPercent * reading.gain_error);
  if (reading.update_period) {
    text += fmt::format("  moves every {:.3g} s", reading.update_period->value());
  }
  if (reading.cross_check) {
    text += fmt::format("  power/counter {:.3f}", *reading.cross_check);
  }
  return fmt::format("{}\n           {}{}{}\n", text, printable(reading.device.name),
                     reading.device.name.empty() ? "" : "; ", printable(reading.device.source));
}

}  // namespace

std::string doctor_text(const DoctorReport& report, const Terminal& terminal) {
  std::string text = terminal.bold("What can be measured here") + "\n";
  for (const measure::Finding& finding : report.findings) text += finding_text(finding, terminal);
  text += "\n" + terminal.bold(fmt::format("Trial reading of {}", to_text(report.trial))) + "\n";
  if (report.readings.empty()) text += "  there is nothing to read\n";
  for (const TrialReading& reading : report.readings) text += reading_text(reading);
  for (const std::string& note : report.notes) text += "  note: " + printable(note) + "\n";
  text += "\n" + terminal.bold("What joulecast run needs") + "\n";
  for (const Place& place : report.places) {
    const StateForm state = form(place.problem.empty() ? State::kWorks : State::kBroken);
    text += fmt::format("{}  {}: {}\n",
                        terminal.colour_of(state.colour, fmt::format("{:9}", state.word)),
                        place.what, printable(place.problem.empty() ? place.path : place.problem));
  }
  return text;
}

Json doctor_json(const DoctorReport& report) {
  Json json = {{"schema", "joulecast.doctor/1"}, {"sources", Json::array()}};
  for (const measure::Finding& finding : report.findings) {
    json["sources"].push_back(
        {{"source", finding.source},
         {"what", finding.what},
         {"state", form(finding.state).word},
         {"detail", finding.detail},
         {"remedy", finding.remedy.empty() ? Json(nullptr) : Json(finding.remedy)},
         {"consequence", finding.consequence.empty() ? Json(nullptr) : Json(finding.consequence)},
         {"devices", finding.devices}});
  }
  json["trial_s"] = report.trial.value();
  json["readings"] = Json::array();
  for (const TrialReading& reading : report.readings) {
    Json device = device_json(reading.device);
    device["gain_error"] = json_number(reading.gain_error);
    device["power_w"] = json_number(reading.power);
    device["update_period_s"] = json_number(reading.update_period);
    device["power_over_counter"] = json_number(reading.cross_check);
    json["readings"].push_back(std::move(device));
  }
  json["notes"] = report.notes;
  json["places"] = Json::array();
  for (const Place& place : report.places) {
    json["places"].push_back(
        {{"what", place.what},
         {"path", place.path.empty() ? Json(nullptr) : Json(place.path)},
         {"problem", place.problem.empty() ? Json(nullptr) : Json(place.problem)}});
  }
  return json;
}

}  // namespace joulecast::report
