#include "cli/live_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace joulecast::cli {
namespace {

// A log gets a line when a block has ended, but not oftener than this, and at least now and then.
constexpr double kLeastBetweenLinesS = 10.0;
constexpr double kMostBetweenLinesS = 300.0;

bool can_draw() {
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
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
  const bool overdue = shot.time_s >= next_line_s_ + kMostBetweenLinesS - kLeastBetweenLinesS;
  if (!news && !overdue) return;
  blocks_told_ = shot.blocks;
  next_line_s_ = shot.time_s + kLeastBetweenLinesS;
  fmt::print(stderr, "joulecast: {}\n", report::live_line(shot, context_));
}

void LiveOutput::message(const std::string& text) {
  if (quiet_) return;
  const std::string line = "joulecast: " + printable(text);
  if (screen_) {
    screen_->print(line);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
}

void LiveOutput::finish(const live::SessionEnd& end) {
  if (screen_) screen_->leave();
  if (quiet_) return;
  for (const std::string& line : report::live_summary(end.summary, context_, terminal_)) {
    fmt::print(stderr, "joulecast: {}\n", line);
  }
  if (!end.folder.empty()) {
    fmt::print(stderr, "joulecast: recorded: joulecast show {}\n", end.folder.filename().string());
  }
}

}  // namespace joulecast::cli
