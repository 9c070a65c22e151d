#!/usr/bin/env python3
"""Times joulecast's matrix profile, FLUSS and streaming append beside stumpy's and SCAMP's, on the
same series in the same run, whichever of them are installed:

    python3 -m venv venv && venv/bin/pip install stumpy pyscamp
    venv/bin/python bench/peers/matrix_profile.py build/bench/joulecast_matrix_profile_bench

All warm (compilation in a process' first call is told separately), medians of several runs that
take turns, so that a busy moment of the machine meets them all.
"""
import json
import os
import statistics
import subprocess
import sys
import time

try:
    import numpy as np
except ImportError:
    print("peers: numpy is not installed, so neither stumpy nor SCAMP is; see the top of this file")
    sys.exit(0)

WINDOW = 10


def power_trace(samples):
    """As in bench/matrix_profile_bench.cc."""
    noise = np.empty(samples)
    state = 1
    for i in range(samples):
        state = (state * 1103515245 + 12345) % 2147483648
        noise[i] = state / 2147483648
    return np.round(200 + 50 * np.sin(np.arange(samples) / 37) + 20 * noise, 2)


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def joulecast(program, case):
    """Seconds of one case of the benchmark program; `case` is a regular expression."""
    out = subprocess.run(
        [program, f"--benchmark_filter={case}", "--benchmark_format=json",
         "--benchmark_min_time=0.2"], check=True, capture_output=True, text=True).stdout
    result = json.loads(out)["benchmarks"][0]
    unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[result["time_unit"]]
    return result.get("per_append", result["real_time"] * unit)


def competitors(program):
    """What to time: {what: {who: function that gives seconds}}."""
    threads = min(2, os.cpu_count())
    series = {n: power_trace(n) for n in (10_000, 100_000)}
    profile = {n: f"matrix profile, {n} samples, {threads} threads" for n in series}
    fluss, append = "FLUSS, 100000 samples", "streaming append at 10000 samples"
    timed = {what: {} for what in (*profile.values(), fluss, append)}
    if program:
        for n, what in profile.items():
            case = f"bm_matrix_profile/samples:{n}/threads:{threads}/"
            timed[what]["joulecast"] = lambda case=case: joulecast(program, case)
        timed[fluss]["joulecast"] = lambda: joulecast(program, "bm_fluss/samples:100000/parabola:0")
        timed[append]["joulecast"] = lambda: joulecast(program, "bm_streaming_append")
    try:
        import numba
        import stumpy
        numba.set_num_threads(threads)
        print(f"stumpy's first call: {seconds(lambda: stumpy.stump(series[10_000], WINDOW)):.1f} s")
        for n, what in profile.items():
            timed[what]["stumpy"] = lambda n=n: seconds(lambda: stumpy.stump(series[n], WINDOW))
        index = stumpy.stump(series[100_000], WINDOW)[:, 1].astype(np.int64)
        timed[fluss]["stumpy"] = lambda: seconds(lambda: stumpy.fluss(index, 10, 2))
        stream = stumpy.stumpi(series[10_000], WINDOW, egress=True)
        stream.update(200.0)
        timed[append]["stumpy"] = lambda: seconds(
            lambda: [stream.update(t) for t in series[10_000][:200]]) / 200
    except ImportError:
        print("no stumpy")
    try:
        import pyscamp
        for n, what in profile.items():
            timed[what]["SCAMP"] = lambda n=n: seconds(
                lambda: pyscamp.selfjoin(series[n], WINDOW, threads=threads, gpus=[]))
    except ImportError:
        print("no pyscamp")
    return timed


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else None
    for what, calls in competitors(program).items():
        taken = {who: [] for who in calls}
        for _ in range(5):
            for who, call in calls.items():
                taken[who].append(call())
        median = {who: statistics.median(times) for who, times in taken.items()}
        print(what)
        for who, time_s in median.items():
            ratio = f"  {time_s / median['joulecast']:6.1f} x" if "joulecast" in median else ""
            print(f"  {who:10s} {time_s * 1e3:12.3f} ms{ratio}  "
                  f"(fastest {min(taken[who]) * 1e3:.3f} ms)")


if __name__ == "__main__":
    main()
