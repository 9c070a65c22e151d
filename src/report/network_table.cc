#include "report/network_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/network_rows.h"

namespace joulecast::report {
namespace {

using network::Totals;

struct Scale {
  double factor;
  const char* prefix;
};

Scale scale_of(double largest) {
  constexpr std::array<Scale, 5> kScales = {
      {{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const Scale& scale : kScales) {
    if (largest >= scale.factor) return scale;
  }
  return {1.0, ""};
}

struct Figure {
  const char *title, *unit;
  double (*of)(const Totals&);
  /// Whose largest row sets the unit, so that columns alike share one; nullptr: written out.
  double (*unit_by)(const Totals&);
};

double macs(const Totals& sum) { return sum.macs; }
double parameters(const Totals& sum) { return sum.parameters; }
double activations(const Totals& sum) { return sum.activation_bytes; }

constexpr std::array<Figure, 8> kFigures = {
    {{"ops", "", [](const Totals& t) { return static_cast<double>(t.operators); }, nullptr},
     {"kernels", "", [](const Totals& t) { return static_cast<double>(t.kernels); }, nullptr},
     {"MACs", "", macs, macs},
     {"FLOPs", "", [](const Totals& t) { return t.flops; }, macs},
     {"params", "", parameters, parameters},
     {"activ.", "B", activations, activations},
     {"read", "B", [](const Totals& t) { return t.read_bytes; }, activations},
     {"written", "B", [](const Totals& t) { return t.written_bytes; }, activations}}};

double largest_row(const std::vector<NetworkRow>& rows, double (*of)(const Totals&)) {
  double largest = 0.0;
  for (const NetworkRow& row : rows) largest = std::max(largest, of(row.totals));
  return largest;
}

// A column's cells from top to bottom: title, unit, rows, total.
using Cells = std::vector<std::string>;

// All in one unit, with the decimals that give the largest four digits.
Cells cells_of(const Figure& figure, const std::vector<NetworkRow>& rows, const Totals& all) {
  constexpr int kDigits = 4;
  const double total = figure.of(all);
  const Scale scale =
      figure.unit_by == nullptr ? Scale{1.0, ""} : scale_of(largest_row(rows, figure.unit_by));
  const double largest = largest_row(rows, figure.of) / scale.factor;
  const int before = largest >= 1.0 ? static_cast<int>(std::floor(std::log10(largest))) + 1 : 1;
  const int decimals = scale.factor > 1.0 ? std::max(0, kDigits - before) : 0;
  const double least = std::pow(10.0, -decimals);
  const auto text = [&](double value) {
    const double shown = value / scale.factor;
    if (value == 0.0) return std::string("0");
    if (shown < least / 2.0) return fmt::format("<{:.{}f}", least, decimals);
    return fmt::format("{:.{}f}", shown, decimals);
  };
  Cells cells = {figure.title, std::string(scale.prefix) + figure.unit};
  for (const NetworkRow& row : rows) cells.push_back(text(figure.of(row.totals)));
  cells.push_back(text(total));
  return cells;
}

std::size_t width_of(const Cells& cells) {
  std::size_t width = 0;
  for (const std::string& cell : cells) width = std::max(width, cell.size());
  return width;
}

// The end of a layer's name tells more than its start.
std::string cut(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  return ".." + text.substr(text.size() - width + 2);
}

Cells labels_of(const NetworkReport& report, const std::vector<NetworkRow>& rows) {
  constexpr std::array<const char*, 3> kTitles = {"class", "type", "layer"};
  Cells labels = {kTitles[static_cast<std::size_t>(report.by)], ""};
  const std::string_view depthwise = to_string(network::OperatorClass::kDepthwiseConvolution);
  for (const NetworkRow& row : rows) {
    labels.push_back(row.name == depthwise ? "depthwise conv." : printable(row.name));
  }
  labels.emplace_back("total");
  return labels;
}

Cells types_of(const std::vector<NetworkRow>& rows) {
  Cells types = {"type", ""};
  for (const NetworkRow& row : rows) types.push_back(printable(row.op->type));
  types.emplace_back("");
  return types;
}

struct Table {
  Cells labels;
  Cells types;  // Of layers, and where there is room; else empty.
  std::vector<Cells> columns;

  std::size_t numbers_width() const {
    constexpr std::size_t kGap = 2;
    std::size_t width = types.empty() ? 0 : kGap + width_of(types);
    for (const Cells& cells : columns) width += kGap + width_of(cells);
    return width;
  }
};

// Leaves out what is of least use until the labels have room.
void fit(Table& table, std::size_t width) {
  constexpr std::size_t kLeastLabel = 24;
  const std::size_t label = std::min(kLeastLabel, width_of(table.labels));
  const auto too_wide = [&] { return label + table.numbers_width() > width; };
  if (too_wide()) table.types.clear();
  for (const char* title : {"kernels", "ops", "written", "read", "activ."}) {
    if (!too_wide()) return;
    std::erase_if(table.columns, [&](const Cells& cells) { return cells.front() == title; });
  }
}

std::string draw(const Table& table, const Terminal& terminal) {
  const std::size_t numbers = table.numbers_width();
  const std::size_t room = terminal.width > numbers ? terminal.width - numbers : 0;
  const std::size_t label = std::min(std::max<std::size_t>(room, 8), width_of(table.labels));
  std::string text;
  for (std::size_t i = 0; i < table.labels.size(); ++i) {
    std::string line = fmt::format("{:<{}}", cut(table.labels[i], label), label);
    if (!table.types.empty()) {
      line += fmt::format("  {:<{}}", table.types[i], width_of(table.types));
    }
    for (const Cells& cells : table.columns) {
      line += fmt::format("  {:>{}}", cells[i], width_of(cells));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    const bool heading = i == 0 || i + 1 == table.labels.size();
    text += (heading ? terminal.bold(line) : i == 1 ? terminal.dim(line) : line) + "\n";
  }
  return text;
}

}  // namespace

std::string scaled_text(double value, const std::string& unit) {
  const Scale scale = scale_of(value);
  return fmt::format("{:#.4g} {}{}", value / scale.factor, scale.prefix, unit);
}

std::string network_table(const NetworkReport& report, const Terminal& terminal) {
  const std::vector<NetworkRow> rows = network_rows(report);
  const Totals all = network::totals(report.network, report.precision);
  const bool layers = report.by == NetworkRows::kLayer;
  Table table{.labels = labels_of(report, rows), .types = {}, .columns = {}};
  if (layers) table.types = types_of(rows);
  for (const Figure& figure : kFigures) {
    if (layers && std::string_view(figure.title) == "ops") continue;
    table.columns.push_back(cells_of(figure, rows, all));
  }
  fit(table, terminal.width);
  return draw(table, terminal);
}

}  // namespace joulecast::report
