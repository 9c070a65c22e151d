// Starting the child so that it finds everything as joulecast found it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace joulecast::live {

/// How signals were when joulecast was started.
struct InheritedSignals {
  sigset_t mask;
  struct sigaction child;  ///< Of SIGCHLD: where it is ignored nobody learns how a child ended.
};

struct Spawn {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;
  /// What becomes the child's standard output and error; -1: ours.
  std::array<int, 2> output = {-1, -1};
  InheritedSignals signals;
};

struct Spawned {
  pid_t pid = -1;
  int error = 0;  ///< errno of what failed; 0: the program runs.
};

/// Forks and executes, and waits until the program runs or cannot.
Spawned spawn(const Spawn& what);

}  // namespace joulecast::live
