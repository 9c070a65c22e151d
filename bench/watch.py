"""Looks at a running process from outside: its CPU time and memory, without its children."""

import threading
import time


def status_mb(pid, key):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(key + ":"):
                return int(line.split()[1]) / 1e3
    raise OSError(f"{key}: the process has ended")


class Watch(threading.Thread):
    """From its construction until the process ends."""

    def __init__(self, pid, interval_s=0.1):
        super().__init__(daemon=True)
        self.pid, self.interval_s = pid, interval_s
        self.peak_mb = 0.0
        self.rows = []  # (CLOCK_MONOTONIC, CPU seconds, resident MB)
        self.start()

    def run(self):
        clock = (~self.pid << 3) | 2  # The process's CPU-time clock: clock_getcpuclockid(3).
        try:
            while True:
                self.rows.append((time.monotonic(), time.clock_gettime(clock),
                                  status_mb(self.pid, "VmRSS")))
                self.peak_mb = status_mb(self.pid, "VmHWM")
                time.sleep(self.interval_s)
        except OSError:
            pass  # It has ended.

    def cpu_s_per_minute(self, start_s=float("-inf"), end_s=float("inf")):
        inside = [(t, cpu) for t, cpu, _ in self.rows if start_s <= t <= end_s]
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0]) * 60
