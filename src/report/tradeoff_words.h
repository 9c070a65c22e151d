// The words and figures that text, page, charts and JSON of a trade-off share.
#pragma once

#include <string>
#include <vector>

#include "report/tradeoff.h"

namespace joulecast::report {

/// "9.81 kJ"; of a column's unit "9.81".
std::string tradeoff_value(const TradeoffReport& report, double value);
/// "p = 0.012", "p < 1e-300"
std::string p_text(double p_value);
/// "80.8 %"
std::string share_text(double share);

/// "vgg16" or "vgg16, RTX 3070"
std::string group_name(const TradeoffReport& report, const analysis::GroupSummary& group);
/// "architecture", or "architecture where gpu is RTX 3070"
std::string comparison_name(const TradeoffReport& report,
                            const analysis::FactorComparison& comparison);
/// "Kruskal-Wallis: H(4) = 93.1, p = 2e-19, eta squared of ranks 0.94"
std::string test_text(const analysis::FactorComparison& comparison);

/// "mobilenet_v2 instead of vgg16 on the RTX 3070 takes 80.8 % less energy."
std::string saving_sentence(const TradeoffReport& report, const analysis::TradeoffSaving& saving);
/// What stands behind it: medians, correctness, how sure it is.
std::string saving_grounds(const TradeoffReport& report, const analysis::TradeoffSaving& saving);

/// Whether energy follows FLOPs or TDP, a line each; empty: the table does not say.
std::vector<std::string> rule_lines(const TradeoffReport& report);

/// Correctness is told in points: hundredths where it is a share. How much one is.
double correctness_point(const TradeoffReport& report);

/// One row of texts.
using TextRow = std::vector<std::string>;
/// The tables of the text and of the page, each with its head.
std::vector<TextRow> group_rows(const TradeoffReport& report);
std::vector<TextRow> pair_rows(const TradeoffReport& report,
                               const analysis::FactorComparison& comparison);
std::vector<TextRow> two_way_rows(const TradeoffReport& report, const analysis::TwoWay& two_way);
std::vector<TextRow> front_rows(const TradeoffReport& report);

}  // namespace joulecast::report
