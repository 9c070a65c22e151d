#include "joulecast/live/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <memory>
#include <utility>

#include "joulecast/live/mark_server.h"
#include "joulecast/live/output_watch.h"
#include "joulecast/live/recorder.h"
#include "joulecast/measure/replay.h"
#include "live/measuring.h"
#include "live/repeated_ends.h"
#include "live/replayed_marks.h"
#include "live/run_facts.h"
#include "measure/process_tree.h"

namespace joulecast::live {
namespace {

// What is told is new about so often.
constexpr double kTickS = 0.7;
// Of a replay's own time: the meter remembers a minute.
constexpr double kLongestTickS = 20.0;
// A log's lines are stamped when they are seen, so a log is looked at more often.
constexpr double kLogTickS = 0.05;
// How busy the devices are.
constexpr double kTelemetryS = 5.0;
// After SIGTERM: then the user is told.
constexpr double kPatienceWithTermS = 10.0;
// Frameworks are loaded some time after the start.
constexpr std::array<double, 5> kLookForFrameworksS = {0.7, 1.5, 4.0, 20.0, 120.0};

double wall_clock() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// All that a session holds while it runs.
class Session {
 public:
  Session(const SessionOptions& options, const SessionHooks& hooks)
      : options_(options),
        hooks_(hooks),
        clock_(options.replay ? options.replay->speed : 1.0),
        start_s_(clock_.now()) {}

  std::optional<SessionError> begin();
  SessionEnd run();
  /// Only waits for the command, whatever has happened.
  SessionEnd run_unmeasured();

 private:
  using Taker = std::function<void(const Mark&)>;

  Status open_replay();
  Status open_watch();
  std::optional<SessionError> start_child();
  void set_up();
  void open_record(double started_unix_s);
  void wait_for_something();
  void serve_marks();
  void watch_output();
  void begin_measuring();
  void tick();
  void follow_log();
  void watch(std::string_view bytes, int stream, double now_s);
  void end_command(const std::string& why, double now_s);
  void terminate_all();
  void drain();
  void look_for_frameworks(double run_s);
  void tell(const std::string& text);
  /// Tells of a failure, and of the same one not again.
  void tell_once(const std::string& error);
  bool ended();
  Taker taker_at(double time_s);  ///< Of what a pattern found.
  Taker user_at(double time_s);

  const SessionOptions& options_;
  const SessionHooks& hooks_;
  measure::Clock clock_;
  measure::MonotonicSeconds start_s_;
  EngineOptions wanted_;
  double started_unix_s_ = 0.0;
  std::unique_ptr<MarkServer> server_;
  std::unique_ptr<OutputWatch> watch_;
  std::optional<FileFollower> log_;
  bool own_pattern_ = false;  ///< The user's, not a built-in one.
  RepeatedEnds ends_;
  std::size_t pattern_marks_ = 0;
  std::unique_ptr<Child> child_;
  std::unique_ptr<measure::Source> replayed_source_;
  std::optional<ReplayedMarks> replayed_marks_;
  std::optional<Plan> replayed_plan_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Measuring> measuring_;
  bool measuring_asked_ = false;
  bool output_open_ = false;
  std::optional<ChildEnd> child_end_;
  double child_end_s_ = 0.0;
  double next_tick_s_ = 0.0, next_log_s_ = 0.0, next_telemetry_s_ = 0.0;
  std::optional<double> terminated_s_;
  bool end_asked_ = false;
  std::size_t frameworks_looks_ = 0;
  std::map<std::string, std::string> software_;
  std::string last_error_;
};

void Session::tell(const std::string& text) {
  if (hooks_.message) hooks_.message(text);
}

void Session::tell_once(const std::string& error) {
  if (error.empty() || error == last_error_) return;
  last_error_ = error;
  tell(error);
}

Status Session::open_replay() {
  if (!options_.replay) return {};
  measure::ReplayOptions replay_options;
  replay_options.counters = options_.replay->counters;
  if (!options_.replay->faults.empty()) {
    auto faults = measure::parse_faults(options_.replay->faults);
    if (!faults) return faults.error();
    replay_options.faults = std::move(faults).value();
  }
  auto replay = measure::open_replay(options_.replay->run, replay_options, clock_);
  if (!replay) return replay.error();
  start_s_ = replay->zero_s;
  if (options_.command.empty()) {
    replayed_marks_ = ReplayedMarks(*replay);
    replayed_plan_ = replay->plan;
  }
  replayed_source_ = std::move(replay->source);
  return {};
}

Status Session::open_watch() {
  if (options_.epoch_pattern.empty()) return {};
  auto watch = OutputWatch::create(options_.epoch_pattern);
  if (!watch) return watch.error();
  watch_ = std::move(watch).value();
  const auto built_in = built_in_patterns();
  own_pattern_ = options_.epoch_pattern != "auto" &&
                 std::none_of(built_in.begin(), built_in.end(), [this](const BuiltInPattern& one) {
                   return options_.epoch_pattern == one.name;
                 });
  if (!options_.epoch_log.empty()) log_.emplace(options_.epoch_log.string());
  return {};
}

// All that may refuse the user's wishes, and the child.
std::optional<SessionError> Session::begin() {
  if (const Status status = open_watch(); !status) return SessionError{status.error(), {}};
  if (const Status status = open_replay(); !status) return SessionError{status.error(), {}};
  wanted_ = options_.engine;
  wanted_.row_interval = options_.interval;
  if (replayed_plan_ && !wanted_.plan.total) wanted_.plan = *replayed_plan_;
  if (const Status status = Engine::check(wanted_); !status) {
    return SessionError{status.error(), {}};
  }
  started_unix_s_ = wall_clock();
  // The child comes first: it runs before anything else is opened.
  return options_.command.empty() ? std::nullopt : start_child();
}

void Session::set_up() {
  open_record(started_unix_s_);
  engine_ = std::make_unique<Engine>(wanted_, recorder_.get(), start_s_);
  if (replayed_marks_) engine_->ends_at(replayed_marks_->end_s());
  measure::SourceOptions sources = options_.sources;
  if (child_) sources.root_pid = child_->pid();
  measuring_ = std::make_unique<Measuring>(std::move(sources), std::move(replayed_source_), clock_,
                                           options_.interval);
}

std::optional<SessionError> Session::start_child() {
  ChildOptions child;
  child.command = options_.command;
  child.watch_output = watch_ != nullptr && !log_;
  auto server = MarkServer::create();
  if (server) {
    server_ = std::move(server).value();
    child.environment.emplace_back(kSocketVariable, server_->path());
  } else {
    tell("marks cannot be taken: " + server.error().message);
    // An outer joulecast's socket is not for this run's marks.
    child.environment.emplace_back(kSocketVariable, "");
  }
  if (!options_.replay) start_s_ = clock_.now();
  if (auto error = Child::start(child, child_)) {
    return SessionError{error->error, error->exit_code};
  }
  output_open_ = child_->output_fd() >= 0;
  // A limit on the size of files shall be an error of the record, not our end; the child, which
  // runs already, keeps the default.
  std::signal(SIGXFSZ, SIG_IGN);
  return std::nullopt;
}

// A home folder on a network may hang: whatever touches it is done in the recorder's thread.
void Session::open_record(double started_unix_s) {
  if (!options_.record) return;
  const auto open = [options = options_,
                     started_unix_s]() -> Result<std::unique_ptr<store::RunWriter>> {
    std::filesystem::path folder = options.store;
    if (folder.empty()) {
      auto found = store::default_store();
      if (!found) return found.error();
      folder = std::move(found).value();
    }
    store::RunStart start = facts_of_start(options.command, started_unix_s);
    start.joulecast_version = options.version;
    start.title = options.title;
    start.tags = options.tags;
    start.set_up = options.set_up;
    start.probe = options.probe;
    return store::RunWriter::create(folder, start);
  };
  recorder_ = std::make_unique<Recorder>(open);
  if (!options_.estimate) return;
  recorder_->write(
      [made = *options_.estimate](store::RunWriter& writer) { writer.estimate(made); });
}

Session::Taker Session::taker_at(double time_s) {
  Taker use = user_at(time_s);
  if (!own_pattern_) return use;
  return
      [this, time_s, use](const Mark& mark) { ends_.add(mark, mark.time_s.value_or(time_s), use); };
}

Session::Taker Session::user_at(double time_s) {
  return [this, time_s](const Mark& mark) {
    ++pattern_marks_;
    Mark stamped = mark;
    stamped.time_s.reset();  // a pattern's marks carry the time of the read
    const Status status = engine_->mark(stamped, mark.time_s.value_or(time_s));
    if (!status) engine_->note("a pattern's mark was not used: " + status.error().message, time_s);
  };
}

void Session::serve_marks() {
  server_->serve([this](const Mark& mark) { return engine_->mark(mark, clock_.now()); });
}

void Session::watch_output() {
  const auto output = child_->forward_output();
  const double now_s = clock_.now();
  if (!output) {
    output_open_ = false;
  } else if (!output->bytes.empty()) {
    watch(output->bytes, output->stream, now_s);
  }
}

void Session::begin_measuring() {
  measuring_asked_ = true;
  if (measuring_->begin()) {
    engine_->attach(measuring_->meter());
  } else {
    engine_->attach_nothing();
  }
  for (const std::string& text : measuring_->complaints()) {
    engine_->note(text, clock_.now());
    tell(text);
  }
}

void Session::drain() {
  if (!measuring_->running()) return;
  measuring_->sampler().take_rows([this](const measure::SampleRow& row) { engine_->row(row); });
  for (const measure::MeterNote& note : measuring_->sampler().take_notes()) {
    engine_->note(note.text, note.time_s);
    tell(note.text);
  }
}

void Session::look_for_frameworks(double run_s) {
  if (!child_ || !recorder_ || frameworks_looks_ >= kLookForFrameworksS.size()) return;
  if (run_s < kLookForFrameworksS[frameworks_looks_]) return;
  ++frameworks_looks_;
  auto found = frameworks_of(child_->pid());
  if (found.empty() || found == software_) return;
  software_ = std::move(found);
  recorder_->write([found = software_](store::RunWriter& writer) { writer.software(found); });
}

void Session::tick() {
  const double now_s = clock_.now();
  ends_.poll(now_s, user_at(now_s));
  drain();
  if (replayed_marks_) replayed_marks_->play(now_s, *engine_);
  engine_->advance(now_s);
  for (const std::string& text : engine_->take_messages()) tell(text);
  if (engine_->take_stop_request() && options_.on_exceed == OnExceed::kStop && child_) {
    end_command("the training is asked to end (SIGTERM)", now_s);
  }
  if (hooks_.end_it && child_ && !end_asked_) {
    if (const std::string why = hooks_.end_it(engine_->snapshot(now_s)); !why.empty()) {
      end_command(why, now_s);
    }
  }
  if (terminated_s_ && now_s > *terminated_s_ + kPatienceWithTermS) {
    terminated_s_.reset();
    tell("the training has not ended yet; it is waited for");
  }
  look_for_frameworks(now_s - start_s_);
  if (recorder_) {
    tell_once(recorder_->take_error());
  }
  if (measuring_->running() && now_s >= next_telemetry_s_) {
    next_telemetry_s_ = now_s + kTelemetryS * clock_.speed();
    engine_->telemetry(measuring_->meter().telemetry(child_ ? child_->pid() : 0), now_s);
  }
  if (hooks_.snapshot) hooks_.snapshot(engine_->snapshot(now_s));
}

void Session::end_command(const std::string& why, double now_s) {
  tell(why);
  terminate_all();
  terminated_s_ = now_s;
  end_asked_ = true;
}

// A shell script's own training does not hear what its shell is told.
void Session::terminate_all() {
  measure::ProcessTree tree("", child_->pid());
  tree.measure();
  for (const int pid : tree.processes()) {
    if (pid != child_->pid()) kill(pid, SIGTERM);
  }
  child_->terminate();
}

void Session::follow_log() {
  const double now_s = clock_.now();
  next_log_s_ = now_s + kLogTickS;
  log_->poll([&](std::string_view bytes) { watch(bytes, 0, now_s); });
}

// The ends of several epochs in one read have no edges of their own: nothing can rest on them.
void Session::watch(std::string_view bytes, int stream, double now_s) {
  watch_->feed(bytes, now_s, taker_at(now_s), stream);
  if (watch_->unedged() == 0) return;
  engine_->distrust_blocks(
      "the ends of several epochs came in one read, so their edges are not known and nothing is "
      "projected: the output is buffered (PYTHONUNBUFFERED=1 mends it)",
      now_s);
}

bool Session::ended() {
  if (child_) return child_end_.has_value();
  return replayed_marks_->over(clock_.now());
}

void Session::wait_for_something() {
  enum Slot : std::size_t { kSignals, kMarks, kOutput, kReady, kSlots };
  std::array<pollfd, kSlots> fds{};
  for (pollfd& fd : fds) fd = {.fd = -1, .events = POLLIN, .revents = 0};
  if (child_) fds[kSignals].fd = child_->signal_fd();
  if (server_) fds[kMarks].fd = server_->fd();
  if (output_open_) fds[kOutput].fd = child_->output_fd();
  if (!measuring_asked_) fds[kReady].fd = measuring_->ready_fd();
  const double next_s = log_ ? std::min(next_tick_s_, next_log_s_) : next_tick_s_;
  const double wait_s = std::max(0.0, (next_s - clock_.now()) / clock_.speed());
  constexpr double kMilliseconds = 1000.0;
  poll(fds.data(), fds.size(), static_cast<int>(std::ceil(wait_s * kMilliseconds)));
  if (fds[kReady].revents != 0) begin_measuring();
  if (fds[kMarks].revents != 0) serve_marks();
  if (fds[kOutput].revents != 0) watch_output();
  if (fds[kSignals].revents != 0) {
    struct Around {
      static void stop(void* context) {
        const auto& hooks = static_cast<Session*>(context)->hooks_;
        if (hooks.about_to_stop) hooks.about_to_stop();
      }
      static void go_on(void* context) {
        const auto& hooks = static_cast<Session*>(context)->hooks_;
        if (hooks.continued) hooks.continued();
      }
    };
    const Child::StopHooks around{
        .about_to_stop = &Around::stop, .continued = &Around::go_on, .context = this};
    child_end_ = child_->handle_signals(&around);
    child_end_s_ = clock_.now();
    if (child_->resized() && hooks_.resized) hooks_.resized();
  }
}

SessionEnd Session::run() {
  set_up();
  const double tick_s = std::min(kTickS * clock_.speed(), std::max(kTickS, kLongestTickS));
  while (!ended()) {
    wait_for_something();
    if (log_ && clock_.now() >= next_log_s_) follow_log();
    if (clock_.now() < next_tick_s_) continue;
    next_tick_s_ = clock_.now() + tick_s;
    tick();
  }
  // What the training said last may still be waiting.
  if (server_) serve_marks();
  if (output_open_) {
    const double now_s = clock_.now();
    child_->forward_rest(
        [&](const Child::Output& output) { watch(output.bytes, output.stream, now_s); });
  }
  if (log_) follow_log();
  if (watch_) {
    watch_->finish(taker_at(clock_.now()));
    ends_.finish(user_at(clock_.now()));
  }
  const double end_s = replayed_marks_ ? replayed_marks_->end_s() : child_end_s_;
  if (replayed_marks_) replayed_marks_->play(end_s, *engine_);
  if (measuring_->running()) measuring_->sampler().stop();
  drain();
  if (watch_ && pattern_marks_ == 0) {
    const std::string text = fmt::format("the pattern {} matched nothing", options_.epoch_pattern);
    engine_->note(text, end_s);
    tell(text);
  }
  if (server_ && server_->bad_lines() > 0) {
    engine_->note(
        fmt::format("{} bad marks; the last: {}", server_->bad_lines(), server_->last_complaint()),
        end_s);
  }
  SessionEnd end;
  end.child = child_end_.value_or(ChildEnd{.exit_code = 0, .signal = {}});
  end.summary = engine_->finish(end_s, end.child.exit_code, end.child.signal);
  if (recorder_) {
    tell_once(end.summary.record_error);
    end.folder = recorder_->folder();
  }
  return end;
}

SessionEnd Session::run_unmeasured() {
  server_.reset();  // or the training would wait for answers
  while (child_ && !child_end_) {
    std::array<pollfd, 2> fds{
        {{.fd = child_->signal_fd(), .events = POLLIN, .revents = 0},
         {.fd = output_open_ ? child_->output_fd() : -1, .events = POLLIN, .revents = 0}}};
    poll(fds.data(), fds.size(), -1);
    if (fds[1].revents != 0) output_open_ = child_->forward_output().has_value();
    if (fds[0].revents != 0) child_end_ = child_->handle_signals();
  }
  SessionEnd end;
  end.child = child_end_.value_or(ChildEnd{.exit_code = 0, .signal = {}});
  return end;
}

}  // namespace

std::optional<SessionError> run_session(const SessionOptions& options, const SessionHooks& hooks,
                                        SessionEnd& end) {
  Session session(options, hooks);
  if (auto error = session.begin()) return error;
  try {
    end = session.run();
  } catch (const std::exception& error) {
    // No memory, no thread: the command shall not notice.
    if (hooks.message) hooks.message(std::string("measuring has ended: ") + error.what());
    end = session.run_unmeasured();
  }
  return std::nullopt;
}

}  // namespace joulecast::live
