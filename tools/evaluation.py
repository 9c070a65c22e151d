#!/usr/bin/env python3
"""Makes docs/evaluation.md: every method on other people's recordings.

    tools/evaluation.py --data ../shared/data --joulecast build/release/joulecast > docs/evaluation.md

--data: the folder of data sets (its README.md says where they are from); a data set that is not
there is left out, and the page says so. --work: a folder for what is prepared (facts, marks,
split tables), kept; left out, it is temporary. --only NAME: one data set.
"""

import argparse
import csv
import gzip
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

INTRODUCTION = """\
# Evaluation: every method on the same recordings

Made by `tools/evaluation.py --data DATA --joulecast build/release/joulecast > docs/evaluation.md` (DATA: the folder of recordings; none of
them is in this repository). The commands below are the ones that it ran, on what it prepared in WORK (`--work` keeps it): facts, marks, split
tables. Each prints its table by itself. Figures are the same on every machine.

How to read the tables:
- *spent before*: the median share of a run's joules that was spent when the method could answer first. `none`: before the start; `all`: at the end.
- *RMSE, MAPE, median, p90, R2*: of the answer against the measured total (tables: against the measured energy of one epoch).
- *within*: the share of the truths inside the method's own interval, which is meant to hold 90 %.
- *x best tool*: RMSE of the best existing tool over that of the method, on the same runs, with a 90 % bootstrap interval; above 1 the method is
  better. Tools count that answer no later than the method, and those that answer at the end, which are told most. *x GA, ML CO2*: the same
  against the best of the four forms of Green Algorithms and ML CO2 Impact, the tools of the paper.
- No method is told the true duration or number of epochs unless the list below its table says so. The published STEP and PRE are the paper's
  (del Rey et al., arXiv 2307.05520); `joulecast compare --explain METHOD` prints formula, constants, source and limits of each.
- Only the parts of a machine that the meter saw are compared, and every PUE stands apart: both favour the tools that go by rated power.
"""


class Evaluation:
    def __init__(self, arguments, work):
        self.data = arguments.data.resolve()
        self.command = arguments.joulecast.resolve()
        self.only = arguments.only
        self.work = work
        self.page = INTRODUCTION
        self.claims = []

    def path(self, name):
        return self.data / name

    def wanted(self, name, needed):
        """Whether a data set is asked for and there; the page names those that are not there."""
        if self.only and self.only != name:
            return False
        if self.path(needed).exists():
            return True
        self.page += f"\n## {name}\n\nNot at hand: {needed}.\n"
        return False

    def shown(self, arguments):
        """The command as the page has it, without this machine's paths."""
        words = ["joulecast", "compare", *map(str, arguments)]
        runs = [word for word in words if word.startswith(str(self.data)) and word.endswith(".gz")]
        split = [word for word in words if word.startswith(str(self.work)) and "/runs/" in word]
        text = " ".join(shlex.quote(word) for word in words if word not in runs[1:] + split[1:])
        text = text.replace(str(self.data), "DATA").replace(str(self.work), "WORK")
        return text + (f"   # and {len(runs + split) - 1} more" if len(runs + split) > 1 else "")

    def section(self, name, title, about, arguments, reading):
        done = subprocess.run([self.command, "compare", *map(str, arguments), "--markdown"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{title}: {done.stderr.strip()}")
        document = json.loads(subprocess.run([self.command, "compare", *map(str, arguments), "--json"],
                                             capture_output=True, text=True, check=True).stdout)
        for method in document["methods"]:
            if method["best_existing"]:
                self.claims.append((name, method))
        text = done.stdout.replace(str(self.data), "DATA").replace(str(self.work), "WORK")
        self.page += f"\n## {title}\n\n{about}\n\n```sh\n{self.shown(arguments)}\n```\n\n{text}\n{reading}\n"
        print(title, file=sys.stderr)

    def facts(self, name, rows):
        """A table for --facts."""
        folder = self.work / name
        folder.mkdir(parents=True, exist_ok=True)
        columns = sorted({column for row in rows for column in row} - {"run"})
        with (folder / "facts.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, ["run", *columns], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return folder / "facts.csv"


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# --- deepgreen -----------------------------------------------------------------------------------

def deepgreen(evaluation):
    if not evaluation.wanted("deepgreen", "deepgreen/epochs.csv"):
        return
    trainings = {}
    for row in read(evaluation.path("deepgreen/epochs.csv")):
        trainings.setdefault("-".join((row["framework"], row["model"], row["dataset"])).replace("/", "_"), []).append(row)
    folder = evaluation.work / "deepgreen" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    paths, rows = [], []
    for name, lines in sorted(trainings.items()):
        lines.sort(key=lambda row: (int(row["epoch"]), row["phase"] != "train"))
        text = "epoch,duration_s,energy_j,phase\n"
        text += "".join(f"{row['epoch']},{row['duration_s']},{row['gpu_energy_j']},{row['phase']}\n" for row in lines)
        path = folder / f"{name}.csv"
        path.write_text(text)
        paths.append(path)
        rows.append({"run": f"runs/{name}.csv", "gpu": "L40S", "meter": "gpu", "epochs": 30})
    evaluation.section(
        "deepgreen", "deepgreen: 24 trainings of 30 epochs, L40S",
        "PyTorch, TensorFlow, LibTorch and MATLAB; GPU joules per epoch (train and eval), by CodeCarbon. Batch sizes and image sizes are not\n"
        "recorded, so nothing that needs a set-up (FLOPs, PRE, joulecast's estimate) can be asked.",
        [*paths, "--facts", evaluation.facts("deepgreen", rows)],
        "Carbontracker's first epoch holds framework start-up (56 % at the 90th percentile): three epochs are far better, and what is spent\n"
        "counted as spent better still. The tools that go by TDP err by the GPU's idle share; nothing in them can know it.")


# --- MLPerf --------------------------------------------------------------------------------------

def mlperf_samples(path):
    with gzip.open(path, "rt") as file:
        for line in file:
            if '"key": "train_samples"' in line:
                return float(line.split('"value": ')[1].split(",")[0])
    return None


def mlperf(evaluation):
    if not evaluation.wanted("mlperf", "mlperf-v4.0-h100"):
        return
    root = evaluation.path("mlperf-v4.0-h100")
    logs = sorted(path for path in root.glob("*/*.log.gz") if not path.name.endswith("node_power.log.gz"))
    rows = []
    for log in logs:
        row = {"run": f"{log.parent.name}/{log.name}", "gpu": "H100 SXM", "gpus": 8, "cpu_cores": 64, "group": log.parent.name}
        if log.parent.name == "bert":
            # BERT-large; sequences of at most 512 tokens; the efficiency is a guess, as its user has to make one.
            row |= {"parameters": 336e6, "tokens": 512 * mlperf_samples(log), "efficiency": 0.4}
        rows.append(row)
    evaluation.section(
        "mlperf", f"MLPerf Training v4.0: {len(logs)} runs on one node of 8 x H100",
        "BERT, ResNet-50, SSD; the power of the whole node every 2 s. CPU model and memory are not recorded: Green Algorithms counts 64 cores of\n"
        "an unknown CPU, 12 W each. BERT has one epoch: its blocks are those between evaluations, all of equal work but the last.",
        [*logs, "--facts", evaluation.facts("mlperf", rows)],
        "STEP as published needs 15 epochs: where a run has fewer it never answers, and most others are nearly over by then. The node's power hardly\n"
        "varies, so that every rule that has seen a few epochs is good: where joulecast is no factor of two better, little was left to win.")


# --- seaa2023 ------------------------------------------------------------------------------------

def seaa_marks(row, path):
    """Ten frozen epochs up to the change, then fine-tuning epochs of one length to the end."""
    change, end = float(row["t_ft_start_est_s"]), float(row["dur"])
    epochs = max(1, round((end - change) / float(row["ft_epoch_s"])))
    edges = [change * i / 10 for i in range(10)] + [change + (end - change) * i / epochs for i in range(epochs + 1)]
    lines = [f"{i + 1},{a:.3f},{b:.3f}\n" for i, (a, b) in enumerate(zip(edges, edges[1:]))]
    path.write_text("epoch,start_s,end_s\n" + "".join(lines))


HEADS = {"mobilenet_v2": "512,1", "nasnet_mobile": "512,1", "xception": "1024,1", "resnet50": "1024,512,1", "vgg16": "1"}


def seaa(evaluation):
    if not evaluation.wanted("seaa2023", "seaa2023/derived_phase.csv"):
        return
    root = evaluation.path("seaa2023")
    seen = {}
    for row in read(root / "runs.csv"):
        seen[row["architecture"], int(row["run"])] = row
    marks = evaluation.work / "seaa2023" / "marks"
    marks.mkdir(parents=True, exist_ok=True)
    paths, consistent, rows = [], [], []
    for row in read(root / "derived_phase.csv"):
        architecture, reported = row["arch"], seen[row["arch"], int(row["run"])]
        path = root / "rtx3090" / architecture / (row["file"] + ".gz")
        mark = marks / f"{architecture}-{row['file']}"
        seaa_marks(row, mark)
        paths.append(path)
        if row["consistent"] == "True":
            consistent.append(path)
        network = "keras/mobilenet_v2_0.5" if architecture == "mobilenet_v2" else f"keras/{architecture}"
        rows.append({"run": f"{architecture}/{path.name}", "epoch_marks": f"marks/{mark.name}", "group": architecture,
                     "gpu_use": float(reported["gpu usage (%)"]) / 100, "gpu": "RTX 3090", "network": network,
                     "head": HEADS[architecture], "batch_size": 32, "image_size": 128, "train_size": 23807, "val_size": 10203,
                     "gflops": reported["GFLOPs"], "host_memory": 16, "optimizer": "momentum", "framework": "tensorflow",
                     "frozen_epochs": 10, "pipeline": "augmented", "dataset": "chesslive", "host": "delrey2025 RTX 3090"})
    fit = []
    if evaluation.path("delrey2025/runs.csv").exists():
        fit = ["--fit-on", evaluation.path("delrey2025/runs.csv"), "--fit-without", "dataset=chesslive"]
    evaluation.section(
        "seaa2023", f"seaa2023: {len(paths)} whole trainings, RTX 3090",
        "nvidia-smi at 1 Hz; ten epochs with a frozen base, then fine-tuning with early stopping. The logs do not mark epochs: they are derived\n"
        "(`derived_phase.csv`), well on 124 runs, roughly on 26. Nobody declared the phases here. The estimators are fitted on `delrey2025` without its\n"
        "chesslive rows, which are the same trainings: what is left is one network, Inception v3, and no other. Its energies hold RAM too.\n"
        "These are 30 trainings each of five set-ups: the intervals of the ratios hold for more of the same, not for other networks.",
        [*paths, "--facts", evaluation.facts("seaa2023", rows), *fit],
        "Before epoch 10 no method can know of the change that nobody declared: Carbontracker and joulecast alike project frozen epochs, and\n"
        "joulecast's interval does not cover it either (its notes say that it holds if no further phase comes). STEP's 10 + 5 epochs fall just\n"
        "behind the change, by design of these trainings. All are told the true number of epochs, which early stopping makes unknowable. PRE was\n"
        "fitted on one network and asked about five others; joulecast's estimate stands on the same rows.")
    declared = [row | {"phases": "10,*"} for row in rows]
    evaluation.section(
        "seaa2023, phases declared", f"seaa2023: the {len(consistent)} consistent runs, phases declared",
        "The same, where the boundaries are sure, and the user told joulecast what the training script says: ten epochs, then the rest\n"
        "(`phases` = `10,*`).",
        [*consistent, "--facts", evaluation.facts("seaa2023-declared", [
            row | {"epoch_marks": f"../seaa2023/{row['epoch_marks']}"} for row in declared]), "--at", "1,3,11,12,15"],
        "Within the frozen phase a declared second one widens the interval, as it must: its level is not known yet. From epoch 11 on it is, and\n"
        "from 15 on the error is a fraction of Green Algorithms', which is told duration and utilisation at the end.")


# --- delrey2025 ----------------------------------------------------------------------------------

READINGS = {
    "none": "The same set-ups stand on both sides of these folds (857 rows are 48 configurations): this says how well a method repeats what it has seen.",
    "configuration": "Another batch size, image size or network on a GPU that was seen, or a network on a GPU it was not seen on.",
    "architecture": "A network that was never seen (Inception v3 counts once per image size).",
    "gpu": "A GPU that was never seen, without a probe on it. The published PRE knows a GPU by four figures, of which it has seen two values each.",
}


def delrey(evaluation):
    if not evaluation.wanted("delrey2025", "delrey2025/runs.csv"):
        return
    table = evaluation.path("delrey2025/runs.csv")
    for groups, reading in READINGS.items():
        title = "random folds" if groups == "none" else f"leave one {groups} out"
        evaluation.section(
            f"delrey2025, {title}", f"delrey2025: 857 trainings, {title}",
            "The paper's own table; energy of one epoch, GPU and RAM. Time is energy over power, and the methods that go by time are told it.\n"
            "GPU utilisation is not recorded, so Green Algorithms as the paper uses it cannot be asked.",
            ["--data", table, "--groups", groups], reading)


WHERE_NOT = """
The paper claims the factor for STEP and PRE against Green Algorithms and ML CO2 Impact. Where it does not hold, and why:

- **PRE as published** holds it where repeats of the same set-up stand on both sides (random folds), and not for set-ups, networks or GPUs that
  nobody has run: it knows a network by one count of FLOPs and a GPU by four figures. Green Algorithms and ML CO2 Impact are told the true time there,
  which carries most of what a new network or GPU changes.
- **STEP as published** holds it wherever it answers (the power form on MLPerf not surely); it needs 15 epochs, and the power form the true duration.
- **joulecast after one epoch** has what Carbontracker has, one epoch, and says the same; its gain is the interval. After three it is better
  where epochs differ (deepgreen) and not by a factor of two where a node's power hardly varies (MLPerf).
- **joulecast before a change of phase** (seaa2023, epochs 1 to 10) cannot know what the next phase takes, declared or not; the tools that win
  there are told duration and utilisation after the end.
"""


def claim_rows(claims):
    rows = ["\n## The claim: a factor of two or more better than existing tools\n",
            "RMSE of the best existing tool over the method's, with its 90 % interval; `yes`: the interval lies above 2.\n",
            "| data set | method | best existing tool | x | 90 % | a factor of two? | x GA, ML CO2 |", "|---|---|---|---:|---:|---|---:|"]
    for name, method in claims:
        best, rated = method["best_existing"], method["best_rated"]
        verdict = "yes" if best["low"] >= 2 else "yes, not surely" if best["ratio"] >= 2 else "no"
        rows.append(f"| {name} | {method['method']} | {best['against']} | {best['ratio']:.3g} | {best['low']:.3g} - {best['high']:.3g} "
                    f"| {verdict} | {rated['ratio']:.3g} |" if rated else
                    f"| {name} | {method['method']} | {best['against']} | {best['ratio']:.3g} | {best['low']:.3g} - {best['high']:.3g} | {verdict} | - |")
    return "\n".join(rows) + "\n" + WHERE_NOT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--joulecast", type=pathlib.Path, default=pathlib.Path("build/release/joulecast"))
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--only", choices=["deepgreen", "mlperf", "seaa2023", "delrey2025"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or pathlib.Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        evaluation = Evaluation(arguments, work)
        for run in (deepgreen, mlperf, seaa, delrey):
            run(evaluation)
    print(evaluation.page + claim_rows(evaluation.claims), end="")


if __name__ == "__main__":
    main()
