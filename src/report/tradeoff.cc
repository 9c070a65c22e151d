#include "report/tradeoff.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/tradeoff_words.h"
#include "report/wrapped.h"

namespace joulecast::report {
namespace {

// Bytes of UTF-8 that begin a character.
std::size_t shown_width(std::string_view text) {
  constexpr unsigned char kMask = 0xc0, kContinued = 0x80;
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & kMask) != kContinued;
  }));
}

// The first `left` columns to the left, the others to the right; a dim head.
std::string table_text(const std::vector<TextRow>& rows, std::size_t left,
                       const Terminal& terminal) {
  if (rows.empty()) return "";
  std::vector<std::size_t> widths(rows.front().size());
  for (const TextRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], shown_width(printable(row[i])));
    }
  }
  std::string text;
  for (const TextRow& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string cell = printable(row[i]);
      const std::string blanks(widths[i] - shown_width(cell), ' ');
      line += (i == 0 ? "" : "  ") + (i < left ? cell + blanks : blanks + cell);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (&row == &rows.front() ? terminal.dim(line) : line) + "\n";
  }
  return text;
}

std::string paragraph(std::string_view label, const std::string& text, const Terminal& terminal) {
  return wrapped(label, printable(text), terminal.width);
}

std::string heading(const std::string& text, const Terminal& terminal) {
  return "\n" + terminal.bold(printable(text)) + "\n";
}

std::string comparison_text(const TradeoffReport& report,
                            const analysis::FactorComparison& comparison,
                            const Terminal& terminal) {
  std::string text =
      heading("Does it depend on " + comparison_name(report, comparison) + "?", terminal);
  if (!comparison.refused.empty()) {
    return text + paragraph("  refused", comparison.refused, terminal);
  }
  const bool differs = comparison.p_value < report.alpha;
  text += paragraph(differs ? "  yes" : "  not seen", test_text(comparison), terminal);
  text += paragraph("  why so", comparison.choice.reason, terminal);
  return text + table_text(pair_rows(report, comparison), 1, terminal);
}

std::string interaction_text(const TradeoffReport& report, const Terminal& terminal) {
  const analysis::FactorInteraction& both = *report.result.interaction;
  std::string text =
      heading(fmt::format("{} and {} together", report.factors[0], report.factors[1]), terminal);
  if (!both.refused.empty()) return text + paragraph("  refused", both.refused, terminal);
  const analysis::TwoWay& judged = both.aligned_ranks ? *both.aligned_ranks : both.anova;
  const bool depends = judged.interaction.p_value < report.alpha;
  text += paragraph("  found",
                    fmt::format("what {} does {} on {}", report.factors[0],
                                depends ? "depends" : "is not seen to depend", report.factors[1]),
                    terminal);
  text += paragraph("  why so", both.choice.reason, terminal);
  text += terminal.dim("  two-way ANOVA") + "\n";
  text += table_text(two_way_rows(report, both.anova), 1, terminal);
  if (!both.aligned_ranks) return text;
  text += terminal.dim("  aligned rank transform") + "\n";
  return text + table_text(two_way_rows(report, *both.aligned_ranks), 1, terminal);
}

std::string savings_text(const TradeoffReport& report, const Terminal& terminal) {
  std::string text;
  for (const analysis::TradeoffSaving& saving : report.result.savings) {
    text += terminal.bold(printable(saving_sentence(report, saving))) + "\n";
    text += paragraph("", saving_grounds(report, saving), terminal);
  }
  if (!text.empty()) return text;
  return report.correctness.empty()
             ? "No change takes less.\n"
             : fmt::format("No change takes less within a loss of {} of {}.\n",
                           share_text(report.most_loss), printable(report.correctness));
}

}  // namespace

std::string tradeoff_text(const TradeoffReport& report, const Terminal& terminal) {
  std::string text = savings_text(report, terminal);
  text += heading(fmt::format("{} of {} rows", report.what, report.rows), terminal);
  text += table_text(group_rows(report), report.factors.size(), terminal);
  for (const auto& comparison : report.result.comparisons) {
    text += comparison_text(report, comparison, terminal);
  }
  if (report.result.interaction) text += interaction_text(report, terminal);
  const auto rules = rule_lines(report);
  if (!rules.empty()) text += heading("Does energy follow FLOPs or TDP?", terminal);
  for (const std::string& line : rules) text += paragraph("", line, terminal);
  if (!report.result.front.empty()) {
    text += heading("Worth considering (Pareto front)", terminal);
    text += table_text(front_rows(report), 1, terminal);
  }
  if (!report.notes.empty()) text += "\n";
  for (const std::string& note : report.notes) text += paragraph("note", note, terminal);
  return text;
}

}  // namespace joulecast::report
