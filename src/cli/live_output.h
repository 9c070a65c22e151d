// How `joulecast run` speaks while it runs: a block at the bottom of a terminal, or lines in a log.
#pragma once

#include <optional>
#include <string>

#include "cli/live_screen.h"
#include "joulecast/live/session.h"
#include "report/live_view.h"

namespace joulecast::cli {

/// On standard error only: standard output belongs to the training.
class LiveOutput {
 public:
  enum class View {
    kAuto,  ///< Block on a terminal, lines elsewhere.
    kBlock,
    kLines,
    kNone,  ///< Neither; messages and the summary stay.
  };
  LiveOutput(View view, bool quiet, report::LiveViewContext context);

  live::SessionHooks hooks();
  /// The lines of the end, after the screen has been given back.
  void finish(const live::SessionEnd& end);

 private:
  void show(const live::Snapshot& shot);
  void message(const std::string& text);

  View view_;
  bool quiet_;
  report::LiveViewContext context_;
  report::Terminal terminal_;
  std::optional<LiveScreen> screen_;
  double next_line_s_ = 0.0;
  double next_overdue_s_ = 15.0;  ///< A line even where no block has ended.
  std::int64_t blocks_told_ = 0;
};

}  // namespace joulecast::cli
