#!/usr/bin/env python3
"""Makes a fake /sys and /proc for joulecast (SourceOptions::root), see README.md.

  make_tree.py OUT [--packages 2] [--dram] [--core] [--uncore] [--psys] [--mmio] [--amd]
               [--gpu amd|intel] [--cpu-model NAME] [--cores 8] [--range-uj N] [--memory-gb 16]
               [--run SECONDS [--wave 300:0.7,80:0.3] [--step 0.01]]

With --run the counters move as the wave says, and wrap at their range, until the time is over.
"""

import argparse
import os
import sys
import time
from pathlib import Path

RANGE_UJ = 262143328850  # of Intel's server packages
SHARES = {"package": 1.0, "core": 0.7, "uncore": 0.1, "dram": 0.15, "psys": 1.6, "gpu": 1.0}


class Counter:
    """An energy_uj file: `share` of the wave's energy, modulo its range."""

    def __init__(self, path, share, range_uj, start_uj):
        self.path, self.share, self.range_uj, self.start_uj = path, share, range_uj, start_uj

    def show(self, joules):
        value = int(self.start_uj + joules * self.share * 1e6)
        if self.range_uj:
            value %= self.range_uj
        # In place and in one write: a reader that has the file open sees the old or the new number.
        with open(self.path, "r+b" if self.path.exists() else "wb", buffering=0) as file:
            file.write(b"%-19d\n" % value)


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.counters = []

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def link(self, path, target):
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(target)

    def zone(self, entry, name, kind, args):
        """One powercap zone, linked from /sys/class/powercap as the kernel does."""
        folder = f"sys/devices/virtual/powercap/{entry}"
        self.write(f"{folder}/name", name + "\n")
        self.write(f"{folder}/max_energy_range_uj", f"{args.range_uj}\n")
        counter = Counter(self.root / folder / "energy_uj", SHARES[kind], args.range_uj,
                          args.start_uj)
        counter.show(0.0)
        self.counters.append(counter)
        self.link(f"sys/class/powercap/{entry}", f"../../devices/virtual/powercap/{entry}")

    def powercap(self, args):
        for package in range(args.packages):
            for prefix in ["intel-rapl"] + (["intel-rapl-mmio"] if args.mmio else []):
                self.zone(f"{prefix}:{package}", f"package-{package}", "package", args)
                parts = [part for part in ("core", "uncore", "dram") if getattr(args, part)]
                for index, part in enumerate(parts):
                    self.zone(f"{prefix}:{package}:{index}", part, part, args)
        if args.psys:
            self.zone(f"intel-rapl:{args.packages}", "psys", "psys", args)

    def cpus(self, args):
        packages = max(1, args.packages)
        vendor = "AuthenticAMD" if args.amd else "GenuineIntel"
        lines, processor = [], 0
        for package in range(packages):
            for core in range(args.cores):
                lines.append(f"processor\t: {processor}\nvendor_id\t: {vendor}\n"
                             f"model name\t: {args.cpu_model}\nphysical id\t: {package}\n"
                             f"core id\t\t: {core}\ncpu cores\t: {args.cores}\n")
                processor += 1
        self.write("proc/cpuinfo", "\n".join(lines))
        self.write("proc/meminfo", f"MemTotal:       {int(args.memory_gb * 1e9 / 1024)} kB\n")
        self.busy(0.0, args)

    def busy(self, seconds, args):
        """/proc/stat of processors that are half busy."""
        ticks = int(seconds * 100 * max(1, args.packages) * args.cores)
        self.write("proc/stat", f"cpu  {ticks // 2} 0 0 {ticks - ticks // 2} 0 0 0 0 0 0\n")

    def gpu(self, args):
        """A card as the amdgpu driver shows it (power) or the xe driver (energy)."""
        card = "sys/class/drm/card0/device"
        hwmon = f"{card}/hwmon/hwmon0"
        if args.gpu == "amd":
            self.write(f"{card}/vendor", "0x1002\n")
            self.write(f"{card}/device", "0x73bf\n")
            self.write(f"{hwmon}/name", "amdgpu\n")
            self.write(f"{hwmon}/power1_average", "120000000\n")
            self.write(f"{hwmon}/temp1_input", "55000\n")
            self.write(f"{card}/gpu_busy_percent", "80\n")
        else:
            self.write(f"{card}/vendor", "0x8086\n")
            self.write(f"{card}/device", "0xe20b\n")
            self.write(f"{hwmon}/name", "xe\n")
            counter = Counter(self.root / hwmon / "energy1_input", SHARES["gpu"], 0, args.start_uj)
            counter.show(0.0)
            self.counters.append(counter)
        self.link(f"{hwmon}/device", "../..")
        self.link("sys/class/hwmon/hwmon0", "../drm/card0/device/hwmon/hwmon0")


def parse_wave(text):
    """"300:0.7,80:0.3": 300 W for 0.7 s, then 80 W for 0.3 s, and again."""
    return [tuple(float(part) for part in piece.split(":")) for piece in text.split(",")]


def wave_energy(wave, seconds):
    """Joules of the wave's first `seconds`."""
    period = sum(duration for _, duration in wave)
    rounds, rest = divmod(seconds, period)
    joules = rounds * sum(watts * duration for watts, duration in wave)
    for watts, duration in wave:
        joules += watts * min(rest, duration)
        rest = max(0.0, rest - duration)
    return joules


def run(tree, args):
    wave = parse_wave(args.wave)
    start = time.monotonic()
    while (now := time.monotonic() - start) < args.run:
        for counter in tree.counters:
            counter.show(wave_energy(wave, now))
        tree.busy(now, args)
        time.sleep(args.step)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--packages", type=int, default=1)
    for flag in ("dram", "core", "uncore", "psys", "mmio", "amd"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--gpu", choices=["amd", "intel"])
    parser.add_argument("--cpu-model", default="Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz")
    parser.add_argument("--cores", type=int, default=8, help="of one package")
    parser.add_argument("--memory-gb", type=float, default=16.0)
    parser.add_argument("--range-uj", type=int, default=RANGE_UJ)
    parser.add_argument("--start-uj", type=int, default=1000000, help="where the counters begin")
    parser.add_argument("--run", type=float, default=0.0, help="keep the counters moving, seconds")
    parser.add_argument("--wave", default="300:0.7,80:0.3", help="watts:seconds, ...")
    parser.add_argument("--step", type=float, default=0.01, help="seconds between two moves")
    args = parser.parse_args()
    tree = Tree(args.out)
    os.makedirs(args.out, exist_ok=True)
    tree.powercap(args)
    tree.cpus(args)
    if args.gpu:
        tree.gpu(args)
    if args.run > 0:
        run(tree, args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
