"""Epoch marks: what a training tells record.py, as JSON lines appended to the file in RECORD_MARKS.

Times are seconds on CLOCK_MONOTONIC, which all processes of a machine share. Without RECORD_MARKS
the marks go nowhere and the training runs all the same.
"""

import contextlib
import json
import os
import time


def about(**facts):
    """Say what is trained: title, planned_epochs, network, dataset, batch_size, parameters, …"""
    _append({"mark": "about", **facts})


class Epoch:
    """One epoch under way: set `loss`, `val_loss`, `accuracy` and `samples` before it ends."""

    def __init__(self, number, phase):
        self.number = number
        self.phase = phase
        self.samples = None  # training samples seen
        self.loss = None  # mean training loss
        self.val_loss = None
        self.accuracy = None  # share of validation samples that are right, 0 to 1
        self._start = time.monotonic()
        self._evaluation = (None, None)

    @contextlib.contextmanager
    def evaluation(self):
        """Everything inside is this epoch's evaluation pass."""
        start = time.monotonic()
        yield
        self._evaluation = (start, time.monotonic())

    def end(self):
        """Write the epoch's mark."""
        _append({"mark": "epoch", "epoch": self.number, "phase": self.phase, "samples": self.samples,
                 "start_s": self._start, "end_s": time.monotonic(),
                 "evaluation_start_s": self._evaluation[0], "evaluation_end_s": self._evaluation[1],
                 "loss": self.loss, "val_loss": self.val_loss, "accuracy": self.accuracy})


@contextlib.contextmanager
def epoch(number, phase="train"):
    """Mark epoch `number`, counted from 1, of `phase`."""
    current = Epoch(number, phase)
    yield current
    current.end()


def _append(mark):
    path = os.environ.get("RECORD_MARKS")
    if path:
        with open(path, "a", encoding="utf-8") as marks:
            marks.write(json.dumps(mark) + "\n")
