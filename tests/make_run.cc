// joulecast_make_run STORE [KEY=VALUE...]: writes a run into a store as `joulecast run` does, for
// tests of the commands that read it. Prints its folder. Keys: host, pid, boot, start, title, tag,
// epochs, epoch_s, exit, die (seconds of the run after which it kills itself), wait (stay alive
// until standard input ends).
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "store/test_runs.h"

int main(int argc, char** argv) {
  using namespace joulecast::store;
  if (argc < 2) return 2;
  std::map<std::string, std::string> keys;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return 2;
    keys[word.substr(0, equals)] = word.substr(equals + 1);
  }
  TestRun run;
  if (keys.contains("host")) run.host = keys["host"];
  if (keys.contains("pid")) run.pid = std::stoi(keys["pid"]);
  if (keys.contains("boot")) run.boot_id = keys["boot"];
  if (keys.contains("start")) run.start_unix_s = std::stod(keys["start"]);
  if (keys.contains("title")) run.title = keys["title"];
  if (keys.contains("tag")) run.tags = {keys["tag"]};
  if (keys.contains("epochs")) run.epochs = std::stoi(keys["epochs"]);
  if (keys.contains("epoch_s")) run.epoch_s = std::stod(keys["epoch_s"]);
  run.command = {"python", "train.py", "--token", "hunter2SECRET"};
  if (!keys.contains("die") && !keys.contains("wait") && !keys.contains("exit")) {
    const auto folder = write_run(argv[1], run);
    std::puts(folder.c_str());
    return folder.empty() ? 1 : 0;
  }
  auto writer = RunWriter::create(argv[1], start_of(run));
  if (!writer) {
    std::fprintf(stderr, "%s\n", writer.error().message.c_str());
    return 1;
  }
  std::puts((*writer)->folder().c_str());
  feed(**writer, run, keys.contains("die") ? std::stod(keys["die"]) : run.epochs * run.epoch_s);
  std::fflush(stdout);
  if (keys.contains("die")) std::raise(SIGKILL);
  if (keys.contains("wait")) {
    std::string line;
    while (std::getline(std::cin, line)) {
    }
  }
  RunEnd end = test_end(run);
  if (keys.contains("exit")) end.exit_code = std::stoi(keys["exit"]);
  return (*writer)->finish(end).ok() ? 0 : 1;
}
