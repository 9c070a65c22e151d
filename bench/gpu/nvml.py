"""A second opinion: NVML read by nothing but ctypes, so that joulecast can be held against it.

    python3 nvml.py LOG.csv [HZ]     # logs GPU 0 until it is told to stop (SIGTERM)

Columns: CLOCK_MONOTONIC seconds, energy counter in joules, nvmlDeviceGetPowerUsage, the average and
the instant power field in watts. A field that the GPU does not have stays empty.
"""

import ctypes
import signal
import sys
import time

POWER_AVERAGE, POWER_INSTANT = 185, 186  # NVML_FI_DEV_POWER_AVERAGE, _INSTANT
COLUMNS = ("time_s", "energy_j", "power_w", "average_w", "instant_w")


class FieldValue(ctypes.Structure):
    """nvmlFieldValue_t"""

    _fields_ = [("field", ctypes.c_uint), ("scope", ctypes.c_uint),
                ("timestamp_us", ctypes.c_longlong), ("latency_us", ctypes.c_longlong),
                ("type", ctypes.c_int), ("status", ctypes.c_int), ("value", ctypes.c_ulonglong)]


class Gpu:
    """One GPU; each reading is a number, or None where the GPU does not have it."""

    def __init__(self, index=0):
        self.library = ctypes.CDLL("libnvidia-ml.so.1")
        self.handle = ctypes.c_void_p()
        self._must("nvmlInit_v2")
        self._must("nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index),
                   ctypes.byref(self.handle))

    def _must(self, function, *arguments):
        status = getattr(self.library, function)(*arguments)
        if status != 0:
            raise OSError(f"{function}: NVML error {status}")

    def _text(self, function, *arguments):
        text = ctypes.create_string_buffer(96)
        status = getattr(self.library, function)(*arguments, text, ctypes.c_uint(len(text)))
        return text.value.decode() if status == 0 else None

    def _number(self, function, kind):
        value = kind()
        status = getattr(self.library, function)(self.handle, ctypes.byref(value))
        return value.value if status == 0 else None

    def name(self):
        return self._text("nvmlDeviceGetName", self.handle)

    def driver(self):
        return self._text("nvmlSystemGetDriverVersion")

    def limit_w(self):
        limit = self._number("nvmlDeviceGetEnforcedPowerLimit", ctypes.c_uint)
        return None if limit is None else limit / 1e3

    def energy_j(self):
        energy = self._number("nvmlDeviceGetTotalEnergyConsumption", ctypes.c_ulonglong)
        return None if energy is None else energy / 1e3

    def power_w(self):
        power = self._number("nvmlDeviceGetPowerUsage", ctypes.c_uint)
        return None if power is None else power / 1e3

    def fields_w(self):
        """Average and instant power."""
        values = (FieldValue * 2)()
        values[0].field, values[1].field = POWER_AVERAGE, POWER_INSTANT
        status = self.library.nvmlDeviceGetFieldValues(self.handle, 2, values)
        return [v.value / 1e3 if status == 0 and v.status == 0 else None for v in values]

    def row(self):
        # Power first: where a call is slow, the counter's moment is the best known.
        power, (average, instant) = self.power_w(), self.fields_w()
        return (time.monotonic(), self.energy_j(), power, average, instant)


def log(path, hz):
    going = [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    gpu = Gpu()
    due = time.monotonic()
    with open(path, "w", encoding="ascii", buffering=1) as out:
        out.write(",".join(COLUMNS) + "\n")
        while going:
            row = gpu.row()
            out.write(",".join("" if v is None else f"{v:.4f}" for v in row) + "\n")
            due = max(due + 1 / hz, row[0])
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    log(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 50.0)
