#include "joulecast/measure/sampler.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "clock_watch.h"
#include "sampler_rows.h"

namespace joulecast::measure {
namespace {

constexpr double kLookAroundS = 0.5;

}  // namespace

struct Sampler::State {
  State(Meter& meter_polled, const Clock& clock_used, const SamplerOptions& options)
      : meter(meter_polled),
        clock(clock_used),
        interval(options.interval),
        rows(meter_polled, options.interval) {}

  void run();
  void look_around(MonotonicSeconds now_s);
  void sleep_for(Seconds duration);
  void say(std::string text);

  Meter& meter;
  const Clock& clock;
  const Seconds interval;
  SamplerRows rows;
  ClockWatch watch;                 // of the polling thread
  MonotonicSeconds looked_s = 0.0;  // of the polling thread
  bool drops_noted = false;         // of the polling thread

  std::mutex mutex;  // of what follows
  std::condition_variable wake;
  bool stopping = false;
  std::vector<MeterNote> notes;

  std::thread thread;
};

void Sampler::State::say(std::string text) {
  const std::scoped_lock lock(mutex);
  notes.push_back({.time_s = clock.now(), .device_id = {}, .text = std::move(text)});
}

// What need not be done at every poll, done together: a processor that has just woken up is slow.
void Sampler::State::look_around(MonotonicSeconds now_s) {
  watch.update(read_clocks(), (kLookAroundS + interval.value()) / clock.speed(),
               [this](std::string text) { say(std::move(text)); });
  looked_s = now_s;
  if (rows.cut() > 0 && !drops_noted) {
    drops_noted = true;
    say("rows of the trace are lost because nobody takes them; energies are not affected");
  }
}

// Not Clock::sleep_until: stop() must be able to end it.
void Sampler::State::sleep_for(Seconds duration) {
  if (duration.value() <= 0.0) {
    return;
  }
  std::unique_lock lock(mutex);
  wake.wait_for(lock, std::chrono::duration<double>(duration.value() / clock.speed()),
                [this] { return stopping; });
}

void Sampler::State::run() {
  const auto stopped = [this] {
    const std::scoped_lock lock(mutex);
    return stopping;
  };
  double now_s = clock.now();
  rows.begin(now_s);
  look_around(now_s);
  while (true) {
    meter.poll(now_s);
    if (stopped()) {
      break;
    }
    if (now_s - looked_s >= kLookAroundS) {
      look_around(now_s);
    }
    const Seconds pause = meter.next_poll_in(interval);
    // From now on, not from when the last poll was due: one that comes late is not made up for.
    sleep_for(Seconds(now_s + pause.value() - clock.now()));
    now_s = clock.now();
  }
  meter.close(clock.now());
  look_around(now_s);
}

Sampler::Sampler(Meter& meter, const Clock& clock, const SamplerOptions& options)
    : state_(std::make_unique<State>(meter, clock, options)) {}

Sampler::~Sampler() { stop(); }

void Sampler::start() {
  if (!state_->thread.joinable()) {
    state_->thread = std::thread([this] { state_->run(); });
  }
}

void Sampler::stop() {
  State& state = *state_;
  if (!state.thread.joinable()) {
    return;
  }
  {
    const std::scoped_lock lock(state.mutex);
    state.stopping = true;
  }
  state.wake.notify_one();
  state.thread.join();
  if (const std::size_t lost = state.rows.dropped(); lost > 0) {
    state.say(fmt::format("{} rows of the trace were lost because nobody took them", lost));
  }
}

bool Sampler::front(SampleRow& row) { return state_->rows.front(row); }
void Sampler::pop() { state_->rows.pop(); }
std::size_t Sampler::dropped() const { return state_->rows.dropped(); }

std::vector<MeterNote> Sampler::take_notes() {
  const std::scoped_lock lock(state_->mutex);
  return std::exchange(state_->notes, {});
}

}  // namespace joulecast::measure
