#include "hardware/host_python.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "base/text.h"

namespace joulecast::hardware {
namespace {

// One operator is CALLS of these calls, about 20 us in all on a desktop core of 2020.
constexpr const char* kScript = R"(
import sys, time

CALLS = 15
stack, tape, kernels = [], [], {}

class Scope:
    def __init__(self, name):
        self.name = name
    def __enter__(self):
        stack.append(self.name)
        return self
    def __exit__(self, *problem):
        stack.pop()
        return False

class Tensor:
    def __init__(self, shape, kind):
        self.shape = shape
        self.kind = kind

class Operator:
    def __init__(self, name):
        self.name = name
        self.options = {"training": True}
    def check(self, tensor):
        if not isinstance(tensor, Tensor):
            raise TypeError(self.name)
        return tensor.shape, tensor.kind
    def build(self, key):
        return lambda shape: tuple(shape)
    def __call__(self, *inputs, **options):
        with Scope(self.name):
            checked = tuple([self.check(tensor) for tensor in inputs])
            key = (self.name, checked, options.get("training", self.options["training"]))
            kernel = kernels.get(key)
            if kernel is None:
                kernel = kernels[key] = self.build(key)
            output = Tensor(kernel(inputs[0].shape), inputs[0].kind)
            tape.append((self, inputs, output))
        return output

def work(operators):
    operator = Operator("convolution")
    first, second = Tensor((32, 56, 56, 64), "float32"), Tensor((3, 3, 64, 64), "float32")
    for _ in range(operators):
        for _ in range(CALLS):
            first = operator(first, second, training=False)
        tape.clear()

def timed(operators):
    wall, cpu = time.perf_counter(), time.process_time()
    work(operators)
    return time.process_time() - cpu, time.perf_counter() - wall

repeats, each_s = int(sys.argv[1]), float(sys.argv[2])
print("%d.%d.%d" % sys.version_info[:3])
operators = 16
while True:
    taken = timed(operators)[1]
    if taken > each_s / 4:
        break
    operators *= 2
operators = max(1, int(operators * each_s / taken))
for _ in range(repeats):
    print("%.9g %.9g" % tuple(t / operators for t in timed(operators)))
)";

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// -1 where it could not be started. In a group of its own, so that all of it can be ended.
pid_t start(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  // The interface is older than const.
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = -1;
  const int error =
      ::posix_spawnp(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? child : -1;
}

// All that comes within the time; absent where more would come.
std::optional<std::string> read_all(int fd, double limit_s) {
  const Clocks clocks = system_clocks();
  const double end_s = clocks.wall_s() + limit_s;
  std::string text;
  std::array<char, 4096> buffer{};
  constexpr std::size_t kMostBytes = 1U << 16U;
  while (text.size() < kMostBytes) {
    const double left_s = end_s - clocks.wall_s();
    if (left_s <= 0.0) return std::nullopt;
    pollfd event{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&event, 1, static_cast<int>(left_s * 1e3) + 1) <= 0) continue;
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> output_of(const std::vector<std::string>& command, double limit_s) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const File read_end(ends[0]);
  pid_t child = -1;
  {
    const File write_end(ends[1]);
    child = start(command, write_end.get());
  }
  if (child < 0) return std::nullopt;
  auto text = read_all(read_end.get(), limit_s);
  if (!text) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return text;
}

bool is_version(std::string_view text) {
  constexpr std::size_t kLongest = 16;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool usable(const std::optional<double>& seconds) {
  return seconds && *seconds > 0.0 && *seconds < 1.0;
}

}  // namespace

std::optional<PythonSpeed> parse_python_speed(std::string_view text) {
  PythonSpeed speed;
  std::vector<double> seconds, shares;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (speed.version.empty()) {
      if (!is_version(line)) return std::nullopt;
      speed.version = line;
      continue;
    }
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    const auto cpu_s = parse_number(line.substr(0, blank));
    const auto wall_s = parse_number(line.substr(blank));
    if (!usable(cpu_s) || !usable(wall_s)) return std::nullopt;
    seconds.push_back(*cpu_s);
    shares.push_back(*cpu_s / *wall_s);
  }
  if (seconds.empty()) return std::nullopt;
  speed.operators = {.seconds = measured_of(std::move(seconds)),
                     .cpu_share = median_of(std::move(shares))};
  return speed;
}

std::optional<PythonSpeed> measure_python(const std::string& program, const Repeats& repeats,
                                          double limit_s) {
  const std::vector<std::string> command = {program,
                                            "-I",
                                            "-S",
                                            "-c",
                                            kScript,
                                            std::to_string(repeats.count),
                                            fmt::format("{}", repeats.each_s)};
  const auto text = output_of(command, repeats.count * repeats.each_s + limit_s);
  return text ? parse_python_speed(*text) : std::nullopt;
}

}  // namespace joulecast::hardware
