// Places by the names that people give them.
#pragma once

#include <string_view>

#include "joulecast/carbon/carbon.h"

namespace joulecast::carbon {

/// By code of two or three letters or by English name, upper or lower case. Error: no such
/// country, with the nearest.
Result<const Country*> find_country(std::string_view name);

/// By "provider:region", or by the region alone where one provider has it; blanks in Azure's names
/// ("West Europe") do not count. Error: none, with the nearest; or several.
Result<const CloudRegion*> find_cloud_region(std::string_view name);

/// The row of the world's mean.
const Country& world();

}  // namespace joulecast::carbon
