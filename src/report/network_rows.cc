#include "report/network_rows.h"

#include <algorithm>
#include <map>
#include <utility>

namespace joulecast::report {
namespace {

using network::Operator;
using network::Totals;

// The totals of the operators that `wanted` picks.
template <typename Wanted>
Totals totals_of(const NetworkReport& report, Wanted wanted) {
  network::Network part;
  std::copy_if(report.network.operators.begin(), report.network.operators.end(),
               std::back_inserter(part.operators), wanted);
  return network::totals(part, report.precision);
}

std::vector<NetworkRow> by_class(const NetworkReport& report) {
  std::vector<NetworkRow> rows;
  for (std::size_t i = 0; i < network::kOperatorClassNames.size(); ++i) {
    const auto kind = static_cast<network::OperatorClass>(i);
    const Totals sum = totals_of(report, [&](const Operator& op) { return op.kind == kind; });
    if (sum.operators > 0) rows.push_back({std::string(to_string(kind)), nullptr, sum});
  }
  return rows;
}

std::vector<NetworkRow> by_type(const NetworkReport& report) {
  std::map<std::string, int> types;
  for (const Operator& op : report.network.operators) ++types[op.type];
  std::vector<NetworkRow> rows;
  for (const auto& entry : types) {
    const std::string& type = entry.first;
    const Totals sum = totals_of(report, [&](const Operator& op) { return op.type == type; });
    rows.push_back({type, nullptr, sum});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const NetworkRow& a, const NetworkRow& b) {
    return a.totals.flops > b.totals.flops;
  });
  return rows;
}

}  // namespace

std::vector<NetworkRow> network_rows(const NetworkReport& report) {
  if (report.by == NetworkRows::kClass) return by_class(report);
  if (report.by == NetworkRows::kType) return by_type(report);
  std::vector<NetworkRow> rows;
  for (const Operator& op : report.network.operators) {
    rows.push_back({op.name, &op, network::totals(op, report.precision)});
  }
  return rows;
}

}  // namespace joulecast::report
