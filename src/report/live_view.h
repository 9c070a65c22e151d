// What a person sees while a training runs, and at its end.
#pragma once

#include <string>
#include <vector>

#include "joulecast/carbon/carbon.h"
#include "joulecast/live/budget.h"
#include "joulecast/live/engine.h"
#include "report/terminal.h"

namespace joulecast::report {

/// What the view needs beside the snapshots.
struct LiveViewContext {
  carbon::Rates rates;
  std::optional<live::Budget> budget;
};

/// The block that is refreshed: always kLiveViewLines lines, none longer than the terminal is wide.
inline constexpr std::size_t kLiveViewLines = 5;
std::vector<std::string> live_block(const live::Snapshot& shot, const LiveViewContext& context,
                                    const Terminal& terminal);

/// The same in one line, for logs.
std::string live_line(const live::Snapshot& shot, const LiveViewContext& context);

/// What is said at the end: some lines.
std::vector<std::string> live_summary(const live::RunSummary& summary,
                                      const LiveViewContext& context, const Terminal& terminal);

}  // namespace joulecast::report
