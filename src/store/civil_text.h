// Moments as words of UTC.
#pragma once

#include <string>

namespace joulecast::store {

/// "20261123T174500Z": part of a file's name. Moments outside the years 1 to 9999 are 1970.
std::string compact_time(double unix_s);
/// "2026-11-23T17:45:00Z"
std::string iso_time(double unix_s);

}  // namespace joulecast::store
