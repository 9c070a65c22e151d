#include "cli/live_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "joulecast/live/mark_server.h"

namespace joulecast::cli {
namespace {

// A log gets a line when a block has ended, but not oftener than this, and at least now and then.
constexpr double kLeastBetweenLinesS = 10.0;
constexpr double kMostBetweenLinesS = 300.0;

// fmt::print() throws where the reader has gone, and the training must not notice that.
void say(const std::string& line) { std::fputs(("joulecast: " + line + "\n").c_str(), stderr); }

bool can_draw() {
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  // Within another joulecast run two blocks would fight for the same lines.
  const char* outer = std::getenv(live::kSocketVariable);  // NOLINT(concurrency-mt-unsafe)
  const bool nested = outer != nullptr && *outer != '\0';
  return !nested && ::isatty(STDERR_FILENO) == 1 && term != nullptr &&
         std::string_view(term) != "dumb";
}

}  // namespace

LiveOutput::LiveOutput(View view, bool quiet, report::LiveViewContext context)
    : view_(view),
      quiet_(quiet),
      context_(std::move(context)),
      terminal_(report::terminal_of(STDERR_FILENO)) {
  if (quiet_) view_ = View::kNone;
  if (view_ == View::kAuto) view_ = can_draw() ? View::kBlock : View::kLines;
  if (view_ == View::kBlock && !can_draw()) view_ = View::kLines;
  if (view_ == View::kBlock) screen_.emplace(STDERR_FILENO, report::kLiveViewLines);
}

live::SessionHooks LiveOutput::hooks() {
  live::SessionHooks hooks;
  if (view_ != View::kNone) {
    hooks.snapshot = [this](const live::Snapshot& shot) { show(shot); };
  }
  hooks.message = [this](const std::string& text) { message(text); };
  if (screen_) {
    hooks.about_to_stop = [this] { screen_->leave(); };
    hooks.resized = [this] {
      screen_->resized();
      terminal_ = report::terminal_of(STDERR_FILENO);
    };
  }
  return hooks;
}

void LiveOutput::show(const live::Snapshot& shot) {
  if (screen_) {
    screen_->draw(report::live_block(shot, context_, terminal_));
    return;
  }
  const bool news = shot.blocks > blocks_told_ && shot.time_s >= next_line_s_;
  const bool overdue = shot.time_s >= next_overdue_s_;
  if (!news && !overdue) return;
  blocks_told_ = shot.blocks;
  next_line_s_ = shot.time_s + kLeastBetweenLinesS;
  next_overdue_s_ = std::min(2.0 * shot.time_s, shot.time_s + kMostBetweenLinesS);
  say(report::live_line(shot, context_));
}

void LiveOutput::message(const std::string& text) {
  if (quiet_) return;
  if (screen_) {
    screen_->print("joulecast: " + printable(text));
  } else {
    say(printable(text));
  }
}

void LiveOutput::finish(const live::SessionEnd& end) {
  if (screen_) screen_->leave();
  if (quiet_) return;
  for (const std::string& line : report::live_summary(end.summary, context_, terminal_)) {
    say(line);
  }
  if (!end.folder.empty()) {
    say("recorded: joulecast show " + end.folder.filename().string());
  }
}

}  // namespace joulecast::cli
