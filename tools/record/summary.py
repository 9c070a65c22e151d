#!/usr/bin/env python3
"""Energy of recordings: a table of totals, or of one recording's epochs, or a plot.

    summary.py data/recorded/*               one line per recording
    summary.py --epochs data/recorded/NAME   one line per epoch
    summary.py --plot DIR data/recorded/*    DIR/NAME.png of each (needs matplotlib)

Energy is the trapezoidal integral of CPU + RAM power, interpolated at the epochs' edges.
"""

import argparse
import bisect
import csv
import gzip
import json
import pathlib
import statistics
import sys


class Recording:
    """A recording's run.json, its power over time and its epochs."""

    def __init__(self, folder):
        self.run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        packed = folder / "samples.csv.gz"
        opener = gzip.open(packed, "rt") if packed.exists() else open(folder / "samples.csv", encoding="ascii")
        with opener as file:
            samples = list(csv.DictReader(file))
        columns = [f"power_{device['id']}_w" for device in self.run["devices"]]
        self.times = [float(sample["time_s"]) for sample in samples]
        self.watts = [sum(float(sample[column]) for column in columns) for sample in samples]
        with open(folder / "epochs.csv", encoding="utf-8") as file:
            self.epochs = list(csv.DictReader(file))
        self._joules = [0.0]
        for i in range(1, len(self.times)):
            mean_w = (self.watts[i] + self.watts[i - 1]) / 2
            self._joules.append(self._joules[-1] + mean_w * (self.times[i] - self.times[i - 1]))

    def energy_j(self, start_s, end_s):
        """Joules between two times."""
        return self._until(end_s) - self._until(start_s)

    def total_j(self):
        """Joules of the whole recording."""
        return self._joules[-1]

    def epoch_j(self, epoch):
        """Joules of one row of epochs.csv."""
        return self.energy_j(float(epoch["start_s"]), float(epoch["end_s"]))

    def phases(self):
        """The epochs of each phase, in order: {phase: [row, …]}."""
        found = {}
        for epoch in self.epochs:
            found.setdefault(epoch["phase"], []).append(epoch)
        return found

    def _until(self, time_s):
        """Joules from the recording's start to `time_s`, power interpolated there."""
        i = bisect.bisect_right(self.times, time_s) - 1
        if i < 0:
            return 0.0
        if i + 1 >= len(self.times):
            return self._joules[-1]
        part = (time_s - self.times[i]) / (self.times[i + 1] - self.times[i])
        here_w = self.watts[i] + part * (self.watts[i + 1] - self.watts[i])
        return self._joules[i] + (self.watts[i] + here_w) / 2 * (time_s - self.times[i])


def print_totals(recordings):
    """One Markdown line per recording; the spread is within a phase, its first epoch left out."""
    print("| recording | epochs | seconds | joules | mean W | phase: median J an epoch, first epoch, spread |")
    print("|---|---|---|---|---|---|")
    for recording in recordings:
        run, parts = recording.run, []
        for phase, epochs in recording.phases().items():
            joules = [recording.epoch_j(epoch) for epoch in epochs]
            later = joules[1:]
            median = statistics.median(later)
            spread = statistics.stdev(later) / statistics.mean(later)
            parts.append(f"{phase}: {median:.1f} J, {joules[0] / median - 1:+.1%}, CV {spread:.1%} "
                         f"({min(later):.1f}-{max(later):.1f})")
        count = f"{len(recording.epochs)} of {run['planned_epochs']}"
        mean_w = recording.total_j() / run["duration_s"]
        print(f"| `{run['name']}` | {count} | {run['duration_s']:.0f} | {recording.total_j():.0f} | {mean_w:.2f} "
              f"| {'; '.join(parts)} |")


def print_epochs(recording):
    """One line per epoch: seconds, joules, watts, joules of the evaluation pass."""
    print(f"{recording.run['name']}\nepoch  phase            s        J       W   evaluation J")
    for epoch in recording.epochs:
        seconds = float(epoch["end_s"]) - float(epoch["start_s"])
        joules = recording.epoch_j(epoch)
        evaluation = ""
        if epoch["evaluation_start_s"]:
            evaluation = f"{recording.energy_j(float(epoch['evaluation_start_s']), float(epoch['evaluation_end_s'])):.2f}"
        print(f"{epoch['epoch']:>5}  {epoch['phase']:<12} {seconds:7.3f} {joules:8.2f} {joules / seconds:7.3f}   {evaluation}")


def plot(recording, folder):
    """Draw power over time with the epochs' edges, and joules per epoch."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (power, energy) = pyplot.subplots(2, 1, figsize=(14, 8))
    power.plot(recording.times, recording.watts, linewidth=0.6)
    for epoch in recording.epochs:
        power.axvline(float(epoch["start_s"]), color="grey", linewidth=0.4)
        if epoch["evaluation_start_s"]:
            power.axvspan(float(epoch["evaluation_start_s"]), float(epoch["evaluation_end_s"]), alpha=0.25, color="orange")
    power.axvline(float(recording.epochs[-1]["end_s"]), color="grey", linewidth=0.4)
    power.set(xlabel="time (s)", ylabel="CPU + RAM power (W), modelled", title=recording.run["title"], ylim=(0, None))
    for phase, epochs in recording.phases().items():
        energy.plot([int(epoch["epoch"]) for epoch in epochs], [recording.epoch_j(epoch) for epoch in epochs], "o-", label=phase)
    energy.set(xlabel="epoch", ylabel="energy (J)", ylim=(0, None))
    energy.legend()
    figure.tight_layout()
    figure.savefig(folder / f"{recording.run['name']}.png", dpi=70)
    pyplot.close(figure)


def main():
    """Print or plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", action="store_true", help="a table of each recording's epochs")
    parser.add_argument("--plot", metavar="DIR", type=pathlib.Path, help="write DIR/NAME.png")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    recordings = [Recording(folder) for folder in options.folders if (folder / "run.json").exists()]
    if options.plot:
        options.plot.mkdir(parents=True, exist_ok=True)
        for recording in recordings:
            plot(recording, options.plot)
    elif options.epochs:
        for recording in recordings:
            print_epochs(recording)
    else:
        print_totals(recordings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
