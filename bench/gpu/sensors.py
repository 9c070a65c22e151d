"""What a log of nvml.py says about the GPU's sensors."""

import csv

import numpy as np

WINDOWS_S = (0.0, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
DELAYS_S = np.arange(0.0, 0.51, 0.01)


class Log:
    """The columns of nvml.py's log as arrays, NaN where a field is empty."""

    def __init__(self, path):
        with open(path, encoding="ascii") as file:
            rows = [r for r in csv.DictReader(file) if None not in r.values()]
        self.columns = {name: np.array([float(r[name] or "nan") for r in rows])
                        for name in rows[0]} if rows else {}
        self.time_s = self.columns.get("time_s", np.zeros(0))

    def between(self, start_s, end_s):
        part = Log.__new__(Log)
        inside = (self.time_s >= start_s) & (self.time_s <= end_s)
        part.columns = {name: values[inside] for name, values in self.columns.items()}
        part.time_s = self.time_s[inside]
        return part

    def changes(self, name):
        """Moments at which a value was first seen, and the values."""
        known = ~np.isnan(self.columns[name])
        times, values = self.time_s[known], self.columns[name][known]
        if len(values) < 2:
            return times[:0], values[:0]
        moved = np.flatnonzero(np.diff(values)) + 1
        return times[moved], values[moved]

    def update_period_s(self, name):
        times, _ = self.changes(name)
        return float(np.median(np.diff(times))) if len(times) > 5 else None

    def has_counter(self):
        return len(self.changes("energy_j")[0]) > 2

    def counter_j(self, times):
        """The counter at any moments, linear between its own steps."""
        return np.interp(times, *self.changes("energy_j"))

    def integrated_j(self, name, start_s, end_s, lag_s=0.0):
        """Trapezoids over a power that was seen lag_s late; None where it is missing."""
        known = ~np.isnan(self.columns[name])
        times, watts = self.time_s[known] - lag_s, self.columns[name][known]
        if len(times) < 2 or times[0] > start_s + 0.5 or times[-1] < end_s - 0.5 - lag_s:
            return None
        inner = times[(times > start_s) & (times < end_s)]
        grid = np.concatenate(([start_s], inner, [end_s]))
        at = np.interp(grid, times, watts)
        return float(np.sum((at[1:] + at[:-1]) / 2 * np.diff(grid)))


def over_counter(log, name, start_s, end_s, lag_s=0.0):
    """Integrated power over the counter's rise; None where one of them is missing."""
    if not log.has_counter():
        return None
    integrated = log.integrated_j(name, start_s, end_s, lag_s)
    risen = float(np.diff(log.counter_j([start_s, end_s]))[0])
    return None if integrated is None or risen <= 0 else integrated / risen


def ratio_to_counter(log, name, lag_s=0.0):
    """The same for a whole log, but for what the lag cuts off."""
    if not log.has_counter():
        return None
    steps, _ = log.changes("energy_j")
    return over_counter(log, name, steps[0], steps[-1] - lag_s, lag_s)


def lag_s(fit):
    """How late a power is seen, from the middle of its window."""
    return 0.0 if fit is None else fit["delay_s"] + fit["window_s"] / 2


def averaging(log, name):
    """The averaging window and the delay of a power that explain it best by the counter: the value
    seen at t is the mean power from t - delay - window to t - delay. Needs a load that changes; the
    delay includes half an update period where the value is seldom seen to move."""
    if not log.has_counter():
        return None
    times, watts = log.changes(name)
    if len(times) < 3 * (log.time_s[-1] - log.time_s[0]):
        known = ~np.isnan(log.columns[name])
        times, watts = log.time_s[known], log.columns[name][known]
    steps, _ = log.changes("energy_j")
    inside = (times > steps[0] + 3) & (times < steps[-1])
    times, watts = times[inside], watts[inside]
    if len(times) < 20 or np.std(watts) < 5:
        return None
    finest = max(0.02, log.update_period_s("energy_j") or 0.0)
    best = None
    for window in WINDOWS_S:
        span = max(window, finest)  # The counter cannot show anything shorter.
        for delay in DELAYS_S:
            end = times - delay
            start = end - window / 2 - span / 2
            mean = (log.counter_j(start + span) - log.counter_j(start)) / span
            rms = float(np.sqrt(np.mean((mean - watts) ** 2)))
            if best is None or rms < best["rms_w"]:
                best = {"window_s": window, "delay_s": round(float(delay), 3), "rms_w": rms}
    return best


def describe(log):
    """Everything above for one stretch of a log."""
    result = {"seconds": float(log.time_s[-1] - log.time_s[0]) if len(log.time_s) else 0.0,
              "readings": len(log.time_s)}
    if not len(log.time_s):
        return result
    if log.has_counter():
        times, joules = log.changes("energy_j")
        result["counter_w"] = float((joules[-1] - joules[0]) / (times[-1] - times[0]))
    for name in log.columns:
        if name == "time_s":
            continue
        result[name] = {"update_period_s": log.update_period_s(name)}
        if name != "energy_j":
            fit = averaging(log, name)
            result[name]["averaging"] = fit
            result[name]["over_counter"] = ratio_to_counter(log, name, lag_s(fit))
    return result
