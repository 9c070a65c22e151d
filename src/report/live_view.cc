#include "report/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/carbon.h"
#include "report/quantity_text.h"
#include "report/sparkline.h"

namespace joulecast::report {
namespace {

// One line cut to the terminal's width. Nothing here but "–", "·" and the like is wider in bytes
// than in columns; colours are added by the caller afterwards.
std::string cut(const std::string& line, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
    if (begins && columns++ == width) return line.substr(0, i);
  }
  return line;
}

// "epoch 8 of 40", "steps 1200 of 2000".
std::string progress(const live::Snapshot& shot) {
  const bool epochs = shot.plan.unit == WorkUnit::kEpochs;
  if (shot.blocks == 0 && !shot.plan.total) return "no epoch marked yet";
  const double done = shot.done;
  std::string text = epochs && (!shot.plan.total || done < *shot.plan.total)
                         ? fmt::format("epoch {:.10g}", done + 1.0)
                         : fmt::format("{} {:.10g}", to_string(shot.plan.unit), done);
  if (shot.plan.total) text += fmt::format(" of {:.10g}", *shot.plan.total);
  if (!shot.phase.empty()) text += ", " + printable(shot.phase);
  return text;
}

const char* kind_name(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::kGpu:
      return "GPUs";
    case DeviceKind::kCpu:
      return "CPUs";
    case DeviceKind::kRam:
      return "RAM";
    case DeviceKind::kNode:
      return "nodes";
    case DeviceKind::kUnknown:
      break;
  }
  return "devices";
}

bool metered(Origin origin) { return origin == Origin::kCounter || origin == Origin::kIntegrated; }

std::string device_text(const live::Snapshot::DeviceState& state) {
  std::string text = printable(state.device.id);
  text += state.power ? " " + to_text(*state.power) : " cannot be read";
  constexpr double kPercent = 100.0;
  if (state.utilisation) text += fmt::format(" {:.0f} % busy", kPercent * *state.utilisation);
  if (!metered(state.device.origin)) text += fmt::format(" ({})", to_string(state.device.origin));
  return text;
}

// Each device while there are few of them, else the sum and the extremes of each kind.
std::string devices_text(const live::Snapshot& shot) {
  constexpr std::size_t kFew = 3;
  std::string text;
  const auto add = [&text](const std::string& part) { text += text.empty() ? part : "   " + part; };
  for (const DeviceKind kind : {DeviceKind::kNode, DeviceKind::kGpu, DeviceKind::kCpu,
                                DeviceKind::kRam, DeviceKind::kUnknown}) {
    std::vector<const live::Snapshot::DeviceState*> states;
    for (const auto& state : shot.devices) {
      if (state.device.kind == kind) states.push_back(&state);
    }
    if (states.size() <= kFew) {
      for (const auto* state : states) add(device_text(*state));
      continue;
    }
    double sum_w = 0.0, least_w = HUGE_VAL, most_w = 0.0;
    std::size_t readable = 0;
    for (const auto* state : states) {
      if (!state->power) continue;
      ++readable;
      sum_w += state->power->value();
      least_w = std::min(least_w, state->power->value());
      most_w = std::max(most_w, state->power->value());
    }
    if (readable == 0) {
      add(fmt::format("{} {} cannot be read", states.size(), kind_name(kind)));
      continue;
    }
    std::string part = fmt::format("{} {} {} ({:.4g} to {:.4g} each)", readable, kind_name(kind),
                                   to_text(Watts(sum_w)), least_w, most_w);
    if (readable < states.size()) {
      part += fmt::format(", {} cannot be read", states.size() - readable);
    }
    add(part);
  }
  return text.empty() ? "nothing is measured yet" : text;
}

Watts power_now(const live::Snapshot& shot) {
  Watts sum;
  for (const auto& state : shot.devices) sum += state.power.value_or(Watts(0.0));
  return sum;
}

std::string left_text(const live::Snapshot& shot) {
  if (!shot.forecast || !shot.forecast->duration) return {};
  const double left_s = shot.forecast->duration->value.value() - shot.time_s;
  return to_text(Seconds(std::max(0.0, left_s))) + " left";
}

std::string footprint_text(const carbon::Footprint& footprint, const carbon::Rates& rates) {
  std::string text = co2e_text(footprint.g_co2e) + " CO2e";
  if (footprint.cost && rates.price) text += ", " + cost_text(*footprint.cost, *rates.price);
  return text;
}

std::string place_text(const carbon::Rates& rates) {
  return rates.intensity.place + (rates.intensity.origin == Origin::kAssumed ? ", assumed" : "");
}

std::string budget_text(const live::Snapshot& shot, const LiveViewContext& context) {
  if (!context.budget || !shot.budget) return {};
  const live::BudgetState& state = *shot.budget;
  std::string text = fmt::format("budget {}: {} spent", context.budget->text,
                                 live::budget_amount(*context.budget, state.spent));
  if (state.projected) {
    text += fmt::format(", {} projected", live::budget_amount(*context.budget, *state.projected));
  }
  if (state.exceeded) text += ": OVER";
  return text;
}

}  // namespace

std::vector<std::string> live_block(const live::Snapshot& shot, const LiveViewContext& context,
                                    const Terminal& terminal) {
  const std::size_t width = terminal.width > 1 ? terminal.width - 1 : terminal.width;
  const Watts now = power_now(shot);
  std::vector<std::string> lines;
  lines.push_back(fmt::format("joulecast  {}   {}   {}", progress(shot),
                              to_text(Seconds(shot.time_s)),
                              shot.devices.empty() ? "" : to_text(now)));
  lines.push_back("  " + devices_text(shot));
  std::string projected = fmt::format("  {} so far", to_text(shot.spent));
  if (shot.forecast && shot.forecast->energy) {
    projected += fmt::format("   projected {}   {}", estimate_text(shot.forecast->energy, terminal),
                             left_text(shot));
  } else {
    projected += "   " + shot.no_forecast;
  }
  lines.push_back(projected);
  const std::string budget = budget_text(shot, context);
  std::string outside = "  " + (budget.empty() ? "" : budget + "   ");
  outside += footprint_text(shot.footprint, context.rates) + " so far";
  if (shot.forecast_footprint) {
    outside +=
        fmt::format("   {} projected", footprint_text(*shot.forecast_footprint, context.rates));
  }
  if (budget.empty()) outside += fmt::format("   ({})", place_text(context.rates));
  lines.push_back(outside);
  constexpr std::size_t kIndent = 2;
  lines.push_back("  " + sparkline(shot.recent_power_w, width - kIndent, terminal));
  for (std::string& line : lines) line = cut(line, width);
  const bool over = shot.budget && shot.budget->exceeded;
  lines[0] = terminal.bold(lines[0]);
  lines[3] = over ? terminal.colour_of("31", lines[3]) : terminal.dim(lines[3]);
  lines[4] = terminal.colour_of("36", lines[4]);
  return lines;
}

std::string live_line(const live::Snapshot& shot, const LiveViewContext& context) {
  std::string line = fmt::format("{}, {}", progress(shot), to_text(Seconds(shot.time_s)));
  if (!shot.devices.empty()) {
    line += fmt::format(", {}, {} so far", to_text(power_now(shot)), to_text(shot.spent));
  }
  if (shot.forecast && shot.forecast->energy) {
    const Terminal plain{.colour = false, .unicode = false, .width = 80};
    line += fmt::format(
        "; projected {}, {}, {}", estimate_text(shot.forecast->energy, plain),
        footprint_text(shot.forecast_footprint.value_or(carbon::Footprint()), context.rates),
        left_text(shot));
  } else {
    line += "; " + shot.no_forecast;
  }
  const std::string budget = budget_text(shot, context);
  return budget.empty() ? line : line + "; " + budget;
}

std::vector<std::string> live_summary(const live::RunSummary& summary,
                                      const LiveViewContext& context, const Terminal& terminal) {
  std::vector<std::string> lines;
  const char* plus_minus = terminal.unicode ? "±" : "+-";
  if (summary.devices.empty()) {
    lines.push_back(fmt::format("{}, nothing was measured", to_text(Seconds(summary.end_s))));
    return lines;
  }
  constexpr double kWorthTelling = 0.01;  // as a share of the run
  constexpr double kJoulesPerWh = 3600.0;
  constexpr double kPercent = 100.0;
  const double joules = summary.energy.value();
  const bool whole =
      std::all_of(summary.energies.begin(), summary.energies.end(), [&](const auto& energy) {
        return energy.uncovered.value() <= kWorthTelling * summary.end_s;
      });
  // What is missing has no error that could be stated.
  lines.push_back(fmt::format(
      "{}{} in {} ({:.4g} Wh){}{}", whole ? "" : "at least ", to_text(summary.energy),
      to_text(Seconds(summary.end_s)), joules / kJoulesPerWh,
      whole && joules > 0.0 ? fmt::format(", {}{:.2g} % (95 %)", plus_minus,
                                          kPercent * summary.error.value() / joules)
                            : "",
      summary.blocks > 0
          ? fmt::format(", {} block{} measured", summary.blocks, summary.blocks == 1 ? "" : "s")
          : ""));
  for (std::size_t i = 0; i < summary.devices.size(); ++i) {
    const Device& device = summary.devices[i];
    const MeasuredEnergy& energy = summary.energies[i];
    std::string line = fmt::format("  {:8} {:>10}  {}{}", printable(device.id),
                                   to_text(energy.energy), to_string(energy.origin),
                                   device.name.empty() ? "" : "  " + printable(device.name));
    if (energy.uncovered.value() > kWorthTelling * summary.end_s) {
      line += fmt::format("  ({} not covered)", to_text(energy.uncovered));
    }
    lines.push_back(line);
  }
  if (summary.wall) {
    lines.push_back(
        fmt::format("at the wall {}, by this host's calibration", to_text(*summary.wall)));
  }
  const carbon::Rates& rates = context.rates;
  lines.push_back(fmt::format(
      "{} at {:.4g} g/kWh ({}{}), PUE {:.3g}", footprint_text(summary.footprint, rates),
      rates.intensity.g_per_kwh, place_text(rates),
      rates.intensity.origin == Origin::kAssumed ? ": --country says where" : "", rates.pue));
  return lines;
}

}  // namespace joulecast::report
