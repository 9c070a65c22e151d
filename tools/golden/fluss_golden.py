#!/usr/bin/env python3
"""Golden values for the matrix profile, FLUSS and FLOSS, from the reference library stumpy.

    python3 -m venv venv && venv/bin/pip install stumpy==1.14.1
    venv/bin/python tools/golden/fluss_golden.py > tests/data/fluss_golden.txt

The traces are made here, from a seed: no one's data. They are stored as they are, so that the test
needs nothing but the file.
"""
import math

import numpy as np
import stumpy
from stumpy.floss import _iac  # floss() would draw it anew in every call


def power_trace(seed, samples, change):
    """Watts to two decimals: idle, then two kinds of load, the second from `change` on."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples)
    first = 210 + 40 * (t % 37 < 25) + 3 * np.sin(t / 5)
    second = 180 + 60 * (t % 23 < 9) + 8 * np.sin(t / 3)
    watts = np.where(t < change, first, second) + rng.normal(0, 2, samples)
    watts[: samples // 20] = 30.25
    return np.round(watts, 2)


def traces():
    plain = power_trace(1, 300, 170)
    yield "short", plain, 10

    steps = power_trace(2, 1200, 700)
    steps[400:440] = 30.25  # constant stretches, of equal and of different level
    steps[800:815] = 30.25
    steps[900:960] = 251.5
    yield "constant-stretches", steps, 10

    holes = power_trace(3, 1000, 450)
    holes[[200, 201, 640, 999]] = np.nan
    holes[300:330] = np.nan
    yield "holes", holes, 12

    ties = power_trace(4, 1500, 900)
    ties[100:180] = ties[1100:1180]  # exact copies, thrice
    ties[600:680] = ties[1100:1180]
    yield "exact-copies", ties, 10

    yield "long", power_trace(5, 3000, 1800), 25


def right_neighbours(series, m, zone):
    """What stumpy.floss starts from, with neighbours from `zone` samples away on: its own updates
    admit these, although stumpy.stump only gives those more than `zone` away."""
    n = len(series) - m + 1
    right = np.full(n, -1, dtype=np.int64)
    for i in range(n - zone):
        d = stumpy.mass(series[i : i + m], series[i + zone :])
        if np.isfinite(d).any():
            right[i] = i + zone + np.argmin(d)
    profile = np.empty((n, 4), dtype=object)
    profile[:, 0], profile[:, 1], profile[:, 2], profile[:, 3] = np.inf, -1, -1, right
    return profile


def floss(series, m, length, excl_factor, n):
    """The curve of stumpy.floss after all of `series` has gone through `n` samples of memory."""
    zone = math.ceil(m / 4)
    stream = stumpy.floss(
        right_neighbours(series[:n], m, zone), series[:n], m=m, L=length, excl_factor=excl_factor,
        custom_iac=_iac(n - m + 1, bidirectional=False))
    for t in series[n:]:
        stream.update(t)
    return stream.cac_1d_


def line(key, *values):
    print(key, *values)


def hundredths(series):
    return [-1 if math.isnan(x) else round(x * 100) for x in series]


def main():
    print(f"# From tools/golden/fluss_golden.py with stumpy {stumpy.__version__}.")
    print("# A line is a key and its values; series are in hundredths of a watt, -1 for NaN.")
    length, excl_factor, regimes = 10, 3, 3
    for name, series, m in traces():
        profile = stumpy.stump(series, m)
        distance = profile[:, 0].astype(float)
        neighbour = profile[:, 1].astype(np.int64)
        curve, changes = stumpy.fluss(neighbour, length, regimes, excl_factor=excl_factor)
        line("fluss", name)
        line("window", m)
        line("series", *hundredths(series))
        line("sum_of_finite_distances", repr(float(distance[np.isfinite(distance)].sum())))
        line("neighbour", *neighbour)
        line("change_index", *changes)
        line("change_cac", *(repr(float(curve[i])) for i in changes))
        line("sum_of_curve", repr(float(curve.sum())))
    for name, memory, seed in [("whole", 400, 6), ("short-memory", 250, 7)]:
        # No constant stretch: stumpy.floss resolves those ties by the noise of an FFT.
        noise = np.random.default_rng(seed).normal(0, 4, 700)
        series = np.round(power_trace(seed, 700, 400) + noise, 2)
        line("floss", name)
        line("window", 10)
        line("memory", memory)
        line("series", *hundredths(series))
        line("curve", *(f"{c:.12g}" for c in floss(series, 10, length, excl_factor, memory)))


if __name__ == "__main__":
    main()
