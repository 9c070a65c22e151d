#include "report/probe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/text.h"
#include "report/quantity_text.h"
#include "report/wrapped.h"

namespace joulecast::report {
namespace {

double steps_of_epoch(const pre::SetUp& set_up) {
  return std::floor(set_up.train_size / (static_cast<double>(set_up.batch_size) * set_up.gpus));
}

std::vector<std::string_view> names_of(const std::vector<Origin>& origins) {
  std::vector<std::string_view> names;
  for (const Origin origin : origins) names.push_back(to_string(origin));
  return names;
}

std::optional<double> seconds_of_step(const ProbeReport& report) {
  if (report.steps <= 0.0) return std::nullopt;
  return report.measured.epoch_time->value() / steps_of_epoch(report.measured.set_up);
}

// Half the logarithm of high over low: "x / 1.8" either way.
std::optional<double> factor_of(const std::optional<Estimate<Joules>>& energy) {
  if (!energy || !energy->low || !energy->high || !(energy->low->value() > 0.0)) {
    return std::nullopt;
  }
  return std::sqrt(*energy->high / *energy->low);
}

std::string measured_text(const ProbeReport& report) {
  const pre::Observation& measured = report.measured;
  std::string text;
  if (const auto step_s = seconds_of_step(report)) {
    text = fmt::format("{:.10g} steps of {} each", report.steps, to_text(Seconds(*step_s)));
  } else {
    text = fmt::format("{} epoch{} of {} each", report.blocks, report.blocks == 1 ? "" : "s",
                       to_text(*measured.epoch_time));
  }
  return text + fmt::format(" at {}; {} ({})", to_text(*measured.power), measured.meter,
                            fmt::join(names_of(report.origins), ", "));
}

template <typename Q>
std::string row(const char* what, const ProbeReport& report,
                const std::optional<Estimate<Q>> Forecast::*figure, const Terminal& terminal) {
  const auto text = [&](const std::optional<pre::TrainingEstimate>& made) {
    return made ? estimate_text(made->total.*figure, terminal) : std::string("-");
  };
  return fmt::format("{:<9} {:<36} {}\n", what, text(report.before), text(report.after));
}

Json figures_json(const std::optional<pre::TrainingEstimate>& made) {
  if (!made) return nullptr;
  const auto figures = [](const Forecast& forecast) {
    Json json = store::forecast_json(forecast);
    for (const char* of_a_run : {"epoch", "phase", "stable"}) json.erase(of_a_run);
    json["provenance"] = {{"kind", "estimate"}, {"origins", store::origins_json(forecast.origins)}};
    return json;
  };
  return {{"epoch", figures(made->epoch)}, {"total", figures(made->total)}};
}

Json advice_json(const std::vector<AdvisedProbe>& advice) {
  Json list = Json::array();
  for (const AdvisedProbe& one : advice) {
    list.push_back({{"which", one.which}, {"said", one.said}, {"step_s", json_number(one.step_s)}});
  }
  return list;
}

}  // namespace

Json probe_json(const ProbeReport& report) {
  const pre::Observation& measured = report.measured;
  return {{"schema", "joulecast.probe/1"},
          {"run", report.run},
          {"network", measured.set_up.network},
          {"gpu", measured.set_up.gpu},
          {"host", measured.set_up.host},
          {"measured",
           {{"steps", report.steps},
            {"blocks", report.blocks},
            {"warm_up_blocks", report.warm_up},
            {"step_s", json_number(seconds_of_step(report))},
            {"power_w", json_number(measured.power)},
            {"epoch_time_s", json_number(measured.epoch_time)},
            {"epoch_energy_j", json_number(measured.epoch_energy)},
            {"validation", measured.set_up.validation_size > 0.0},
            {"meter", measured.meter},
            {"origins", store::origins_json(report.origins)}}},
          {"before", figures_json(report.before)},
          {"after", figures_json(report.after)},
          {"why_not", report.why_not.empty() ? Json(nullptr) : Json(report.why_not)},
          {"saved", report.saved.empty() ? Json(nullptr) : Json(report.saved)}};
}

std::string probe_text(const ProbeReport& report, const Terminal& terminal) {
  const pre::SetUp& set_up = report.measured.set_up;
  const auto line = [&terminal](std::string_view label, std::string_view text) {
    return wrapped(label, printable(text), terminal.width);
  };
  const auto& made = report.before ? report.before : report.after;
  const std::string network = made ? made->network->name : set_up.network;
  std::string text =
      terminal.bold(fmt::format("{} on {}", printable(network), printable(set_up.gpu))) + "\n" +
      line("measured", measured_text(report));
  if (report.warm_up > 0) {
    text += line("", fmt::format("left out as warm-up: the first {} of {} {}", report.warm_up,
                                 report.warm_up + report.blocks,
                                 report.steps > 0.0 ? "stretches" : "epochs"));
  }
  text += "\n" + terminal.dim(fmt::format("{:<9} {:<36} {}", "in all", "before", "after")) + "\n";
  text += row("energy", report, &Forecast::energy, terminal);
  text += row("time", report, &Forecast::duration, terminal);
  text += row("power", report, &Forecast::power, terminal) + "\n";
  if (!report.why_not.empty()) text += line("missing", report.why_not);
  const auto before = report.before ? factor_of(report.before->total.energy) : std::nullopt;
  const auto after = report.after ? factor_of(report.after->total.energy) : std::nullopt;
  if (before && after) {
    text += line(
        "interval",
        fmt::format("energy within a factor of {:.3g}; before the probe {:.3g}", *after, *before));
  }
  if (!report.saved.empty()) text += line("saved", report.saved);
  return text + line("kept", fmt::format("{}: 'joulecast estimate' uses it from now on "
                                         "(--no-probes does without)",
                                         report.run));
}

Json probe_advice_json(const std::vector<AdvisedProbe>& advice, std::size_t planned) {
  return {{"schema", "joulecast.probe/1"}, {"planned", planned}, {"advice", advice_json(advice)}};
}

std::string probe_advice_text(const std::vector<AdvisedProbe>& advice, std::size_t planned,
                              const Terminal& terminal) {
  std::string text;
  int number = 0;
  for (const AdvisedProbe& one : advice) {
    text += fmt::format("{}. {:<9} joulecast probe ...{}{} -- COMMAND   (about {} a step)\n",
                        ++number, one.which, one.said.empty() ? "" : " ", printable(one.said),
                        to_text(Seconds(one.step_s)));
  }
  const bool several = advice.size() > 1;
  return text + "\n" +
         wrapped(
             "why",
             fmt::format("{} planned; the smallest says most of this host (each step's "
                         "dispatch){}; each takes about half a minute",
                         planned == 1 ? "one set-up is" : fmt::format("{} set-ups are", planned),
                         several ? ", the largest of the GPU, and three together of both" : ""),
             terminal.width);
}

}  // namespace joulecast::report
