#include "live/measuring.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace joulecast::live {

struct Measuring::Opening {
  ~Opening() {
    if (ready_fd >= 0) close(ready_fd);
  }
  int ready_fd = -1;
  measure::SourceOptions options;
  measure::OpenedSources opened;
  std::optional<Error> error;
};

namespace {

std::string complaint(const measure::Finding& finding) {
  std::string text = fmt::format("{}: {}", finding.what, finding.detail);
  if (!finding.remedy.empty()) text += fmt::format("; {}", finding.remedy);
  return text;
}

}  // namespace

Measuring::Measuring(measure::SourceOptions options, std::unique_ptr<measure::Source> only,
                     const measure::Clock& clock, Seconds interval)
    : opening_(std::make_shared<Opening>()), clock_(clock), interval_(interval) {
  opening_->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  opening_->options = std::move(options);
  const auto tell = [](const Opening& opening) {
    constexpr std::uint64_t kDone = 1;
    [[maybe_unused]] const ssize_t written = write(opening.ready_fd, &kDone, sizeof kDone);
  };
  if (only) {
    opening_->opened.sources.push_back(std::move(only));
    tell(*opening_);
    return;
  }
  const auto open = [opening = opening_, tell] {
    auto opened = measure::open_sources(opening->options);
    if (opened) {
      opening->opened = std::move(opened).value();
    } else {
      opening->error = opened.error();
    }
    tell(*opening);
  };
  try {
    std::thread(open).detach();
  } catch (const std::system_error&) {
    opening_->error = Error{"no thread can be started"};
    tell(*opening_);
  }
}

Measuring::~Measuring() = default;

int Measuring::ready_fd() const { return opening_->ready_fd; }

bool Measuring::begin() {
  std::uint64_t done = 0;
  [[maybe_unused]] const ssize_t taken = read(opening_->ready_fd, &done, sizeof done);
  if (opening_->error) complaints_.push_back("nothing is measured: " + opening_->error->message);
  for (const measure::Finding& finding : opening_->opened.findings) {
    const bool there = finding.state == measure::Finding::State::kForbidden ||
                       finding.state == measure::Finding::State::kBroken;
    if (there) complaints_.push_back(complaint(finding));
  }
  if (opening_->opened.sources.empty()) {
    complaints_.emplace_back("nothing here can be measured; joulecast doctor says why");
    return false;
  }
  meter_ = std::make_unique<measure::Meter>(std::move(opening_->opened.sources));
  sampler_ = std::make_unique<measure::Sampler>(*meter_, clock_,
                                                measure::SamplerOptions{.interval = interval_});
  try {
    sampler_->start();
  } catch (const std::system_error&) {
    complaints_.emplace_back("nothing is measured: no thread can be started");
    sampler_.reset();
    return false;
  }
  // Opening took memory for a moment (libraries, catalogues): it goes back to the system.
  malloc_trim(0);
  return true;
}

}  // namespace joulecast::live
