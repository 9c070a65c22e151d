"""A training and GPUs that are not there, for tests of the whole command."""

import pathlib

import conftest

FAKE = pathlib.Path(conftest.COMMAND).resolve().parent / "fake"

# Marks its epochs through the socket and waits in between; needs nothing but Python.
TRAINING = """
import os, socket, sys, time
epochs, seconds = int(sys.argv[1]), float(sys.argv[2])
link = socket.socket(socket.AF_UNIX)
link.connect(os.environ["JOULECAST_SOCKET"])
def mark(line):
    line += " t=%.6f" % time.clock_gettime(time.CLOCK_MONOTONIC)
    link.sendall(line.encode() + b"\\n")
    answer = link.recv(1000)
    if answer != b"ok\\n":
        print("refused:", line, answer, flush=True)
time.sleep(0.5)
mark("plan epochs=%d" % epochs)
for epoch in range(1, epochs + 1):
    begin = time.clock_gettime(time.CLOCK_MONOTONIC)
    time.sleep(seconds)
    mark("epoch_end %d loss=%g" % (epoch, 1 / epoch))
    print(begin, time.clock_gettime(time.CLOCK_MONOTONIC), flush=True)
"""


def fake_gpus(description, **more):
    """The environment in which the real loading code finds fake GPUs."""
    return {"JOULECAST_FAKE_GPU": description, "LD_LIBRARY_PATH": str(FAKE), **more}


def wave_energy(begin_s, end_s, high_w=300.0, high_s=0.7, low_w=80.0, low_s=0.3):
    """True joules of a square wave whose phase is zero at CLOCK_MONOTONIC 0."""

    def since_zero(time_s):
        period_s = high_s + low_s
        whole = time_s // period_s
        rest = time_s - whole * period_s
        in_period = high_w * min(rest, high_s) + low_w * max(0.0, rest - high_s)
        return whole * (high_w * high_s + low_w * low_s) + in_period

    return since_zero(end_s) - since_zero(begin_s)

