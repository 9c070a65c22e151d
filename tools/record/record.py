#!/usr/bin/env python3
"""Record a training: run it, sample its CPU and memory use, keep its epoch marks.

    record.py --out DIR --name NAME -- python train.py

writes DIR/NAME/run.json, samples.csv and epochs.csv (data/recorded/README.md has the format).
Power is modelled from utilisation, not measured, and run.json says so. This process only samples;
the training is its child. The child reports by appending JSON lines to the file that the environment
variable RECORD_MARKS names (see trainings/marks.py). Needs Linux and nothing but Python.
"""

import argparse
import csv
import datetime
import gzip
import io
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import proctree

SCHEMA = "joulecast.recording/1"
RAM_W_PER_MB = 3.75e-4  # del Rey et al., arXiv 2307.05520
GZIP_ABOVE_BYTES = 300_000
EPOCH_COLUMNS = ["epoch", "start_s", "end_s", "phase", "samples", "evaluation_start_s",
                 "evaluation_end_s", "loss", "val_loss", "accuracy"]
TIME_COLUMNS = {"start_s", "end_s", "evaluation_start_s", "evaluation_end_s"}


class CpuModel:
    """The linear power model of Fan, Weber & Barroso (2007): idle + (busy - idle) * utilisation."""

    def __init__(self, socket_w, socket_cores, idle_fraction, cores):
        """`socket_w` watts shared evenly by `socket_cores`; we have `cores` of them."""
        self.socket_w = socket_w
        self.socket_cores = socket_cores
        self.idle_fraction = idle_fraction
        self.cores = cores
        self.busy_w = socket_w / socket_cores * cores
        self.idle_w = self.busy_w * idle_fraction

    def watts(self, utilisation):
        """Power in watts of our cores at `utilisation`, 0 (idle) to 1 (every core busy)."""
        return self.idle_w + (self.busy_w - self.idle_w) * min(max(utilisation, 0.0), 1.0)

    def source(self):
        """The formula and its constants in one line."""
        return (f"P = {self.idle_w:.3f} W + ({self.busy_w:.3f} - {self.idle_w:.3f}) W * u (Fan, Weber & Barroso 2007); "
                f"u = CPU time of the training's process tree / (interval * {self.cores} cores); assumed: "
                f"{self.socket_w:g} W TDP per socket of {self.socket_cores} cores shared evenly, "
                f"idle {self.idle_fraction:g} of busy")


def sample(child, model, rate_hz, lead_s):
    """Sample `child` (a function that starts it) until it ends; return (t0, exit code, rows).

    A row is (time_s, cpu_w, ram_w): averages over one interval, stamped with the interval's middle.
    `lead_s` seconds are recorded before the child starts and after it ends. t0 is on CLOCK_MONOTONIC.
    """
    period = 1.0 / rate_hz
    began = time.monotonic()
    t0 = began + period / 2
    process, ended_at = None, None
    rows, before, cpu_before, mb_before, tick = [], began, 0.0, 0.0, 0
    while ended_at is None or before < ended_at + lead_s:
        if process is None and before >= began + lead_s:
            process = child()
        tick = max(tick + 1, int((time.monotonic() - began) * rate_hz) + 1)
        time.sleep(max(0.0, began + tick * period - time.monotonic()))
        if process is not None and ended_at is None and process.poll() is not None:
            ended_at = time.monotonic()
        cpu_s, mb = proctree.tree_usage(process.pid) if process is not None else (0.0, 0.0)
        now = time.monotonic()
        utilisation = (cpu_s - cpu_before) / ((now - before) * model.cores)
        rows.append(((now + before) / 2 - t0, model.watts(utilisation), (mb + mb_before) / 2 * RAM_W_PER_MB))
        before, cpu_before, mb_before = now, cpu_s, mb
    return t0, process.returncode, rows


def read_marks(path):
    """Return (what the training says about itself, its epochs) from the JSON lines in `path`."""
    about, epochs = {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark = json.loads(line)
        kind = mark.pop("mark")
        if kind == "about":
            about.update(mark)
        elif kind == "epoch":
            epochs.append(mark)
    return about, epochs


def epoch_row(mark, t0):
    """One row of epochs.csv; times move from CLOCK_MONOTONIC to seconds since `t0`."""
    row = []
    for column in EPOCH_COLUMNS:
        value = mark.get(column)
        if value is None:
            row.append("")
        elif column in TIME_COLUMNS:
            row.append(f"{value - t0:.3f}")
        else:
            row.append(f"{value:.6g}" if isinstance(value, float) else value)
    return row


def csv_text(header, rows):
    """A CSV table as text, one "\\n" after each line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_samples(folder, rows):
    """Write samples.csv, or samples.csv.gz if it would be large."""
    text = csv_text(["time_s", "power_cpu_w", "power_ram_w"], [[f"{value:.3f}" for value in row] for row in rows])
    data = text.encode("ascii")
    if len(data) > GZIP_ABOVE_BYTES:
        (folder / "samples.csv.gz").write_bytes(gzip.compress(data, mtime=0))
    else:
        (folder / "samples.csv").write_bytes(data)


def cpu_name():
    """The processor's name as the kernel gives it."""
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def made_by(arguments):
    """The command that made the recording, without anybody's absolute paths."""
    shown = [os.path.basename(word) if os.path.isabs(word) else word for word in arguments]
    return " ".join(["tools/record/record.py", *shown])


def description(options, model, about, started, duration_s):
    """The contents of run.json."""
    training = {key: value for key, value in about.items() if key not in ("title", "planned_epochs")}
    name = cpu_name()
    return {
        "schema": SCHEMA,
        "name": options.name,
        "title": about.get("title", options.name),
        "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration_s": round(duration_s, 3),
        "unit": "epochs",
        "planned_epochs": about.get("planned_epochs"),
        "devices": [
            {"id": "cpu", "kind": "cpu", "name": f"{name}, {model.cores} cores", "origin": "modelled",
             "source": model.source()},
            {"id": "ram", "kind": "ram", "name": "resident memory", "origin": "modelled",
             "source": f"{RAM_W_PER_MB:.2e} W per MB resident (del Rey et al.), VmRSS summed over the process tree"},
        ],
        "training": training,
        "host": {"cpu": name, "cores": model.cores, "kernel": "Linux " + platform.release().partition("-")[0]},
        "made_by": made_by(sys.argv[1:]),
    }


def parse():
    """The command line's options."""
    parser = argparse.ArgumentParser(description="record a training's modelled power and its epochs")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder that gets the recording's folder")
    parser.add_argument("--name", required=True, help="the recording's name")
    parser.add_argument("--rate", type=float, default=10.0, help="samples per second (10)")
    parser.add_argument("--lead", type=float, default=1.0, help="seconds recorded before and after the command (1)")
    parser.add_argument("--socket-watts", type=float, default=350.0, help="assumed TDP of one socket in W (350)")
    parser.add_argument("--socket-cores", type=int, default=56, help="assumed cores of one socket (56)")
    parser.add_argument("--idle-fraction", type=float, default=0.3, help="idle power as a share of busy power (0.3)")
    parser.add_argument("command", nargs="+", help="the training, after --")
    return parser.parse_args()


def main():
    """Record, and pass on the training's exit code; a failed training leaves no recording."""
    options = parse()
    model = CpuModel(options.socket_watts, options.socket_cores, options.idle_fraction,
                     len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as scratch:
        marks = pathlib.Path(scratch) / "marks.jsonl"
        marks.touch()
        environment = dict(os.environ, RECORD_MARKS=str(marks))
        started = datetime.datetime.now(datetime.timezone.utc)
        t0, code, rows = sample(lambda: subprocess.Popen(options.command, env=environment), model,
                                options.rate, options.lead)
        about, epochs = read_marks(marks)
    if code != 0 or not epochs:
        print(f"record.py: the command ended with {code} after {len(epochs)} epochs; nothing written", file=sys.stderr)
        return code or 1
    folder = options.out / options.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("samples.csv*"):
        old.unlink()
    write_samples(folder, rows)
    (folder / "epochs.csv").write_text(csv_text(EPOCH_COLUMNS, [epoch_row(mark, t0) for mark in epochs]))
    run = description(options, model, about, started, rows[-1][0])
    (folder / "run.json").write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
