"""The pretended GPUs that all tools see, and what they truly took."""

import ctypes
import os

WAVE = "wave=300W*0.7s,80W*0.3s start=0 phase=0.137s energy_period=100ms"


def configuration(gpus, architecture):
    return f"gpus={gpus} architecture={architecture} {WAVE}"


def environment(folder, gpus, architecture):
    """For the processes of a tool: the library is found by the loader, as the real one is."""
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("LD_LIBRARY_PATH")]))
    return {"LD_LIBRARY_PATH": path, "JOULECAST_FAKE_GPU": configuration(gpus, architecture)}


class Truth:
    """Joules between two moments of CLOCK_MONOTONIC. One configuration for each process."""

    def __init__(self, folder, gpus, architecture):
        os.environ["JOULECAST_FAKE_GPU"] = configuration(gpus, architecture)
        self.gpus = gpus
        library = ctypes.CDLL(str(folder / "libnvidia-ml.so.1"))
        library.nvmlInit_v2()
        self.energy = library.joulecast_fake_true_energy
        self.energy.restype = ctypes.c_double
        self.energy.argtypes = [ctypes.c_uint, ctypes.c_double, ctypes.c_double]

    def joules(self, start_s, end_s):
        return sum(self.energy(gpu, start_s, end_s) for gpu in range(self.gpus))
