// A network and what it costs, for people and for programs.
#pragma once

#include <span>
#include <string>

#include "joulecast/network/named.h"
#include "joulecast/network/network.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

enum class NetworkRows { kClass, kType, kLayer };

struct NetworkReport {
  network::Network network;
  network::Precision precision = network::Precision::kFp32;
  NetworkRows by = NetworkRows::kClass;
};

std::string network_text(const NetworkReport& report, const Terminal& terminal);
/// joulecast.network/1
Json network_json(const NetworkReport& report);

std::string network_list_text(std::span<const network::NamedNetwork> networks,
                              const Terminal& terminal);
Json network_list_json(std::span<const network::NamedNetwork> networks);

}  // namespace joulecast::report
