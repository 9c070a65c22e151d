#include "carbon/http_get.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>

namespace joulecast::carbon {
namespace {

// What is used of libcurl, as curl/curl.h has it; these numbers are its binary interface.
struct Curl {
  void* (*easy_init)() = nullptr;
  int (*easy_setopt)(void*, int, ...) = nullptr;
  int (*easy_perform)(void*) = nullptr;
  int (*easy_getinfo)(void*, int, ...) = nullptr;
  const char* (*easy_strerror)(int) = nullptr;
  void* (*slist_append)(void*, const char*) = nullptr;
};
constexpr int kOptionWriteData = 10001;
constexpr int kOptionUrl = 10002;
constexpr int kOptionUserAgent = 10018;
constexpr int kOptionHttpHeader = 10023;
constexpr int kOptionWriteFunction = 20011;
constexpr int kOptionNoSignal = 99;
constexpr int kOptionTimeoutMs = 155;
constexpr int kOptionProtocols = 181;
constexpr int kInfoResponseCode = 0x200002;
constexpr long kHttpAndHttps = 3;
constexpr int kTimedOut = 28;
constexpr long kOk = 200;

// What the child writes: one of these, then the body or a message.
constexpr char kBody = 'B';
constexpr char kFailure = 'E';

template <typename Function>
bool load(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool load_curl(const std::vector<std::string>& names, Curl& curl) {
  for (const std::string& name : names) {
    void* library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) continue;
    return load(library, "curl_easy_init", curl.easy_init) &&
           load(library, "curl_easy_setopt", curl.easy_setopt) &&
           load(library, "curl_easy_perform", curl.easy_perform) &&
           load(library, "curl_easy_getinfo", curl.easy_getinfo) &&
           load(library, "curl_easy_strerror", curl.easy_strerror) &&
           load(library, "curl_slist_append", curl.slist_append);
  }
  return false;
}

struct Body {
  std::string text;
  std::size_t most_bytes;
  bool too_large = false;
};

// Called by libcurl; taking fewer bytes than given ends the transfer.
std::size_t take(char* data, std::size_t size, std::size_t count, void* target) {
  Body& body = *static_cast<Body*>(target);
  const std::size_t bytes = size * count;
  body.too_large = body.text.size() + bytes > body.most_bytes;
  if (body.too_large) return 0;
  body.text.append(data, bytes);
  return bytes;
}

std::string no_answer_in(Seconds timeout) {
  return fmt::format("no answer within {:.3g} s", timeout.value());
}

// What the child has to say, its first character included.
std::string ask(const HttpRequest& request) {
  Curl curl;
  if (!load_curl(request.libraries, curl)) {
    return kFailure + std::string("libcurl is not on this system; install libcurl4");
  }
  void* handle = curl.easy_init();
  if (handle == nullptr) return kFailure + std::string("libcurl does not start");
  Body body{.text = {}, .most_bytes = request.most_bytes};
  curl.easy_setopt(handle, kOptionUrl, request.url.c_str());
  curl.easy_setopt(handle, kOptionUserAgent, "joulecast");
  curl.easy_setopt(handle, kOptionNoSignal, 1L);
  curl.easy_setopt(handle, kOptionTimeoutMs, static_cast<long>(request.timeout.value() * 1000.0));
  curl.easy_setopt(handle, kOptionProtocols, kHttpAndHttps);
  curl.easy_setopt(handle, kOptionWriteFunction, &take);
  curl.easy_setopt(handle, kOptionWriteData, &body);
  if (!request.header.empty()) {
    curl.easy_setopt(handle, kOptionHttpHeader, curl.slist_append(nullptr, request.header.c_str()));
  }
  const int failed = curl.easy_perform(handle);
  if (body.too_large) {
    return kFailure + fmt::format("the answer is larger than {} bytes", request.most_bytes);
  }
  if (failed == kTimedOut) return kFailure + no_answer_in(request.timeout);
  if (failed != 0) return kFailure + std::string(curl.easy_strerror(failed));
  long status = 0;
  curl.easy_getinfo(handle, kInfoResponseCode, &status);
  if (status != kOk) return kFailure + fmt::format("the answer is HTTP status {}", status);
  return kBody + body.text;
}

[[noreturn]] void run_child(const HttpRequest& request, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent's handlers are not for this process.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  const std::string said = ask(request);
  std::string_view rest = said;
  while (!rest.empty()) {
    const ssize_t written = ::write(output, rest.data(), rest.size());
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::_exit(0);
}

// Everything until the end of the pipe; false: the deadline came first.
bool read_until(std::chrono::steady_clock::time_point deadline, int input, std::string& said) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                          deadline - std::chrono::steady_clock::now())
                          .count();
    if (left <= 0) return false;
    pollfd ready = {.fd = input, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t bytes = ::read(input, buffer.data(), buffer.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return true;
    said.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
}

}  // namespace

Result<std::string> http_get(const HttpRequest& request) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{"no pipe: too many open files"};
  const pid_t child = ::fork();
  if (child == 0) run_child(request, ends[1]);
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return Error{"no process can be started to ask"};
  }
  // The child's own time limit speaks first, and says more.
  constexpr double kGraceS = 0.25;
  const auto limit = std::chrono::duration<double>(request.timeout.value() + kGraceS);
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::duration_cast<std::chrono::steady_clock::duration>(limit);
  std::string said;
  const bool ended = read_until(deadline, ends[0], said);
  ::close(ends[0]);
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!ended) return Error{no_answer_in(request.timeout)};
  if (said.empty()) return Error{"libcurl ended unexpectedly"};
  if (said.front() == kFailure) return Error{said.substr(1)};
  return said.substr(1);
}

}  // namespace joulecast::carbon
