#include "report/run_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {

void RunSummary::device(const Device& device) {
  integrator_.device(device);
  ranges_.emplace_back();
}

void RunSummary::epoch(const Epoch& epoch) { integrator_.epoch(epoch); }

void RunSummary::sample(std::size_t device, double time_s, double power_w) {
  integrator_.sample(device, time_s, power_w);
  Range& range = ranges_[device];
  if (!range.any)
    range = {.first_s = time_s,
             .last_s = time_s,
             .lowest_w = power_w,
             .highest_w = power_w,
             .any = true};
  range.last_s = time_s;
  range.lowest_w = std::min(range.lowest_w, power_w);
  range.highest_w = std::max(range.highest_w, power_w);
}

void RunSummary::finish(readers::ReadReport report) {
  report_ = std::move(report);
  run_ = integrator_.finish();
}

Json RunSummary::json() const {
  std::vector<Device> devices;
  Json per_device = Json::array();
  for (std::size_t d = 0; d < run_.devices.size(); ++d) {
    const EpochRun::DeviceEnergy& energy = run_.devices[d];
    const Range& range = ranges_[d];
    devices.push_back(energy.device);
    const bool spans = energy.span > Seconds(0.0);
    const auto known = [](bool any, double value) { return any ? Json(value) : Json(nullptr); };
    per_device.push_back(
        {{"device", energy.device.id},
         {"samples", energy.samples},
         {"first_s", known(range.any, range.first_s)},
         {"last_s", known(range.any, range.last_s)},
         {"energy_j", known(spans, energy.total.value())},
         {"power_mean_w", spans ? Json((energy.total / energy.span).value()) : Json(nullptr)},
         {"power_min_w", known(range.any, range.lowest_w)},
         {"power_max_w", known(range.any, range.highest_w)},
         {"origin", to_string(energy.device.origin)}});
  }
  Json epochs = Json::array();
  for (const Epoch& epoch : run_.epochs) {
    epochs.push_back(
        {{"epoch", epoch.number},
         {"phase", epoch.phase.empty() ? Json(nullptr) : Json(epoch.phase)},
         {"start_s", epoch.start_s},
         {"duration_s", epoch.duration().value()},
         {"energy_j", json_number(epoch.energy)},
         {"origin", epoch.energy ? Json(to_string(epoch.energy_origin)) : Json(nullptr)},
         {"evaluation_s", epoch.evaluation
                              ? Json(epoch.evaluation->end_s - epoch.evaluation->start_s)
                              : Json(nullptr)},
         {"evaluation_j", epoch.evaluation ? json_number(epoch.evaluation->energy) : Json(nullptr)},
         {"steps", json_number(epoch.steps)},
         {"samples", json_number(epoch.samples)},
         {"tokens", json_number(epoch.tokens)},
         {"loss", json_number(epoch.loss)},
         {"val_loss", json_number(epoch.validation_loss)},
         {"accuracy", json_number(epoch.accuracy)}});
  }
  const Plan& plan = report_.plan;
  return {{"schema", "joulecast.import/1"},
          {"run", read_report_json(report_, devices)},
          {"plan", {{"unit", to_string(plan.unit)}, {"total", json_number(plan.total)}}},
          {"devices", per_device},
          {"epochs", epochs}};
}

std::string RunSummary::text(const std::string& name, const Terminal& terminal) const {
  std::string text = fmt::format("{}  {}\n", terminal.bold(printable(name)), report_.format);
  for (std::size_t d = 0; d < run_.devices.size(); ++d) {
    const EpochRun::DeviceEnergy& energy = run_.devices[d];
    const std::string label = energy.device.name.empty()
                                  ? energy.device.id
                                  : fmt::format("{} ({})", energy.device.id, energy.device.name);
    text += fmt::format("  {}: {} samples", printable(label), energy.samples);
    if (energy.span > Seconds(0.0)) {
      text += fmt::format(" over {}, {} ({}), mean {}, {} to {}", to_text(energy.span),
                          to_text(energy.total), to_string(energy.device.origin),
                          to_text(energy.total / energy.span), to_text(Watts(ranges_[d].lowest_w)),
                          to_text(Watts(ranges_[d].highest_w)));
    }
    text += '\n';
  }
  if (!run_.epochs.empty()) {
    Joules sum;
    std::size_t known = 0;
    for (const Epoch& epoch : run_.epochs) {
      if (!epoch.energy) continue;
      sum += *epoch.energy;
      ++known;
    }
    text += fmt::format("  {} epochs over {}", run_.epochs.size(),
                        to_text(Seconds(run_.epochs.back().end_s - run_.epochs.front().start_s)));
    if (known > 0)
      text += fmt::format(", {} ({})", to_text(sum), to_string(run_.epochs.front().energy_origin));
    if (known < run_.epochs.size())
      text += fmt::format(", {} of them without energy", run_.epochs.size() - known);
    text += '\n';
  }
  for (const std::string& line : read_report_lines(report_))
    text += fmt::format("  Note: {}.\n", line);
  return text;
}

}  // namespace joulecast::report
