// The memory of a process and all its descendants.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "joulecast/base/units.h"

namespace joulecast::measure {

/// Follows a process tree through /proc. Not synchronised.
class ProcessTree {
 public:
  /// `root` is the prefix to /proc, as SourceOptions::root.
  ProcessTree(const std::string& root, int root_pid);
  ~ProcessTree();
  ProcessTree(const ProcessTree&) = delete;
  ProcessTree& operator=(const ProcessTree&) = delete;

  /// Whether there is a /proc to read.
  bool readable() const { return proc_fd_ >= 0; }

  struct Usage {
    std::size_t processes = 0;  ///< 0: the first process is gone and left no descendant.
    Bytes resident;             ///< Pages that processes share count once for each of them.
  };
  /// Walks the tree as it is now. Does not allocate; of more than 4 096 processes the rest is left
  /// out. Processes that outlive the first one and were given to init are no longer of the tree.
  Usage measure();
  /// The processes of the last measure(), the first one first.
  std::span<const int> processes() const { return pids_; }

 private:
  void find_descendants();
  void add_children_of(int pid);
  void add_listed_children(int pid, int thread);
  void scan_all_processes();
  void add(int pid);

  struct Child {
    int parent, pid;
  };

  int proc_fd_ = -1;
  bool lists_children_ = false;  ///< The kernel has /proc/PID/task/TID/children.
  int root_pid_;
  double page_bytes_;
  std::vector<int> pids_;
  std::vector<Child> all_;
};

}  // namespace joulecast::measure
