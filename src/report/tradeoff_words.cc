#include "report/tradeoff_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/quantity_text.h"

namespace joulecast::report {
namespace {

const std::string& level(const TradeoffReport& report, std::size_t factor, std::size_t index) {
  return report.levels[factor][index];
}

// "on the RTX 3070", "with batch_size 64"
std::string place(const TradeoffReport& report, const analysis::GroupSummary& group) {
  if (!group.second) return "";
  const std::string& name = report.factors[1];
  const std::string& where = level(report, 1, *group.second);
  const bool gpu = to_lower(name).find("gpu") != std::string::npos;
  return gpu ? fmt::format(" on the {}", where) : fmt::format(" with {} {}", name, where);
}

std::string less_of(const TradeoffReport& report, double share) {
  const std::string much = share_text(share) + " less ";
  if (report.unit == "J") return "takes " + much + "energy";
  if (report.unit == "s") return "takes " + much + "time";
  if (report.unit == "W") return "draws " + much + "power";
  return "has " + much + report.what;
}

std::string correctness_text(const TradeoffReport& report, double value) {
  const bool share = correctness_point(report) < 1.0;
  return share ? fmt::format("{:.4f}", value) : fmt::format("{:.5g}", value);
}

std::string value_or_dash(const std::optional<double>& value, const TradeoffReport& report) {
  return value ? tradeoff_value(report, *value) : "-";
}

TextRow effect_row(const std::string& name, const analysis::Effect& effect, double residual_df) {
  return {name, fmt::format("{:.4g}", effect.f),
          fmt::format("{:.4g}, {:.4g}", effect.df, residual_df), p_text(effect.p_value),
          fmt::format("{:.4f}", effect.partial_eta_squared)};
}

std::string rule_line(const TradeoffReport& report, const std::string& name,
                      const std::string& formula, const analysis::EnergyRule& rule) {
  constexpr double kClose = 0.1, kStrong = 0.9;
  const bool follows = rule.median_ape <= kClose && rule.spearman.coefficient >= kStrong;
  const bool related = rule.spearman.p_value < report.alpha;
  return fmt::format(
      "Energy {} {}: {} is off by {} (median of {} rows), Spearman's rho {:.2f} ({}){}.",
      follows ? "follows" : "does not follow", name, formula, share_text(rule.median_ape), rule.n,
      rule.spearman.coefficient, p_text(rule.spearman.p_value),
      related || follows ? "" : ", no more than chance");
}

}  // namespace

std::string tradeoff_value(const TradeoffReport& report, double value) {
  if (report.unit == "J") return to_text(Joules(value));
  if (report.unit == "s") return to_text(Seconds(value));
  if (report.unit == "W") return to_text(Watts(value));
  return fmt::format("{:.5g}", value);
}

std::string p_text(double p_value) {
  constexpr double kLeast = 1e-300;
  if (p_value < kLeast) return "p < 1e-300";
  return fmt::format("p = {:.2g}", p_value);
}

std::string share_text(double share) { return fmt::format("{:.1f} %", 100.0 * share); }

std::string group_name(const TradeoffReport& report, const analysis::GroupSummary& group) {
  std::string name = level(report, 0, group.first);
  if (group.second) name += ", " + level(report, 1, *group.second);
  return name;
}

std::string comparison_name(const TradeoffReport& report,
                            const analysis::FactorComparison& comparison) {
  const std::string& name = report.factors[comparison.factor];
  if (!comparison.within) return name;
  return fmt::format("{} where {} is {}", name, report.factors[1],
                     level(report, 1, *comparison.within));
}

std::string test_text(const analysis::FactorComparison& comparison) {
  const bool ranks = comparison.choice.test == analysis::GroupTest::kKruskalWallis;
  const std::string degrees =
      comparison.df_within ? fmt::format("{:.4g}, {:.4g}", comparison.df, *comparison.df_within)
                           : fmt::format("{:.4g}", comparison.df);
  return fmt::format("{}: {}({}) = {:.4g}, {}, {} {:.4f}", name_of(comparison.choice.test),
                     ranks ? "H" : "F", degrees, comparison.statistic, p_text(comparison.p_value),
                     name_of(comparison.choice.effect_size), comparison.effect_size);
}

std::string saving_sentence(const TradeoffReport& report, const analysis::TradeoffSaving& saving) {
  const analysis::GroupSummary& from = report.result.groups[saving.from];
  const analysis::GroupSummary& to = report.result.groups[saving.to];
  return fmt::format("{} instead of {}{} {}.", level(report, 0, to.first),
                     level(report, 0, from.first), place(report, from),
                     less_of(report, saving.saved));
}

std::string saving_grounds(const TradeoffReport& report, const analysis::TradeoffSaving& saving) {
  const analysis::GroupSummary& from = report.result.groups[saving.from];
  const analysis::GroupSummary& to = report.result.groups[saving.to];
  std::string text =
      fmt::format("Median {}: {} instead of {}", report.what, tradeoff_value(report, to.median),
                  tradeoff_value(report, from.median));
  if (saving.loss) {
    text += fmt::format("; {} {} instead of {}, {} {}", report.correctness,
                        correctness_text(report, *to.correctness),
                        correctness_text(report, *from.correctness),
                        share_text(std::abs(*saving.loss)), *saving.loss > 0.0 ? "less" : "more");
  }
  if (!saving.pair) return text + "; too few runs to test.";
  const bool sure = saving.pair->p_value < report.alpha;
  return text + fmt::format("; {}{}, Cliff's delta {:.2f} ({}).", p_text(saving.pair->p_value),
                            sure ? "" : " (this may be chance)", std::abs(saving.pair->delta.delta),
                            saving.pair->delta.magnitude);
}

std::vector<std::string> rule_lines(const TradeoffReport& report) {
  std::vector<std::string> lines;
  if (report.result.flops) {
    lines.push_back(rule_line(report, "FLOPs", "c x FLOPs, with the c that fits these rows best,",
                              *report.result.flops));
  }
  if (report.result.rated) {
    lines.push_back(rule_line(report, "TDP", "TDP x time", *report.result.rated));
  }
  return lines;
}

double correctness_point(const TradeoffReport& report) {
  const auto& groups = report.result.groups;
  const bool share = std::all_of(groups.begin(), groups.end(), [](const auto& group) {
    return std::abs(group.correctness.value_or(0.0)) <= 1.0;
  });
  constexpr double kHundredth = 0.01;
  return share ? kHundredth : 1.0;
}

std::vector<TextRow> group_rows(const TradeoffReport& report) {
  TextRow head = report.factors;
  head.insert(head.end(), {"n", "median", "mean", "middle half"});
  if (!report.correctness.empty()) head.push_back(report.correctness);
  std::vector<TextRow> rows = {head};
  for (const analysis::GroupSummary& group : report.result.groups) {
    TextRow row = {level(report, 0, group.first)};
    if (group.second) row.push_back(level(report, 1, *group.second));
    row.insert(row.end(), {std::to_string(group.n), tradeoff_value(report, group.median),
                           tradeoff_value(report, group.mean),
                           fmt::format("{} to {}", tradeoff_value(report, group.lower_quartile),
                                       tradeoff_value(report, group.upper_quartile))});
    if (!report.correctness.empty()) {
      row.push_back(group.correctness ? correctness_text(report, *group.correctness) : "-");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<TextRow> pair_rows(const TradeoffReport& report,
                               const analysis::FactorComparison& comparison) {
  std::vector<TextRow> rows = {
      {"pair", std::string(name_of(comparison.choice.post_hoc)), "Cliff's delta", "95 %", "size"}};
  for (const analysis::PairResult& pair : comparison.pairs) {
    rows.push_back({fmt::format("{} / {}", level(report, comparison.factor, pair.first),
                                level(report, comparison.factor, pair.second)),
                    p_text(pair.p_value), fmt::format("{:+.3f}", pair.delta.delta),
                    fmt::format("{:+.2f} to {:+.2f}", pair.delta.lower, pair.delta.upper),
                    std::string(pair.delta.magnitude)});
  }
  return rows;
}

std::vector<TextRow> two_way_rows(const TradeoffReport& report, const analysis::TwoWay& two_way) {
  const std::string both = fmt::format("{} x {}", report.factors[0], report.factors[1]);
  return {{"effect", "F", "df", "p", "partial eta squared"},
          effect_row(report.factors[0], two_way.first, two_way.residual_df),
          effect_row(report.factors[1], two_way.second, two_way.residual_df),
          effect_row(both, two_way.interaction, two_way.residual_df)};
}

std::vector<TextRow> front_rows(const TradeoffReport& report) {
  if (report.result.front.empty()) return {};
  std::vector<TextRow> rows = {
      {"by rising " + report.what, "median", report.correctness, "for one point more"}};
  const double point = correctness_point(report);
  for (const analysis::FrontPoint& member : report.result.front) {
    const analysis::GroupSummary& group = report.result.groups[member.alternative];
    const auto marginal =
        member.marginal_j ? std::optional(*member.marginal_j * point) : std::nullopt;
    rows.push_back({group_name(report, group), tradeoff_value(report, group.median),
                    correctness_text(report, *group.correctness), value_or_dash(marginal, report)});
  }
  return rows;
}

}  // namespace joulecast::report
