#!/usr/bin/env python3
"""What measuring costs. Called by overhead.sh; prints one table, each figure beside its limit."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "peers" / "measure")]

import fake  # noqa: E402
from watch import Watch  # noqa: E402

GPUS = 8
# Says when it began and ended, as finely as can be; waits so many milliseconds in between.
STAMP = r"""
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static void stamp(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
}
int main(int count, char** words) {
  stamp();
  if (count > 1) {
    const long ms = atol(words[1]);
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
  }
  stamp();
}
"""
BUSY = "import sys; sum(i * i for i in range(int(sys.argv[1])))"


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.environment = {**os.environ, **fake.environment(options.fake, GPUS, "hopper")}
        self.rows = []

    def say(self, what, figure, limit):
        self.rows.append((what, figure, limit))
        print(f"| {what} | {figure} | {limit} |", flush=True)

    def under_joulecast(self, *child):
        return [self.options.joulecast, "run", "--quiet", "--store", str(self.folder / "store"),
                "--", *child]

    def start(self, words):
        return subprocess.Popen(words, env=self.environment, cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def sampling(self):
        seconds = self.options.seconds
        process = self.start(self.under_joulecast("sleep", str(seconds)))
        watch = Watch(process.pid)
        _, err = process.communicate()
        if process.returncode != 0:
            sys.exit(f"joulecast run: {err}")
        begin = watch.rows[0][0]
        rate = watch.cpu_s_per_minute(begin + 2, begin + seconds)
        self.say(f"CPU time at 10 Hz on {GPUS} GPUs", f"{rate:.3f} s a minute", "≤ 0.05")
        self.say("all CPU time of that run, its start and end included",
                 f"{watch.rows[-1][1]:.3f} s in {seconds:.0f} s", "–")
        self.say("peak resident memory", f"{watch.peak_mb:.1f} MB", "≤ 10")

    def stamp(self, words):
        """Seconds until the child's first and after its last line of code."""
        before = time.monotonic()
        process = self.start(words)
        out, _ = process.communicate()
        after = time.monotonic()
        first, last = map(float, out.split())
        return first - before, after - last

    def delays(self):
        source, program = self.folder / "stamp.c", self.folder / "stamp"
        source.write_text(STAMP, encoding="ascii")
        subprocess.run(["cc", "-O1", "-o", str(program), str(source)], check=True)
        for wait_ms, kind in ((0, "that ends at once"), (400, "of 0.4 s")):
            words = [str(program), str(wait_ms)]
            bare, measured = [], []
            for _ in range(self.options.pairs):
                bare.append(self.stamp(words))
                measured.append(self.stamp(self.under_joulecast(*words)))
            for index, (name, limit) in enumerate((("start", "≤ 5 ms"),
                                                   ("end", "nothing waited for"))):
                added = [1e3 * (m[index] - b[index]) for b, m in zip(bare, measured)]
                self.say(f"added to the {name} of a command {kind} (median of {len(added)} pairs)",
                         f"{statistics.median(added):.1f} ms", limit)

    def wall(self):
        """A command that only computes, by itself and measured, in turn."""
        count = self.options.busy
        child = [sys.executable, "-c", BUSY, str(count)]
        ratios, bare = [], []
        for i in range(self.options.busy_pairs):
            times = {}
            for measured in ((False, True), (True, False))[i % 2]:
                begin = time.monotonic()
                self.start(self.under_joulecast(*child) if measured else child).communicate()
                times[measured] = time.monotonic() - begin
            ratios.append(times[True] / times[False])
            bare.append(times[False])
        spread = statistics.quantiles(ratios, n=4)
        noise = statistics.quantiles(bare, n=4)
        self.say(f"wall time of a busy command of {statistics.median(bare):.1f} s "
                 f"(median of {len(ratios)} pairs)",
                 f"{statistics.median(ratios) - 1:+.2%} (quartiles {spread[0] - 1:+.1%} to "
                 f"{spread[2] - 1:+.1%}; alone it varies by "
                 f"{(noise[2] - noise[0]) / statistics.median(bare):.1%})", "within noise")

    def long_run(self):
        hours, speed = self.options.hours, self.options.speed
        recording = self.folder / "long"
        write_recording(recording, hours * 3600)
        process = self.start([self.options.joulecast, "run", "--quiet", "--store",
                              str(self.folder / "store"), "--replay", str(recording),
                              "--speed", str(speed)])
        watch = Watch(process.pid, 0.25)
        _, err = process.communicate()
        if process.returncode != 0:
            sys.exit(f"joulecast run --replay: {err}")
        resident = [mb for _, _, mb in watch.rows]
        early = statistics.median(resident[len(resident) // 10: len(resident) // 5])
        late = statistics.median(resident[-len(resident) // 10:])
        self.say(f"resident memory of {hours:.0f} h on {GPUS} GPUs replayed at {speed:.0f} x: "
                 "early on, at the end, peak",
                 f"{early:.1f}, {late:.1f}, {watch.peak_mb:.1f} MB", "flat")


def write_recording(folder, seconds):
    """A training of many minutes-long epochs, with a row a second for each GPU."""
    folder.mkdir()
    devices = [{"id": f"gpu{i}", "kind": "gpu", "name": "Constructed", "origin": "integrated",
                "source": "constructed: 300 W, 200 W in the last fifth of each minute"}
               for i in range(GPUS)]
    epochs = int(seconds // 60)
    (folder / "run.json").write_text(json.dumps({
        "schema": "joulecast.recording/1", "name": "long", "title": "A long constructed training",
        "duration_s": seconds, "unit": "epochs", "planned_epochs": epochs, "devices": devices}),
        encoding="utf-8")
    with open(folder / "samples.csv", "w", encoding="ascii") as out:
        out.write("time_s," + ",".join(f"power_gpu{i}_w" for i in range(GPUS)) + "\n")
        for second in range(int(seconds) + 1):
            watts = "300" if second % 60 < 48 else "200"
            out.write(f"{second}" + f",{watts}" * GPUS + "\n")
    with open(folder / "epochs.csv", "w", encoding="ascii") as out:
        out.write("epoch,start_s,end_s\n")
        for epoch in range(epochs):
            out.write(f"{epoch + 1},{60 * epoch},{60 * epoch + 60}\n")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--joulecast", required=True)
    options.add_argument("--fake", required=True, type=pathlib.Path)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--pairs", type=int, default=50)
    options.add_argument("--busy", type=int, default=20_000_000, help="rounds of the busy command")
    options.add_argument("--busy-pairs", type=int, default=12)
    options.add_argument("--hours", type=float, default=24.0)
    options.add_argument("--speed", type=float, default=1000.0)
    options.add_argument("--parts", nargs="+", default=["sampling", "delays", "wall", "long_run"])
    options = options.parse_args()
    options.joulecast = str(pathlib.Path(options.joulecast).resolve())
    options.fake = options.fake.resolve()
    print("| what | measured | limit |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, pathlib.Path(folder))
        for part in options.parts:
            getattr(bench, part)()


if __name__ == "__main__":
    main()
