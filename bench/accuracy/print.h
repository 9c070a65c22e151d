// The scores as tables.
#pragma once

#include <string>
#include <vector>

#include "alarms.h"
#include "score.h"

namespace joulecast::accuracy {

/// A set's moments x methods, then its pooled coverage.
std::string print_score(const SetScore& score, bool markdown);

std::string print_alarms(const std::vector<AlarmScore>& scores, bool markdown);

}  // namespace joulecast::accuracy
