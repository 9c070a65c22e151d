// The tables of data/carbon, read once. Thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "joulecast/carbon/carbon.h"

namespace joulecast::carbon {

/// A provider's PUE, of one region or (region empty) of all its data centres.
struct PueRow {
  std::string provider, region;
  double pue = 1.0;
  int year = 0;
  std::string source;
};

struct Tables {
  std::vector<Country> countries;
  std::vector<CloudRegion> regions;
  std::vector<PueRow> pues;
};

const Tables& tables();

/// The PUE of the region, else of its provider.
const PueRow* find_pue(std::string_view provider, std::string_view region);

}  // namespace joulecast::carbon
