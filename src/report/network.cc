#include "report/network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "network/network_memory.h"
#include "report/network_rows.h"
#include "report/network_table.h"

namespace joulecast::report {
namespace {

using network::NamedNetwork;
using network::Totals;

constexpr std::size_t kMargin = 12;  // Where what a line says begins.

// `text` broken between words, under a label of the margin's width.
std::string paragraph(std::string_view label, std::string_view text, const Terminal& terminal) {
  std::string out, line = fmt::format("{:<{}}", label, kMargin);
  bool begun = false;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    if (begun && line.size() + 1 + word.size() > terminal.width) {
      out += line + "\n";
      line = std::string(kMargin, ' ');
      begun = false;
    }
    if (begun) line += ' ';
    line += word;
    begun = true;
    text.remove_prefix(std::min(text.size(), blank + 1));
  }
  return out + line + "\n";
}

// Of a sample without axes, such as a user and an item.
std::string numbers_text(double inputs) {
  return inputs > 1.0 ? fmt::format("{:.0f} numbers, one to an input", inputs) : "one number";
}

std::string input_text(const NetworkReport& report) {
  const auto& shape = report.network.input_shape;
  std::string sample = fmt::format("{}", fmt::join(shape, " x "));
  if (shape.empty()) sample = numbers_text(report.network.input_elements);
  if (shape.size() == 1) sample = "of length " + sample;
  return fmt::format("batch of {}, each sample {}; {}", report.network.batch_size, sample,
                     to_string(report.precision));
}

std::string parameters_text(const Totals& all) {
  std::string text = fmt::format("{:.0f}", all.parameters);
  if (all.trainable_parameters < all.parameters) {
    text += fmt::format(", of which {:.0f} train", all.trainable_parameters);
  }
  if (all.buffers > 0.0) text += fmt::format("; and {:.0f} running statistics", all.buffers);
  return text;
}

std::string memory_text(const NetworkReport& report) {
  const auto memory = network::training_memory(report.network, report.precision);
  return fmt::format(
      "{} to train: weights {}, gradients {}, Adam's two moments {}, activations {} (kept from the "
      "first operator on that trains, with its input, none recomputed; without the framework's own "
      "memory)",
      scaled_text(memory.total(), "B"), scaled_text(memory.weights, "B"),
      scaled_text(memory.gradients, "B"), scaled_text(memory.optimiser, "B"),
      scaled_text(memory.activations, "B"));
}

std::string intensity_text(const Totals& all) {
  const double bytes = all.read_bytes + all.written_bytes;
  return fmt::format("{:.4g} FLOPs a byte read or written, forward",
                     bytes > 0.0 ? all.flops / bytes : 0.0);
}

constexpr std::string_view kCounting =
    "Forward pass of the batch. FLOPs are 2 x MACs, plus the arithmetic of all other operators; "
    "fvcore and many papers give MACs and call them FLOPs. docs/networks.md says more.";

Json optional_size(std::int64_t size) { return size > 0 ? Json(size) : Json(nullptr); }

/// Counts are whole; above 2^53 no integer is more exact.
Json count_json(double count) {
  constexpr double kExact = 9007199254740992.0;
  return count <= kExact ? Json(static_cast<std::int64_t>(std::llround(count))) : Json(count);
}

Json totals_json(const Totals& sum) {
  return {{"operators", sum.operators},
          {"kernels", sum.kernels},
          {"macs", count_json(sum.macs)},
          {"flops", count_json(sum.flops)},
          {"parameters", count_json(sum.parameters)},
          {"trainable_parameters", count_json(sum.trainable_parameters)},
          {"buffers", count_json(sum.buffers)},
          {"activation_bytes", count_json(sum.activation_bytes)},
          {"read_bytes", count_json(sum.read_bytes)},
          {"written_bytes", count_json(sum.written_bytes)}};
}

Json row_json(const NetworkRow& row) {
  Json json = {{"name", row.name}};
  if (row.op != nullptr) {
    json["type"] = row.op->type;
    json["class"] = to_string(row.op->kind);
    json["in_head"] = row.op->in_head;
  }
  json.update(totals_json(row.totals));
  return json;
}

Json memory_json(const NetworkReport& report) {
  const auto memory = network::training_memory(report.network, report.precision);
  return {{"weights_bytes", count_json(memory.weights)},
          {"gradients_bytes", count_json(memory.gradients)},
          {"optimiser_bytes", count_json(memory.optimiser)},
          {"activation_bytes", count_json(memory.activations)},
          {"total_bytes", count_json(memory.total())}};
}

std::string_view by_name(NetworkRows by) {
  if (by == NetworkRows::kClass) return "class";
  return by == NetworkRows::kType ? "type" : "layer";
}

std::string usual_input(const NamedNetwork& named) {
  if (named.image_size > 0) return fmt::format("{0} x {0} px", named.image_size);
  if (named.sequence_length > 0) return fmt::format("{} tokens", named.sequence_length);
  return "-";
}

}  // namespace

std::string network_text(const NetworkReport& report, const Terminal& terminal) {
  const Totals all = network::totals(report.network, report.precision);
  std::string text = terminal.bold(printable(report.network.name)) + "\n";
  text += paragraph("origin", printable(report.network.origin), terminal);
  text += paragraph("input", input_text(report), terminal);
  text += "\n" + network_table(report, terminal) + "\n";
  text += paragraph("parameters", parameters_text(all), terminal);
  text += paragraph("memory", memory_text(report), terminal);
  text += paragraph("intensity", intensity_text(all), terminal);
  text += paragraph("counting", kCounting, terminal);
  for (const std::string& note : report.network.notes) {
    text += paragraph("note", printable(note), terminal);
  }
  return text;
}

Json network_json(const NetworkReport& report) {
  const Totals all = network::totals(report.network, report.precision);
  Json rows = Json::array();
  for (const NetworkRow& row : network_rows(report)) rows.push_back(row_json(row));
  return {{"schema", "joulecast.network/1"},
          {"name", report.network.name},
          {"origin", report.network.origin},
          {"batch_size", report.network.batch_size},
          {"input_shape", report.network.input_shape},
          {"precision", to_string(report.precision)},
          {"totals", totals_json(all)},
          {"training_memory", memory_json(report)},
          {"by", by_name(report.by)},
          {"rows", rows},
          {"notes", report.network.notes}};
}

std::string network_list_text(std::span<const NamedNetwork> networks, const Terminal& terminal) {
  std::vector<std::array<std::string, 4>> rows = {{"name", "family", "input", "origin"}};
  for (const NamedNetwork& each : networks) {
    const std::string input = usual_input(each) + (each.any_size ? " " : "!");
    rows.push_back({each.name, each.family, input, each.origin});
  }
  std::array<std::size_t, 4> widths = {};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  constexpr std::size_t kGaps = 6;
  const bool origins = widths[0] + widths[1] + widths[2] + widths[3] + kGaps <= terminal.width;
  std::string text;
  for (const auto& row : rows) {
    const std::string line =
        fmt::format("{:<{}}  {:<{}}  {:>{}}{}{}", row[0], widths[0], row[1], widths[1], row[2],
                    widths[2], origins ? "  " : "", origins ? row[3] : "");
    text += (text.empty() ? terminal.bold(line) : line) + "\n";
  }
  text += "! No other size is possible. MobileNetV2 takes --width too.\n";
  if (!origins) text += "Whose definitions they are: --json, or a wider terminal.\n";
  return text;
}

Json network_list_json(std::span<const NamedNetwork> networks) {
  Json list = Json::array();
  for (const NamedNetwork& each : networks) {
    list.push_back({{"name", each.name},
                    {"family", each.family},
                    {"origin", each.origin},
                    {"image_size", optional_size(each.image_size)},
                    {"sequence_length", optional_size(each.sequence_length)},
                    {"any_size", each.any_size},
                    {"multiple_of", each.multiple_of},
                    {"takes_head", each.takes_head}});
  }
  return {{"schema", "joulecast.network/1"}, {"networks", list}};
}

}  // namespace joulecast::report
