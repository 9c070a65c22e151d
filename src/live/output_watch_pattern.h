// A user's own pattern.
#pragma once

#include <memory>
#include <string>

#include "joulecast/base/result.h"
#include "live/built_in_patterns.h"

namespace joulecast::live {

/// See OutputWatch::create().
Result<std::unique_ptr<Recogniser>> pattern_recogniser(const std::string& pattern);

}  // namespace joulecast::live
