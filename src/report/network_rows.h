// The rows of a network's table: its operators by class, by type or one by one.
#pragma once

#include <string>
#include <vector>

#include "report/network.h"

namespace joulecast::report {

struct NetworkRow {
  std::string name;
  const network::Operator* op = nullptr;  ///< Where a row is one operator.
  network::Totals totals;
};

/// By class in the classes' order, by type by FLOPs, by layer as they run.
std::vector<NetworkRow> network_rows(const NetworkReport& report);

}  // namespace joulecast::report
