#!/usr/bin/env python3
"""Are the projection rule's constants optimistic? Chosen on half of the runs, judged on the rest.

    python3 -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python bench/accuracy/choose_constants.py DATA --seed 10 [--cache FOLDER]

DATA holds deepgreen, mlperf-v4.0-h100 and seaa2023, as docs describe them. The rule is
tools/golden/projection_rule.py; its constants stand there as literals, so each trial is the rule's
source with other literals, and a literal that is not found as often as told stops the script.

The search starts from NEUTRAL values (round numbers that make no difference between host-bound,
GPU-bound and unknown work; none looked up in data) and goes one constant at a time up and down a
grid of factors of 2, and of the square root of 2 in the last round. What is not searched (the
thermal time, the transient's prior, phases, events, evaluations) stays as shipped for both sides:
what those numbers gained from having seen all runs is not found here.

The score, smaller is better, is minus the log density of Student's t, which the interval is made
of, at the true log of the remaining energy. It is proper, and a run that can be told to 0.3 %
counts as much as one that can be told to 30 %; an interval score is made of the latter alone.
Mean over k (K below) and runs; the three recorders count the same, however many runs they have.
"""
import argparse
import csv
import datetime
import gzip
import json
import math
import pathlib
import pickle
import sys
import time
import types

import numpy as np
from scipy.stats import t as student_t

RULE = pathlib.Path(__file__).parents[2] / "tools" / "golden" / "projection_rule.py"
K = (3, 5, 15)     # units seen; of two-phase runs, units seen since the change of phase
FROZEN = 10        # units of seaa2023's first phase
LEVELS = (0.5, 0.9, 0.99)
RECORDERS = (("deepgreen",), ("resnet", "bert", "ssd"), ("frozen", "fine-tuning", "two-phase"))
NAMES = [name for names in RECORDERS for name in names]
RESAMPLES = 500

# Name: neutral start, shipped. i0: prior of the interval's scale, s0: of the robust scale, f1s:
# spread of the first unit's excess (h host-bound, g GPU-bound, u no power limit; f1s is h and u),
# floor: least relative error of a level; all log units. kap: units that shrink the mean's
# correction. lev, om: shares of the interval variance kept by drift, and gained per unit to come.
# ov: factor of the fit's covariance.
CONSTANTS = {
    "i0h": (0.02, 0.030), "i0g": (0.02, 0.008), "i0u": (0.02, 0.010),
    "s0h": (0.01, 0.010), "s0g": (0.01, 0.004), "s0u": (0.01, 0.008),
    "f1s": (0.20, 0.20), "f1sg": (0.20, 0.10), "kap": (10.0, 40.0), "lev": (0.10, 0.07),
    "om": (0.02, 0.01), "floor": (0.005, 0.002), "ov": (1.0, 2.0),
}
PLACES = [  # a place in the rule, and the same with constants
    ("SHRINK = 32, 6, 3.0, 0.35, 40.0", "SHRINK = 32, 6, 3.0, 0.35, {kap}"),
    ("0.008, 0.008, math.hypot(0.010, a), 0.0, 0.20)",
     "0.008, {s0u}, math.hypot({i0u}, a), 0.0, {f1s})"),
    ("geo(0.010, 0.004)", "geo({s0h}, {s0g})"),
    ("geo(0.030, 0.008)", "geo({i0h}, {i0g})"),
    ("geo(0.20, 0.10)", "geo({f1s}, {f1sg})"),
    ("0.07 * f.interval / (", "{lev} * f.interval / ("),
    ("wander = 0.01 *", "wander = {om} *"),
    ("0.002 ** 2", "{floor} ** 2"),
    ("/ h + 2.0 * f.cov[0])", "/ h + {ov} * f.cov[0])"),
    ("max(0.0, 2.0 * (2 * g", "max(0.0, {ov} * (2 * g"),
    ("w0) + 2.0 * f.cov[0]", "w0) + {ov} * f.cov[0]"),
]


class Degrees:
    """In place of scipy's t in the rule: keeps the degrees of freedom; its quantile is 1, so that a
    bound is one sd away."""

    dof = 0

    def ppf(self, _, dof):
        self.dof = dof
        return 1.0


def rule_with(constants):
    """The rule as a module, with these constants."""
    source = RULE.read_text(encoding="utf-8")
    for old, new in PLACES:
        if source.count(old) != 1:
            sys.exit(f"{RULE.name}: '{old}' found {source.count(old)} times, not once")
        source = source.replace(old, new.format(**constants))
    rule = types.ModuleType("projection_rule")
    exec(compile(source, str(RULE), "exec"), rule.__dict__)  # pylint: disable=exec-used
    rule.student_t = Degrees()
    return rule


# The runs: dict(units [(work, J, s)], limit W or None, dt s (sampling), clock s, from_unit).

def make_run(units, limit, dt, clock=0.0, from_unit=0):
    """clock: s since the start of the recording; from_unit: k is counted from there."""
    return {"units": [(float(w), float(e), float(s)) for w, e, s in units], "limit": limit,
            "dt": dt, "clock": clock, "from_unit": from_unit}


def energy_between(t, watts):
    """J from time a to b (s), by the trapezoid rule over samples at t (s)."""
    total = np.concatenate([[0], np.cumsum((watts[1:] + watts[:-1]) / 2 * np.diff(t))])

    def until(x):
        x = min(max(x, t[0]), t[-1])
        i = min(max(int(np.searchsorted(t, x, side="right")) - 1, 0), len(t) - 2)
        h = x - t[i]
        at_x = watts[i] + (watts[i + 1] - watts[i]) * h / (t[i + 1] - t[i])
        return total[i] + (watts[i] + at_x) / 2 * h

    return lambda a, b: until(b) - until(a)


def deepgreen(folder):
    """Epochs with their evaluation; an energy counter (dt 0)."""
    runs = {}
    with open(folder / "deepgreen" / "epochs.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            epochs = runs.setdefault((row["framework"], row["model"], row["dataset"]), {})
            unit = epochs.setdefault(int(row["epoch"]), [1.0, 0.0, 0.0])
            unit[1] += float(row["gpu_energy_j"])
            unit[2] += float(row["duration_s"])
    return [make_run([e[i] for i in sorted(e)], 350.0, 0.0) for _, e in sorted(runs.items())]


def logged(path):
    """MLPerf's log lines: time in s, key, value."""
    out = []
    with gzip.open(path, "rt", errors="replace") as file:
        for line in file:
            at = line.find(":::MLLOG")
            try:
                entry = json.loads(line[at + 8:]) if at >= 0 else None
            except ValueError:
                entry = None
            if entry:
                out.append((entry["time_ms"] / 1e3, entry["key"], entry["value"]))
    return out


def mlperf(folder, benchmark):
    """Epochs, for bert blocks of samples between evaluations; the node's power readings."""
    runs = []
    for path in sorted((folder / "mlperf-v4.0-h100" / benchmark).glob("*.log.gz")):
        if "node_power" in path.name:
            continue
        events = logged(path)
        power = dict(reversed([(t, float(v)) for t, key, v in
                               logged(path.with_name(path.name[:-7] + ".node_power.log.gz"))
                               if key == "power_reading"]))
        t = np.array(sorted(power))
        energy = energy_between(t, np.array([power[x] for x in t]))

        def times(key, of=events):
            return [e[0] for e in of if e[1] == key]

        start, stop = times("run_start")[0], times("run_stop")[-1]
        if benchmark == "bert":
            bounds = [start] + times("eval_stop")[:-1] + [stop]
            work = np.diff([0.0] + [float(e[2]) for e in events if e[1] == "eval_start"])
        else:
            bounds = [x for x in sorted(set(times("epoch_start"))) if x < stop] + [stop]
            bounds[0] = start
            if benchmark == "ssd":  # a rest of an epoch at the end
                del bounds[-2]
            work = np.ones(len(bounds) - 1)
        runs.append(make_run([(w, energy(a, b), b - a)
                              for w, a, b in zip(work, bounds, bounds[1:])],
                             None, float(np.median(np.diff(t)))))
    return runs


def period(x, lags, multiples):
    """The lag (samples, fractional) at which x is most like itself, and at its multiples."""
    x = np.minimum(x, np.median(x) + 8 * np.median(np.abs(x - np.median(x))))
    x = x - x.mean()

    def likeness(lag):
        total = 0.0
        for multiple in multiples:
            i = int(multiple * lag)
            part = multiple * lag - i
            if i + 2 < len(x):
                total += (x[:-i - 1] * ((1 - part) * x[i:-1] + part * x[i + 1:])).mean()
        return total

    return max(lags, key=likeness)


def seaa_samples(path):
    """Times (s) and watts of a recording."""
    t, watts = [], []
    with gzip.open(path, "rt", errors="replace", newline="") as file:
        rows = csv.reader(file)
        column = [i for i, name in enumerate(next(rows)) if "power" in name and "draw" in name][0]
        for row in rows:
            try:
                value = float(row[column].removesuffix("W"))
                t.append(datetime.datetime.fromisoformat(row[0].replace("/", "-")).timestamp())
                watts.append(value)
            except (ValueError, IndexError):
                continue
    return np.array(t) - t[0], np.array(watts)


def seaa_run(t, watts, change, epoch):
    """Units of one recording: the last 8 or more epochs after `change` (s), FROZEN before it, and
    the start; None where they are not found. epoch: s, as the data set's authors estimated it."""
    last = np.nonzero(watts > 0.6 * np.median(watts[t > change]))[0][-1] + 1  # then it is idle
    t, watts = t[:last + 1], watts[:last + 1]
    n = round((t[-1] - change) / epoch)
    if n < 8:
        return None
    grid = np.arange(change + 2 * epoch, t[-1] - 1, 1.0)
    epoch = period(np.interp(grid, t, watts), np.arange(0.97 * epoch, 1.03 * epoch, 0.02),
                   (1, 2, 3, 4, 6, 8) if n > 16 else (1, 2, 3))
    change = t[-1] - n * epoch
    before = watts[t < change]
    busy = np.nonzero(before > 0.6 * np.median(before))[0]
    if len(busy) == 0:
        return None
    guess = (change - t[busy[0]]) / FROZEN
    grid = np.arange(change - 1, max(t[busy[0]], change - 9.6 * guess), -1.0)[::-1]
    frozen = period(np.interp(grid, t, watts), np.arange(0.88 * guess, 1.01 * guess, 0.1),
                    (1, 2, 3, 4))
    bounds = [t[0]] + [change - frozen * i for i in range(FROZEN - 1, -1, -1)]
    bounds += [change + epoch * i for i in range(1, n)] + [t[-1]]
    energy = energy_between(t, watts)
    return [(1.0, energy(a, b), b - a) for a, b in zip(bounds, bounds[1:])]


def seaa(folder):
    """Recordings at 1 s of two phases that nobody declared; each phase alone, and both."""
    runs = {"frozen": [], "fine-tuning": [], "two-phase": []}
    with open(folder / "seaa2023" / "derived_phase.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["consistent"] != "True":
                continue
            path = folder / "seaa2023" / "rtx3090" / row["arch"] / (row["file"] + ".gz")
            units = seaa_run(*seaa_samples(path), float(row["t_ft_start_est_s"]),
                             float(row["ft_epoch_s"]))
            if units:
                runs["frozen"].append(make_run(units[:8], 350.0, 1.0))
                runs["fine-tuning"].append(make_run(units[FROZEN:], 350.0, 1.0,
                                                    sum(u[2] for u in units[:FROZEN])))
                runs["two-phase"].append(make_run(units, 350.0, 1.0, from_unit=FROZEN))
    return runs


def load(folder, cache):
    """Data set's name: its runs."""
    stored = cache / "choose_constants.pickle" if cache else None
    if stored and stored.exists():
        return pickle.loads(stored.read_bytes())
    sets = {"deepgreen": deepgreen(folder), **seaa(folder)}
    sets.update((name, mlperf(folder, name)) for name in ("resnet", "bert", "ssd"))
    if stored:
        cache.mkdir(parents=True, exist_ok=True)
        stored.write_bytes(pickle.dumps(sets))
    return sets


def halves(sets, seed):
    """Chosen and judged runs. The three views of seaa2023's recordings are halved alike."""
    out = ({}, {})
    for recorder in RECORDERS:
        for name in recorder:
            runs = sets[name]
            order = np.random.default_rng(seed).permutation(len(runs))
            half = (len(runs) + 1) // 2
            out[0][name] = [runs[i] for i in order[:half]]
            out[1][name] = [runs[i] for i in order[half:]]
    return out


def judge(rule, run):
    """Per k of K that the run has: k, error of the total (share), z of the log of the rest, degrees
    of freedom, sd of the rest's log, rest as a share of the total, score (nats)."""
    units = run["units"]
    projector = rule.Projector(sum(u[0] for u in units), limit=run["limit"], dt=run["dt"])
    forecast_now, projector.forecast = projector.forecast, lambda: None  # only where it is judged
    projector.clock = run["clock"]
    joules = sum(u[1] for u in units)
    seen = [run["from_unit"] + k for k in K if run["from_unit"] + k < len(units)]
    rows, spent = [], 0.0
    for n in range(1, max(seen) + 1) if seen else ():
        projector.add("train", *units[n - 1])
        spent += units[n - 1][1]
        if n in seen:
            value, _, high = forecast_now()["joules"]
            rest, dof = value - spent, rule.student_t.dof
            sd = math.log((high - spent) / rest)
            z = math.log((joules - spent) / rest) / sd
            rows.append((n - run["from_unit"], value / joules - 1, z, dof, sd, rest / joules,
                         math.log(sd) - log_density(z, dof)))
    return rows


def log_density(z, dof):
    """Of Student's t."""
    return (math.lgamma((dof + 1) / 2) - math.lgamma(dof / 2) - 0.5 * math.log(dof * math.pi)
            - (dof + 1) / 2 * math.log1p(z * z / dof))


def score(constants, sets):
    """Nats: mean over recorders of the mean over their data sets, by runs."""
    rule = rule_with(constants)
    means = []
    for recorder in RECORDERS:
        rows = [judge(rule, run) for name in recorder for run in sets[name]]
        means.append(np.mean([np.mean([r[-1] for r in of]) for of in rows if of]))
    return float(np.mean(means))


def search(sets, rounds):
    """The constants by coordinate descent from the neutral start."""
    best = {name: c[0] for name, c in CONSTANTS.items()}
    lowest = score(best, sets)
    print(f"neutral start: {lowest:.4f} nats", file=sys.stderr)
    for i in range(rounds):
        factor = 2.0 if i < rounds - 1 else math.sqrt(2.0)
        before = lowest
        for name in CONSTANTS:
            for step in (factor, 1 / factor):
                moved = False
                while 1 / 64 < best[name] * step / CONSTANTS[name][0] < 64:
                    trial = {**best, name: best[name] * step}
                    found = score(trial, sets)
                    if found > lowest - 1e-4:
                        break
                    best, lowest, moved = trial, found, True
                if moved:
                    break
        print(f"round {i + 1}: {before:.4f} -> {lowest:.4f} nats", file=sys.stderr, flush=True)
    return best


def figures(rows):
    """Median and 90th percentile of |error| (%), coverage (%) at LEVELS, median half-width of the
    90 % interval (% of the total), mean score (nats), from rows of judge."""
    a = np.array(rows, float)
    error = 100 * np.abs(a[:, 1])
    covered = [100 * np.mean(np.abs(a[:, 2]) * a[:, 4]
                             <= np.minimum(QUANTILES[level][a[:, 3].astype(int)] * a[:, 4], 3.0))
               for level in LEVELS]
    width = 100 * a[:, 5] * np.sinh(np.minimum(QUANTILES[0.9][a[:, 3].astype(int)] * a[:, 4], 3.0))
    return np.array([np.median(error), np.percentile(error, 90), *covered, np.median(width),
                     np.mean(a[:, 6])])


QUANTILES = {level: np.array([math.inf] + [student_t.ppf(0.5 + 0.5 * level, dof)
                                           for dof in range(1, 31)]) for level in LEVELS}


def table(anew, shipped, seed):
    """Markdown rows. anew, shipped: by data set, judge's rows of each run, in the same order."""
    print("| data | k | runs | re-chosen: error, cover, width | shipped: error, cover, width "
          "| difference: median error [95 %] | 90 % cover [95 %] | score [95 %] |")
    print("|---|---|---|---|---|---|---|---|")
    rng = np.random.default_rng(seed)
    pairs_of = {name: list(zip(anew[name], shipped[name])) for name in NAMES}
    views = zip(*(pairs_of[name] for name in RECORDERS[2]))  # one recording, resampled as one
    pairs_of["all"] = [p for name in RECORDERS[0] + RECORDERS[1] for p in pairs_of[name]]
    pairs_of["all"] += [[sum(side, []) for side in zip(*pairs)] for pairs in views]
    for name, pairs in pairs_of.items():
        for k in (*K, "all"):
            kept = [([r for r in a if k in (r[0], "all")], [r for r in b if k in (r[0], "all")])
                    for a, b in pairs]
            kept = [pair for pair in kept if pair[0]]
            if not kept:
                continue

            def both(of, kept=kept):
                return [figures([r for i in of for r in kept[i][side]]) for side in (0, 1)]

            new, old = both(range(len(kept)))
            many = np.array([np.subtract(*both(rng.integers(len(kept), size=len(kept))))
                             for _ in range(RESAMPLES if len(kept) > 1 else 1)])
            low, high = np.percentile(many, [2.5, 97.5], axis=0)
            cells = [f"{f[0]:.2f}/{f[1]:.2f}, {f[2]:.0f}/{f[3]:.0f}/{f[4]:.0f}, {f[5]:.2f}"
                     for f in (new, old)]
            cells += [f"{(new - old)[i]:+.{d}f} [{low[i]:+.{d}f}, {high[i]:+.{d}f}]"
                      for i, d in ((0, 2), (3, 0), (6, 3))]
            print(f"| {name} | {k} | {len(kept)} | " + " | ".join(cells) + " |")


def main():
    """Reads the arguments, searches, and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=pathlib.Path, help="folder of the data sets")
    parser.add_argument("--seed", type=int, default=10, help="of the halves (default: 10)")
    parser.add_argument("--rounds", type=int, default=3, help="of the descent (default: 3)")
    parser.add_argument("--cache", type=pathlib.Path,
                        help="folder for the parsed runs; a pickle, so only one of your own")
    arguments = parser.parse_args()
    start = time.monotonic()
    chosen, judged = halves(load(arguments.data, arguments.cache), arguments.seed)
    print(f"runs loaded after {time.monotonic() - start:.0f} s", file=sys.stderr)
    constants = {"neutral": {name: c[0] for name, c in CONSTANTS.items()},
                 "re-chosen": search(chosen, arguments.rounds),
                 "shipped": {name: c[1] for name, c in CONSTANTS.items()}}
    print(f"Seed {arguments.seed}. Constants:\n\n| | " + " | ".join(CONSTANTS) + " |")
    print("|---|" + "---|" * len(CONSTANTS))
    for label, values in constants.items():
        print(f"| {label} | " + " | ".join(f"{x:.3g}" for x in values.values()) + " |")
    print("\nScore (nats, smaller is better):\n\n| | chosen half | judged half |\n|---|---|---|")
    for label, values in constants.items():
        print(f"| {label} | {score(values, chosen):.3f} | {score(values, judged):.3f} |")
    rows = [{name: [judge(rule, run) for run in judged[name]] for name in NAMES}
            for rule in (rule_with(constants["re-chosen"]), rule_with(constants["shipped"]))]
    print("\nJudged half. Error: median/90th percentile of the total's, %; cover: of the 50/90/99 "
          "% intervals, %; width: median half-width of the 90 % interval, % of the total. "
          "Difference: re-chosen minus shipped; bootstrap over runs (recordings), paired. k of "
          "two-phase runs counts from the change.\n")
    table(*rows, arguments.seed)
    print(f"{time.monotonic() - start:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
