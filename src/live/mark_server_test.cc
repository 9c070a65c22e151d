#include "joulecast/live/mark_server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "live/descriptor.h"
#include "live/mark_address.h"
#include "live/mark_folder.h"

namespace joulecast::live {
namespace {

namespace fs = std::filesystem;

class MarkServerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/joulecast-marks-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    runtime_ = name;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    ::setenv("XDG_RUNTIME_DIR", name.c_str(), 1);
  }
  void TearDown() override {
    server_.reset();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
    ::unsetenv("XDG_RUNTIME_DIR");
    fs::remove_all(runtime_);
  }

  void start() {
    auto created = MarkServer::create();
    ASSERT_TRUE(created.ok()) << created.error().message;
    server_ = std::move(*created);
  }

  Descriptor connect() const {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress address(server_->path());
    EXPECT_EQ(::connect(socket.get(), address.get(), SocketAddress::size()), 0);
    return socket;
  }

  static void send(const Descriptor& socket, std::string_view text) {
    ASSERT_EQ(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  static std::string received(const Descriptor& socket) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  // Serves what there is; the lines of the marks that arrived are in marks_.
  void serve() {
    server_->serve([this](const Mark& mark) -> Status {
      if (mark.number == 13) return Error{"13 is refused"};
      marks_.push_back(mark_line(mark));
      return {};
    });
  }

  fs::path runtime_;
  std::unique_ptr<MarkServer> server_;
  std::vector<std::string> marks_;
};

TEST_F(MarkServerTest, AnswersEachLine) {
  start();
  const Descriptor socket = connect();
  send(socket, "epoch_end 1 loss=0.5\r\nepoch_end x\nepoch_end 13\nepo");
  serve();
  EXPECT_EQ(
      received(socket),
      "ok\nerror: 'epoch_end': 'x' is not a whole number of at least 0\nerror: 13 is refused\n");
  send(socket, "ch_end 2\n");
  serve();
  EXPECT_EQ(received(socket), "ok\n");
  EXPECT_EQ(marks_, (std::vector<std::string>{"epoch_end 1 loss=0.5", "epoch_end 2"}));
  EXPECT_EQ(server_->bad_lines(), 2U);
  EXPECT_EQ(server_->last_complaint(), "13 is refused");
}

TEST_F(MarkServerTest, IsPrivate) {
  start();
  struct stat state {};
  ASSERT_EQ(::lstat((runtime_ / "joulecast").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0700U);
  ASSERT_EQ(::lstat(server_->path().c_str(), &state), 0);
  EXPECT_TRUE(S_ISSOCK(state.st_mode));
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
}

TEST_F(MarkServerTest, AFolderThatOthersCanEnterOrALinkIsNotUsed) {
  fs::create_directory(runtime_ / "joulecast");
  fs::permissions(runtime_ / "joulecast", fs::perms(0777));
  start();
  EXPECT_TRUE(server_->path().starts_with("/tmp/joulecast-" + std::to_string(::geteuid()) + "/"));
  fs::remove(runtime_ / "joulecast");
  fs::create_directory(runtime_ / "elsewhere");
  fs::permissions(runtime_ / "elsewhere", fs::perms(0700));
  fs::create_directory_symlink(runtime_ / "elsewhere", runtime_ / "joulecast");
  server_.reset();
  start();
  EXPECT_TRUE(fs::is_empty(runtime_ / "elsewhere"));
}

TEST_F(MarkServerTest, APathTooLongForASocketIsNotUsed) {
  const std::string deep = runtime_ / std::string(100, 'd');
  fs::create_directory(deep);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread here
  ::setenv("XDG_RUNTIME_DIR", deep.c_str(), 1);
  start();
  EXPECT_LE(server_->path().size(), kLongestSocketPath);
  EXPECT_TRUE(send_mark(std::string(200, 'x'), "epoch").error().message.find("longer") !=
              std::string::npos);
}

TEST_F(MarkServerTest, CleansUpAfterItselfAndAfterTheKilled) {
  const fs::path folder = runtime_ / "joulecast";
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms(0700));
  const fs::path stale = folder / "1-00000000.sock";
  {
    const Descriptor killed(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress address(stale.string());
    ASSERT_EQ(::bind(killed.get(), address.get(), SocketAddress::size()), 0);
  }
  start();
  EXPECT_FALSE(fs::exists(stale));
  auto second = MarkServer::create();
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(fs::exists(server_->path())) << "a living socket stays";
  server_.reset();
  second->reset();
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(MarkServerTest, LongAndUnfinishedLinesAreRefused) {
  start();
  Descriptor socket = connect();
  std::thread sender([&] {
    const std::string text = "note " + std::string(300'000, 'x') + "\nepoch_end 1\nepoch_end 12";
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t sent = ::send(socket.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      at += static_cast<std::size_t>(sent);
    }
    ::shutdown(socket.get(), SHUT_WR);
  });
  while (server_->bad_lines() < 2) {
    pollfd ready = {server_->fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 60'000), 1);
    serve();
  }
  sender.join();
  EXPECT_EQ(received(socket),
            "error: the line is longer than 64 kB\nok\nerror: the line lacks its newline\n");
  EXPECT_EQ(marks_, std::vector<std::string>{"epoch_end 1"});
}

TEST_F(MarkServerTest, ASenderThatReadsNoAnswersHoldsNobodyUp) {
  start();
  const Descriptor deaf = connect();
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "step 1\n";
  for (int round = 0; round < 200; ++round) {
    send(deaf, lines);
    serve();
  }
  const Descriptor other = connect();
  send(other, "epoch\n");
  serve();
  EXPECT_EQ(received(other), "ok\n");
  EXPECT_EQ(marks_.size(), 400'001U);
}

TEST_F(MarkServerTest, TurnsAwayWhatIsTooMuch) {
  start();
  std::vector<Descriptor> senders;
  for (int i = 0; i < 256; ++i) {
    senders.push_back(connect());
    if (i % 100 == 0) serve();
  }
  serve();
  const Descriptor one_more = connect();
  serve();
  EXPECT_EQ(received(one_more), "error: there are 256 senders already; close some\n");
  senders.pop_back();
  serve();
  const Descriptor in_its_place = connect();
  send(in_its_place, "epoch\n");
  serve();
  EXPECT_EQ(received(in_its_place), "ok\n");
}

TEST_F(MarkServerTest, SendMarkWaitsForTheAnswer) {
  start();
  std::atomic<bool> done = false;
  std::thread server([&] {
    while (!done) {
      pollfd ready = {server_->fd(), POLLIN, 0};
      ::poll(&ready, 1, 10);
      serve();
    }
  });
  const Status good = send_mark(server_->path(), "epoch_end 3 loss=0.2");
  EXPECT_TRUE(good.ok()) << (good ? "" : good.error().message);
  EXPECT_EQ(send_mark(server_->path(), "epoch_end 13").error().message, "13 is refused");
  done = true;
  server.join();
  EXPECT_FALSE(send_mark(server_->path(), "epoch\nepoch").ok());
  const std::string path = server_->path();
  server_.reset();
  EXPECT_NE(send_mark(path, "epoch").error().message.find("no joulecast listens there"),
            std::string::npos);
}

}  // namespace
}  // namespace joulecast::live
