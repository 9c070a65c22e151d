#!/usr/bin/env python3
"""Times pandas on the file that readers_bench.cc reads: ROWS rows of time_s,power_w.

    bench/peers/read_csv.py [ROWS]

Prints one JSON object per line: the peer, its version, the best of five times, and the process's
greatest resident memory. Without pandas it says so and ends well.
"""
import json
import os
import resource
import sys
import tempfile
import time


def make_file(path, rows):
    with open(path, "w", encoding="ascii") as file:
        file.write("time_s,power_w\n")
        for i in range(rows):
            file.write(f"{0.1 * i:.3f},{200 + i * 7919 % 5003 / 100:.2f}\n")


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    try:
        import pandas
    except ImportError:
        print(json.dumps({"peer": "pandas", "skipped": "pandas is not installed"}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "samples.csv")
        make_file(path, rows)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            frame = pandas.read_csv(path)
            seconds.append(time.perf_counter() - start)
        assert len(frame) == rows
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"peer": "pandas.read_csv", "version": pandas.__version__, "rows": rows,
                      "best_s": round(min(seconds), 4), "max_rss_mb": round(memory_mb, 1)}))


if __name__ == "__main__":
    main()
