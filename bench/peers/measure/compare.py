#!/usr/bin/env python3
"""One table: joulecast beside other meters under the same pretended GPUs. Called by run.sh.

    python3 compare.py --joulecast COMMAND --fake FOLDER --python PEERS_PYTHON [--repeat 3] ...
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import fake  # noqa: E402
from watch import Watch  # noqa: E402

EPOCHS, EPOCH_S = 10, 2.35
TOOLS = {
    "joulecast": "joulecast run, 10 Hz (default)",
    "codecarbon": "CodeCarbon, 15 s (default)",
    "codecarbon-tasks": "CodeCarbon, tasks",
    "carbontracker": "Carbontracker, 1 s (default)",
    "carbontracker-0.1": "Carbontracker, 0.1 s",
    "zeus": "Zeus, windows",
}


def no_network():
    """Words before a command that take the network away; none where this user may not."""
    words = ["unshare", "-rn"]
    allowed = shutil.which(words[0]) and subprocess.run(
        [*words, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return words if allowed else []


class Comparison:
    def __init__(self, options, gpus, folder):
        self.options, self.folder = options, folder
        self.environment = {**os.environ,
                            **fake.environment(options.fake, gpus, options.architecture)}
        # CodeCarbon believes in NVIDIA GPUs only where this program is.
        smi = folder / "nvidia-smi"
        smi.write_text("#!/bin/sh\n", encoding="ascii")
        smi.chmod(0o755)
        self.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self.truth = fake.Truth(options.fake, gpus, options.architecture)
        self.isolated = no_network()

    def tool(self, name):
        words = [*self.isolated, self.options.python, str(HERE / "tool.py"), name, str(EPOCHS),
                 str(EPOCH_S)]
        done = subprocess.run(words, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, cwd=self.folder, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stderr.strip().splitlines()[-1:]}")
        return json.loads(done.stdout)

    def joulecast(self):
        store = tempfile.mkdtemp(dir=self.folder)
        words = [self.options.joulecast, "run", "--quiet", "--store", store, "--",
                 self.options.python, str(HERE / "tool.py"), "joulecast", str(EPOCHS), str(EPOCH_S)]
        begin = time.monotonic()
        process = subprocess.Popen(words, env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder)
        watch = Watch(process.pid)
        out, err = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"joulecast run: {err.strip().splitlines()[-1:]}")
        result = json.loads(out)
        result["ready_s"] = result["started_s"] - begin - self.bare_start_s()
        result["added_mb"] = watch.peak_mb
        result["cpu_s_per_minute"] = watch.cpu_s_per_minute(result["edges_s"][0][0],
                                                      result["edges_s"][-1][1])
        shown = subprocess.run([self.options.joulecast, "show", "last", "--store", store, "--json"],
                               env=self.environment, stdout=subprocess.PIPE, text=True, check=True)
        result["epochs_j"] = gpu_epochs(json.loads(shown.stdout))
        result["total_j"] = sum(result["epochs_j"])
        return result

    def bare_start_s(self):
        """From starting the training by itself to its first line."""
        delays = []
        for _ in range(5):
            begin = time.monotonic()
            done = subprocess.run([self.options.python, str(HERE / "tool.py"), "none", "1", "0"],
                                  env=self.environment, stdout=subprocess.PIPE, check=True)
            delays.append(json.loads(done.stdout)["started_s"] - begin)
        return statistics.median(delays)

    def measure(self, name):
        result = self.joulecast() if name == "joulecast" else self.tool(name)
        edges = result["edges_s"]
        truth_j = [self.truth.joules(*edge) for edge in edges]
        result["total_error"] = (
            result["total_j"] / self.truth.joules(edges[0][0], edges[-1][1]) - 1)
        result["epoch_errors"] = [abs(told / true - 1) for told, true in
                                  zip(result["epochs_j"] or [], truth_j)]
        return result


def gpu_epochs(shown):
    """Joules of the GPUs in each epoch, of `joulecast show --json`."""
    gpus = [i for i, device in enumerate(shown["devices"]) if device["kind"] == "gpu"]
    return [sum(epoch["devices"][i]["energy_j"] for i in gpus) for epoch in shown["epochs"]]


def median(results, what):
    return statistics.median(result[what] for result in results)


def row(name, results):
    errors = [error for result in results for error in result["epoch_errors"]]
    epochs = f"{statistics.median(errors):.2%} / {max(errors):.1%}" if errors else "–"
    totals = [result["total_error"] for result in results]
    worst = max(totals, key=abs)
    return (f"| {TOOLS[name]} | {median(results, 'ready_s'):.3f} | "
            f"{median(results, 'added_mb'):.0f} | {median(results, 'cpu_s_per_minute'):.3f} | "
            f"{statistics.median(totals):+.2%} ({worst:+.1%}) | {epochs} |")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--joulecast", required=True)
    options.add_argument("--fake", required=True, type=pathlib.Path)
    options.add_argument("--python", required=True, help="one that has the peers")
    options.add_argument("--gpus", type=int, default=1)
    options.add_argument("--architecture", default="ga100")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--tools", nargs="+", default=list(TOOLS), choices=list(TOOLS))
    options.add_argument("--json", help="writes every figure there")
    options = options.parse_args()
    options.fake = options.fake.resolve()
    options.joulecast = str(pathlib.Path(options.joulecast).resolve())
    options.python = str(pathlib.Path(options.python).absolute())  # A virtual one must stay a link.
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(options, options.gpus, pathlib.Path(folder))
        for _ in range(options.repeat):
            for name in options.tools:
                try:
                    result = comparison.measure(name)
                    results.setdefault(name, []).append(result)
                except (RuntimeError, OSError, ValueError, KeyError) as error:
                    print(f"{name}: {error!r}", file=sys.stderr, flush=True)
    print(f"\n{options.gpus} GPU(s), {options.architecture}, {EPOCHS} epochs of {EPOCH_S} s, "
          f"{options.repeat} runs each\n")
    print("| tool | ready s | +MB | CPU s a minute | total error, median (worst) "
          "| epoch error, median / worst |\n|---|---|---|---|---|---|")
    for name, of_tool in results.items():
        print(row(name, of_tool), flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
