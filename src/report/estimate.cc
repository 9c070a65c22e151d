#include "report/estimate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "report/carbon.h"
#include "report/quantity_text.h"
#include "report/wrapped.h"

namespace joulecast::report {
namespace {

using carbon::Footprint;

std::string joined(const std::vector<std::int64_t>& shape) {
  return fmt::format("{}", fmt::join(shape, " x "));
}

std::string heading(const EstimateReport& report, const Terminal& terminal) {
  const pre::SetUp& set_up = report.estimate.set_up;
  const network::Network& network = *report.estimate.network;
  const network::Totals totals = network::totals(network);
  std::string gpu = report.estimate.gpu.name;
  if (set_up.gpus > 1) gpu = fmt::format("{} x {}", set_up.gpus, gpu);
  if (set_up.power_limit) gpu += fmt::format(" at {}", to_text(*set_up.power_limit));
  std::string text = terminal.bold(fmt::format("{} on {}", printable(network.name), gpu)) + "\n";
  text += fmt::format("  {}; input {}, {:.4g} GMACs and {:.4g} M parameters a sample\n",
                      printable(network.origin), joined(network.input_shape), totals.macs / 1e9,
                      totals.parameters / 1e6);
  text += fmt::format(
      "  batch size {}, {:.12g} training and {:.12g} validation samples, {:g} epoch{}\n",
      set_up.batch_size, set_up.train_size, set_up.validation_size, set_up.epochs,
      set_up.epochs == 1.0 ? "" : "s");
  return text;
}

template <typename Q>
std::string row(const char* what, const std::optional<Estimate<Q>>& epoch,
                const std::optional<Estimate<Q>>& total, const Terminal& terminal) {
  return fmt::format("{:<9} {:<38} {}\n", what, estimate_text(epoch, terminal),
                     estimate_text(total, terminal));
}

template <typename Text>
std::string footprint_row(const char* what, const EstimateReport& report, const Terminal& terminal,
                          Text text) {
  const auto cell = [&](const std::optional<Estimate<Joules>>& energy) {
    if (!energy) return std::string("-");
    std::string one = text(carbon::footprint(energy->value, report.rates));
    if (energy->low && energy->high) {
      one += fmt::format(" ({} {} {})", text(carbon::footprint(*energy->low, report.rates)),
                         terminal.unicode ? "–" : "-",
                         text(carbon::footprint(*energy->high, report.rates)));
    }
    return one;
  };
  return fmt::format("{:<9} {:<38} {}\n", what, cell(report.estimate.epoch.energy),
                     cell(report.estimate.total.energy));
}

std::string table(const EstimateReport& report, const Terminal& terminal) {
  const Forecast& epoch = report.estimate.epoch;
  const Forecast& total = report.estimate.total;
  std::string text = terminal.dim(fmt::format("{:<9} {:<38} {}", "", "an epoch", "in all")) + "\n";
  text += row("energy", epoch.energy, total.energy, terminal);
  text += row("time", epoch.duration, total.duration, terminal);
  text += row("power", epoch.power, {}, terminal);
  text += footprint_row("CO2e", report, terminal,
                        [](const Footprint& print) { return co2e_text(print.g_co2e); });
  if (report.rates.price) {
    text += footprint_row("cost", report, terminal, [&](const Footprint& print) {
      return cost_text(print.cost.value_or(0.0), *report.rates.price);
    });
  }
  return text;
}

std::string memory_text(const pre::MemoryNeed& memory) {
  constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
  return fmt::format("{:.1f} GB of {:.0f} on each GPU{}", memory.total() / kBytesPerGib,
                     memory.available / kBytesPerGib,
                     memory.fits() ? "" : ": it will hardly fit; a smaller batch does");
}

constexpr double kLowShare = 0.05, kHighShare = 0.95;

std::string stopping_text(const EstimatedStopping& stopping) {
  const step::StoppingDistribution& epochs = stopping.distribution;
  const int last = epochs.latest.value_or(epochs.earliest);
  return fmt::format(
      "{}: median {} epochs, 90 % between {} and {} ({}); can end from {} to {}", stopping.rule,
      epochs.quantile(0.5).value_or(last), epochs.quantile(kLowShare).value_or(last),
      epochs.quantile(kHighShare).value_or(last), epochs.basis, epochs.earliest, last);
}

// A few by name; of many only how many there are.
std::vector<std::string> fitted_on(const std::vector<pre::FitSource>& sources) {
  constexpr std::size_t kFew = 3;
  std::int64_t rows = 0;
  for (const pre::FitSource& source : sources) rows += source.rows;
  if (sources.size() > kFew) {
    return {fmt::format("fitted on {} rows of {} tables; --json names them", rows, sources.size())};
  }
  std::vector<std::string> lines;
  for (const pre::FitSource& source : sources) {
    lines.push_back(fmt::format("fitted on {} rows of {} ({})", source.rows, source.name,
                                fmt::join(source.meters, ", ")));
  }
  return lines;
}

Json stopping_json(const EstimatedStopping& stopping) {
  const step::StoppingDistribution& epochs = stopping.distribution;
  const int last = epochs.latest.value_or(epochs.earliest);
  Json json = {{"rule", stopping.rule},
               {"basis", epochs.basis},
               {"past_runs", stopping.past_runs},
               {"earliest", epochs.earliest},
               {"latest", last},
               {"mean_epochs", json_number(epochs.mean())}};
  json["epochs"] = Json::array();
  for (const double share : {kLowShare, 0.25, 0.5, 0.75, kHighShare}) {
    json["epochs"].push_back({{"share", share}, {"epochs", epochs.quantile(share).value_or(last)}});
  }
  return json;
}

Json memory_json(const pre::MemoryNeed& memory) {
  return {{"weights_bytes", memory.weights},     {"gradients_bytes", memory.gradients},
          {"optimizer_bytes", memory.optimizer}, {"activations_bytes", memory.activations},
          {"framework_bytes", memory.framework}, {"total_bytes", memory.total()},
          {"available_bytes", memory.available}, {"fits", memory.fits()}};
}

std::string grounds(const EstimateReport& report, const Terminal& terminal) {
  const auto line = [&terminal](std::string_view label, std::string_view text) {
    return wrapped(label, printable(text), terminal.width);
  };
  std::string text = line("memory", memory_text(report.estimate.memory));
  if (!report.estimate.assumed.empty()) {
    text += line("assumed", fmt::format("{}", fmt::join(report.estimate.assumed, "; ")));
  }
  if (!report.estimate.unheeded.empty()) {
    text += line("unheeded", fmt::format("{}: this estimator does not look at {}",
                                         fmt::join(report.estimate.unheeded, ", "),
                                         report.estimate.unheeded.size() == 1 ? "it" : "them"));
  }
  for (const pre::OutOfRange& one : report.estimate.out_of_range) {
    text += line("outside", fmt::format("{} is {:.6g}; the estimator has seen {:.6g} to {:.6g}",
                                        one.feature, one.value, one.low, one.high));
  }
  if (report.stopping) text += line("stopping", stopping_text(*report.stopping));
  text += line("estimator", fmt::format("{}, {}", report.estimate.total.method, report.estimator));
  for (const std::string& one : fitted_on(report.provenance.sources)) text += line("", one);
  const std::size_t probes = report.probes.size();
  if (probes > 0) {
    text += line("probes", fmt::format("{} {}", probes,
                                       probes == 1 ? "probe of the store has corrected it"
                                                   : "probes of the store have corrected it"));
  }
  if (probes == 0) {
    text += line("probes", "none: half a minute of 'joulecast probe' narrows these intervals");
  }
  text += line("grid", intensity_text(report.rates.intensity));
  for (const std::string& note : report.estimate.total.notes) text += line("note", note);
  return text;
}

// What an estimate has of a forecast: nothing has been seen of the run itself.
// Standard deviations of logarithms.
Json parts_json(const std::vector<pre::Answer::Part>& parts) {
  Json json = Json::object();
  for (const pre::Answer::Part& part : parts) json[std::string(part.name)] = part.log_sd;
  return json;
}

Json figures_json(const Forecast& forecast) {
  Json json = store::forecast_json(forecast);
  for (const char* of_a_run : {"epoch", "phase", "stable"}) json.erase(of_a_run);
  json["provenance"] = {{"kind", "estimate"}, {"origins", store::origins_json(forecast.origins)}};
  return json;
}

Json set_up_json(const pre::SetUp& set_up) {
  Json json = {{"network", set_up.network},
               {"gpu", set_up.gpu},
               {"gpus", set_up.gpus},
               {"batch_size", set_up.batch_size},
               {"train_size", set_up.train_size},
               {"val_size", set_up.validation_size},
               {"validations_per_epoch", set_up.validations_per_epoch},
               {"epochs", set_up.epochs},
               {"optimizer", to_string(set_up.optimizer)},
               {"precision", network::to_string(set_up.precision)},
               {"frozen_epochs_share", set_up.frozen_epochs_share},
               {"frozen_layers_share", set_up.frozen_layers_share},
               {"pipeline", to_string(set_up.pipeline)},
               {"gradient_accumulation", set_up.gradient_accumulation},
               {"checkpointing", set_up.checkpointing}};
  json["power_limit_w"] = json_number(set_up.power_limit);
  json["host"] = set_up.host.empty() ? Json(nullptr) : Json(set_up.host);
  json["image_height"] = set_up.image_height > 0 ? Json(set_up.image_height) : Json(nullptr);
  json["image_width"] = set_up.image_width > 0 ? Json(set_up.image_width) : Json(nullptr);
  return json;
}

Json network_json(const network::Network& network) {
  const network::Totals totals = network::totals(network);
  return {{"name", network.name},
          {"origin", network.origin},
          {"input_shape", network.input_shape},
          {"forward_macs_per_sample", totals.macs},
          {"forward_flops_per_sample", totals.flops},
          {"parameters", totals.parameters},
          {"notes", network.notes}};
}

}  // namespace

Json estimate_json(const EstimateReport& report) {
  const pre::TrainingEstimate& estimate = report.estimate;
  Json outside = Json::array();
  for (const pre::OutOfRange& one : estimate.out_of_range) {
    outside.push_back({{"feature", one.feature},
                       {"value", json_number(one.value)},
                       {"low", json_number(one.low)},
                       {"high", json_number(one.high)}});
  }
  Json sources = Json::array();
  for (const pre::FitSource& source : report.provenance.sources) {
    sources.push_back({{"name", source.name},
                       {"sha256", source.sha256.empty() ? Json(nullptr) : Json(source.sha256)},
                       {"rows", source.rows},
                       {"meters", source.meters}});
  }
  Json footprint = nullptr;
  if (estimate.total.energy) {
    footprint = footprint_json(carbon::footprint(estimate.total.energy->value, report.rates));
  }
  return {{"schema", "joulecast.estimate/1"},
          {"estimator", report.estimator},
          {"fitted_on", std::move(sources)},
          {"network", network_json(*estimate.network)},
          {"gpu", estimate.gpu.name},
          {"set_up", set_up_json(estimate.set_up)},
          {"assumed", estimate.assumed},
          {"memory", memory_json(estimate.memory)},
          {"unheeded", estimate.unheeded},
          {"outside", std::move(outside)},
          {"epoch", figures_json(estimate.epoch)},
          {"total", figures_json(estimate.total)},
          {"uncertainty",
           {{"energy", parts_json(estimate.energy_parts)},
            {"power", parts_json(estimate.power_parts)},
            {"time", parts_json(estimate.time_parts)}}},
          {"stopping", report.stopping ? stopping_json(*report.stopping) : Json(nullptr)},
          {"probes", report.probes},
          {"rates", rates_json(report.rates)},
          {"footprint", std::move(footprint)}};
}

std::string estimate_text(const EstimateReport& report, const Terminal& terminal) {
  return heading(report, terminal) + "\n" + table(report, terminal) + "\n" +
         grounds(report, terminal);
}

}  // namespace joulecast::report
