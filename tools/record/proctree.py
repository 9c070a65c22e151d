"""What a process and its descendants use: CPU seconds and resident memory, read from Linux's /proc."""

import os
import resource
import time

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_MB = 1e6


def descendants(root):
    """Return the live process ids of the tree under `root`, `root` first."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(_children(pid))
    return found


def cpu_seconds(pid):
    """CPU time in seconds (user + system, all threads) of one live process; 0 if it is gone.

    This is utime + stime of /proc/<pid>/stat, taken from the process's CPU clock, which counts
    nanoseconds where /proc counts ticks of 10 ms: at 10 Hz a tick would be a tenth of the reading.
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the kernel's number for "the CPU clock of pid"
    except OSError:
        return 0.0


def reaped_cpu_seconds(pid):
    """CPU time in seconds of the children that `pid` has waited for; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / _TICKS_PER_S  # cutime, cstime


def resident_mb(pid):
    """VmRSS of one process in MB (10^6 bytes); 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024 / _MB
    except OSError:
        pass
    return 0.0


def tree_usage(root):
    """Return (CPU seconds so far, resident MB now) of the tree under our child `root`.

    Once `root` has been waited for, its whole CPU time is in our own account of reaped children,
    so that the sum goes on without a gap.
    """
    pids = descendants(root)
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = ours.ru_utime + ours.ru_stime
    cpu_s += sum(cpu_seconds(pid) + reaped_cpu_seconds(pid) for pid in pids)
    return cpu_s, sum(resident_mb(pid) for pid in pids)


def _children(pid):
    """Process ids started by any thread of `pid`."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                found.extend(int(child) for child in children.read().split())
    except OSError:
        pass
    return found
