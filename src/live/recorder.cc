#include "joulecast/live/recorder.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace joulecast::live {
namespace {

// A killed joulecast loses no more than this and what the sensors had not shown yet.
constexpr auto kFlushEvery = std::chrono::milliseconds(500);
constexpr std::size_t kMostWaiting = 10000;

}  // namespace

struct Recorder::State {
  std::mutex mutex;
  std::condition_variable wake, done;
  std::deque<Task> waiting;
  std::size_t dropped = 0;
  bool closing = false;   // nothing more will come
  bool finished = false;  // the thread does nothing more
  Status result;
  std::string error;
  std::filesystem::path folder;

  void run(const Open& open);
  void report(std::string what);
  void end();
};

Recorder::Recorder(Open open) : state_(std::make_shared<State>()) {
  try {
    std::thread([state = state_, open = std::move(open)] { state->run(open); }).detach();
  } catch (const std::system_error&) {
    state_->report("no record is kept: no thread can be started");
    state_->end();
  }
}

Recorder::~Recorder() {
  const std::scoped_lock lock(state_->mutex);
  state_->closing = true;
  state_->wake.notify_one();
}

std::filesystem::path Recorder::folder() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->folder;
}

void Recorder::State::report(std::string what) {
  const std::scoped_lock lock(mutex);
  result = Error{what};
  error = std::move(what);
}

void Recorder::State::end() {
  const std::scoped_lock lock(mutex);
  finished = true;
  waiting.clear();
  done.notify_all();
}

void Recorder::State::run(const Open& open) {
  auto made = open();
  if (!made) {
    report("no record is kept: " + made.error().message);
    return end();
  }
  std::unique_ptr<store::RunWriter> writer = std::move(made).value();
  {
    const std::scoped_lock lock(mutex);
    folder = writer->folder();
  }
  for (bool last = false; !last;) {
    std::deque<Task> tasks;
    {
      std::unique_lock lock(mutex);
      // What comes in between waits for the next turn: each turn costs a wake-up and a write.
      wake.wait_for(lock, kFlushEvery, [this] { return closing; });
      tasks.swap(waiting);
      last = closing;
    }
    for (const Task& task : tasks) task(*writer);
    if (last) break;
    if (const Status status = writer->flush(); !status) {
      report("the record: " + status.error().message);
    }
  }
  writer.reset();
  end();
}

void Recorder::write(Task task) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->finished) return;
  state_->waiting.push_back(std::move(task));
}

void Recorder::sample(double time_s, std::span<const float> power_w) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->waiting.size() >= kMostWaiting) {
      ++state_->dropped;
      return;
    }
  }
  write([time_s, row = std::vector<float>(power_w.begin(), power_w.end())](
            store::RunWriter& writer) { writer.sample(time_s, row); });
}

std::string Recorder::take_error() {
  const std::scoped_lock lock(state_->mutex);
  return std::exchange(state_->error, std::string());
}

Status Recorder::finish(const store::RunEnd& end, Seconds at_most) {
  std::size_t dropped = 0;
  {
    const std::scoped_lock lock(state_->mutex);
    dropped = state_->dropped;
  }
  if (dropped > 0) {
    write([dropped, at_s = end.end_s](store::RunWriter& writer) {
      writer.note(fmt::format("{} samples were dropped: the disk did not take them", dropped),
                  at_s);
    });
  }
  write([end, state = state_.get()](store::RunWriter& writer) {
    const Status status = writer.finish(end);
    const std::scoped_lock lock(state->mutex);
    state->result = status ? Status() : Status(Error{"the record: " + status.error().message});
  });
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->wake.notify_one();
  const auto limit = std::chrono::duration<double>(at_most.value());
  if (!state_->done.wait_for(lock, limit, [this] { return state_->finished; })) {
    return Error{
        fmt::format("the record: the disk did not take its end within {:.3g} s", at_most.value())};
  }
  return state_->result;
}

}  // namespace joulecast::live
