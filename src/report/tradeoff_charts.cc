#include "report/tradeoff_charts.h"

#include "report/tradeoff_sheet.h"

namespace joulecast::report {

std::vector<TradeoffChart> tradeoff_charts(const TradeoffReport& report) {
  std::vector<TradeoffChart> charts = {box_plot(report)};
  if (report.factors.size() > 1) charts.push_back(interaction_plot(report));
  if (!report.result.front.empty()) charts.push_back(pareto_chart(report));
  return charts;
}

}  // namespace joulecast::report
