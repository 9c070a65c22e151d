// The runs of a store as people and as programs read them.
#pragma once

#include <string>
#include <vector>

#include "joulecast/store/index.h"
#include "report/json.h"
#include "report/terminal.h"

namespace joulecast::report {

struct RunList {
  std::string store;                    ///< The folder.
  std::vector<store::RunSummary> runs;  ///< In the order to show them.
  std::vector<std::string> notes;       ///< What was wrong with the index or a folder.
};

/// joulecast.list/1
Json run_list_json(const RunList& list);
std::string run_list_text(const RunList& list, const Terminal& terminal);

/// "ended", "exit code 1", "signal 9", "running", "interrupted"
std::string outcome_text(store::RunState state, std::optional<int> exit_code,
                         std::optional<int> signal);

}  // namespace joulecast::report
