// What a record says of the machine, the place and the software of a run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "joulecast/store/record.h"

namespace joulecast::live {

/// Everything that is known at the start. `now_unix_s`: the wall clock.
store::RunStart facts_of_start(const std::vector<std::string>& command, double now_unix_s);

/// Names and versions of the deep-learning frameworks that a process has loaded, from the files it
/// has mapped; nothing is run and nothing of the process is touched. Empty where it has none (yet)
/// or may not be looked at.
std::map<std::string, std::string> frameworks_of(int pid);

}  // namespace joulecast::live
