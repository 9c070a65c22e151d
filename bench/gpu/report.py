"""From what was measured to the tables of docs/gpu.md."""

import math
import statistics

import sensors

FRACTIONS = {"tenth": 0.1, "fifth": 0.2, "half": 0.5}


def epoch_joules(shown):
    """Joules of the GPUs in each epoch, of `joulecast show --json`; empty where it failed."""
    if not shown:
        return []
    gpus = [i for i, device in enumerate(shown["devices"]) if device["kind"] == "gpu"]
    return [sum(epoch["devices"][i]["energy_j"] for i in gpus) for epoch in shown["epochs"]]


def projections(projected):
    """Relative error of the projected total at some moments, and whether the interval held it."""
    result = {}
    if not projected or not projected["projections"]:
        return result
    truth = projected["measured"]["energy_j"]
    rows = projected["projections"]
    for name, fraction in FRACTIONS.items():
        row = rows[min(len(rows), math.ceil(fraction * len(rows))) - 1]
        if row["energy_j"] is None or not truth:
            continue
        low, high = row["energy_low_j"], row["energy_high_j"]
        result[name] = {"epochs": row["epoch"], "error": row["energy_j"] / truth - 1,
                        "held": None if low is None else low <= truth <= high}
    return result


def integrals(log, loads, start_s, end_s):
    """Each power of the raw log over the counter, shifted by what the square wave told."""
    result = {}
    for name in log.columns:
        if name in ("time_s", "energy_j"):
            continue
        fit = loads.get("square", {}).get(name, {}).get("averaging")
        result[name] = sensors.over_counter(log, name, start_s, end_s, sensors.lag_s(fit))
    return result


def training(name, what, told, shown, projected, log, loads):
    edges, (network, batch, precision) = told["epochs"], what
    start_s, end_s = edges[0][0], edges[-1][1]
    result = {"name": name, "network": network, "batch": batch, "precision": precision,
              "torch": told["torch"], "epochs": len(edges), "seconds": end_s - start_s,
              "samples_per_s": told["steps"] * told["batch"] * len(edges) / (end_s - start_s),
              "joulecast_epochs_j": epoch_joules(shown), "projections": projections(projected),
              "over_counter": integrals(log, loads, start_s, end_s)}
    if log.has_counter():
        # An epoch reaches to the beginning of the next one, as in joulecast.
        moments = [begin for begin, _ in edges] + [end_s]
        counter = log.counter_j(moments)
        result["counter_epochs_j"] = [float(b - a) for a, b in zip(counter, counter[1:])]
        ours, theirs = result["joulecast_epochs_j"], result["counter_epochs_j"]
        if len(ours) == len(theirs):
            result["epoch_errors"] = [abs(a / b - 1) for a, b in zip(ours, theirs)]
            result["total_error"] = sum(ours) / sum(theirs) - 1
    return result


def percent(value, digits=2):
    return "–" if value is None else f"{value:+.{digits}%}"


def training_line(result):
    counter = sum(result.get("counter_epochs_j", []))
    return (f"{result['name']}: {result['seconds']:.1f} s, {counter:.0f} J by the raw counter, "
            f"joulecast {percent(result.get('total_error'))}")


def training_row(result):
    counter = sum(result.get("counter_epochs_j", []))
    errors = result.get("epoch_errors")
    epochs = f"{statistics.median(errors):.2%} / {max(errors):.2%}" if errors else "–"
    over = {name: None if ratio is None else ratio - 1
            for name, ratio in result["over_counter"].items()}
    shots = [result["projections"].get(name) for name in FRACTIONS]
    projected = " / ".join("–" if s is None else percent(s["error"], 1) +
                           ("" if s["held"] in (True, None) else " (outside)") for s in shots)
    return (f"| {result['network']} | {result['batch']} | {result['precision']} | "
            f"{result['samples_per_s']:.0f} | {counter / result['seconds']:.0f} | {counter:.0f} | "
            f"{percent(result.get('total_error'))} | {epochs} | {percent(over.get('instant_w'))} / "
            f"{percent(over.get('average_w'))} | {projected} |")


SENSORS = {"energy_j": "counter", "power_w": "nvmlDeviceGetPowerUsage",
           "average_w": "average field", "instant_w": "instant field"}


def load_row(kind, label, counter_w, sensor):
    period, fit = sensor.get("update_period_s"), sensor.get("averaging")
    over = sensor.get("over_counter")
    watts = "–" if counter_w is None else f"{counter_w:.1f}"
    moves = "–" if period is None else f"{period * 1e3:.0f}"
    window = "–" if fit is None else f"{fit['window_s']:g} / {fit['delay_s']:g}"
    error = percent(None if over is None else over - 1)
    return f"| {kind} | {label} | {watts} | {moves} | {error} | {window} |"


def load_rows(loads):
    return [load_row(kind, label, found.get("counter_w"), found.get(name, {}))
            for kind, found in loads.items() for name, label in SENSORS.items()]


def markdown(results):
    gpu = results["gpu"]
    fake = " (pretended: these figures say nothing of a GPU)" if gpu["fake"] else ""
    lines = [f"{gpu['name']}, driver {gpu['driver']}, limit {gpu['limit_w']} W{fake}", "",
             "| load | sensor | W by the counter | update period ms | integral against counter | "
             "averages over s / delay s |", "|---|---|---|---|---|---|", *load_rows(results["loads"]),
             "", "| network | batch | precision | samples/s | W | J by the counter | joulecast's sum "
             "of epochs | its epochs, median / worst | instant / average power integrated | "
             "projected at a tenth / fifth / half |", "|---|---|---|---|---|---|---|---|---|---|"]
    lines += [training_row(training) for training in results["trainings"]]
    return "\n".join(lines) + "\n"
