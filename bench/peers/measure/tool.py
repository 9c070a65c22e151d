#!/usr/bin/env python3
"""Ten epochs of a pretended training, measured by one tool through its own interface.

    python tool.py TOOL EPOCHS EPOCH_SECONDS > RESULT.json

TOOL is none, joulecast (marks only: `joulecast run` is around it), or a peer. Energies are of the
GPUs alone, in joules. The training itself only sleeps, so the process's CPU time is the tool's.
"""

import json
import os
import pathlib
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "examples" / "pytorch"))

KWH = 3.6e6


class Nothing:
    """The interface of all below: ready when constructed, then begin/end of each epoch, finish."""

    def begin(self, epoch):
        pass

    def end(self, epoch):
        """Joules of the epoch, or None where the tool does not tell them now."""

    def finish(self):
        """Total joules and those of each epoch; None where the tool does not tell them."""
        return None, None


class Joulecast(Nothing):
    def __init__(self, epochs):
        from joulecast_marks import mark

        self.mark = mark
        mark("plan", epochs=epochs)

    def begin(self, epoch):
        self.mark("epoch_begin", epoch)

    def end(self, epoch):
        self.mark("epoch_end", epoch)


class CodeCarbon(Nothing):
    def __init__(self, tasks):
        from codecarbon import OfflineEmissionsTracker

        self.tasks = tasks
        self.tracker = OfflineEmissionsTracker(country_iso_code="DEU", save_to_file=False,
                                               log_level="error")
        if tasks:  # The first task waits for the hardware to be found.
            self.tracker.start_task("first")
            self.tracker.stop_task("first")
        else:
            self.tracker.start()

    def begin(self, epoch):
        if self.tasks:
            self.tracker.start_task(str(epoch))

    def end(self, epoch):
        if self.tasks:
            return self.tracker.stop_task(str(epoch)).gpu_energy * KWH
        return None

    def finish(self):
        self.tracker.stop()
        if self.tasks:
            return None, None
        return self.tracker.final_emissions_data.gpu_energy * KWH, None


class Carbontracker(Nothing):
    def __init__(self, epochs, interval_s):
        from carbontracker import constants
        from carbontracker.tracker import CarbonTracker

        self.pue = constants.PUE_2023
        # One epoch more than there is, or it would take its figures away after the last.
        self.tracker = CarbonTracker(epochs=epochs + 1, components="gpu", verbose=0,
                                     update_interval=interval_s)

    def begin(self, epoch):
        self.tracker.epoch_start()

    def end(self, epoch):
        self.tracker.epoch_end()

    def finish(self):
        epochs = list(self.tracker.tracker.total_energy_per_epoch() / self.pue * KWH)
        self.tracker.stop()
        return sum(epochs), epochs


class Zeus(Nothing):
    def __init__(self):
        from zeus.monitor import ZeusMonitor

        self.monitor = ZeusMonitor()
        self.monitor.begin_window("all", sync_execution=False)

    def begin(self, epoch):
        self.monitor.begin_window(str(epoch), sync_execution=False)

    def end(self, epoch):
        return sum(self.monitor.end_window(str(epoch), sync_execution=False).gpu_energy.values())

    def finish(self):
        return sum(self.monitor.end_window("all", sync_execution=False).gpu_energy.values()), None


def make(tool, epochs):
    return {
        "none": Nothing,
        "joulecast": lambda: Joulecast(epochs),
        "codecarbon": lambda: CodeCarbon(tasks=False),
        "codecarbon-tasks": lambda: CodeCarbon(tasks=True),
        "carbontracker": lambda: Carbontracker(epochs, 1),
        "carbontracker-0.1": lambda: Carbontracker(epochs, 0.1),
        "zeus": Zeus,
    }[tool]()


def cpu_s():
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def peak_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1e3


def sleep_until(moment_s):
    time.sleep(max(0.0, moment_s - time.monotonic()))


def main():
    tool, epochs, epoch_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    result = {"started_s": time.monotonic(), "tool": tool}
    # Tools write to standard output as they like: it goes to standard error.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    before_mb, before_s = peak_mb(), time.monotonic()
    meter = make(tool, epochs)
    result["ready_s"] = time.monotonic() - before_s
    cpu_before_s, begin = cpu_s(), time.monotonic()
    edges, energies = [], []
    for epoch in range(1, epochs + 1):
        start = time.monotonic()
        meter.begin(epoch)
        sleep_until(begin + epoch * epoch_s)
        end = time.monotonic()
        energies.append(meter.end(epoch))
        edges.append((start, end))
    before_finish_s = time.monotonic()
    result["cpu_s_per_minute"] = (cpu_s() - cpu_before_s) / (before_finish_s - begin) * 60
    total_j, told = meter.finish()
    result["epochs_j"] = told or (energies if energies[0] is not None else None)
    result["total_j"] = total_j or (sum(result["epochs_j"]) if result["epochs_j"] else None)
    result["finish_s"] = time.monotonic() - before_finish_s
    result["edges_s"] = edges
    result["added_mb"] = peak_mb() - before_mb
    json.dump(result, answer)


if __name__ == "__main__":
    main()
