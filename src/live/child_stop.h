// Stopping with the child (Ctrl-Z), and going on with it.
#pragma once

#include <sys/types.h>

namespace joulecast::live {

/// The state letter of /proc/PID/stat ('T': stopped); '?' where it cannot be read.
char process_state(pid_t pid);

/// Stops this process by `signal`, as the child has been stopped, so that the shell sees it; comes
/// back when it has been continued. Then the child goes on too, whoever continued which of the two:
/// while we lie still a helper process watches the child and wakes us when it runs or ends without
/// us. `signal` must be blocked in every thread.
void stop_with(pid_t child, int signal);

/// For a SIGCONT that was sent to us while the child may be stopped: one that was sent to the whole
/// group has reached it already and is given a moment to do so.
void continue_if_stopped(pid_t child);

}  // namespace joulecast::live
