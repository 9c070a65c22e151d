"""Questions to the program that calls our statistics, and the comparison of its answers."""

import json
import math
import os
import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DRIVER = os.environ.get(
    "JOULECAST_STATISTICS",
    str(REPOSITORY / "build" / "release" / "tests" / "statistics" / "joulecast_statistics_driver"),
)
NUMBER = 1e-9  # relative, and absolute below 1
P_VALUE = 1e-6  # relative


def ask(questions):
    """One answer per question: what the function gives, or {"error": its line}."""
    done = subprocess.run(
        [DRIVER], input=json.dumps(questions), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def same_number(ours, theirs, tolerance=NUMBER):
    assert math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance), (ours, theirs)


def same_p(ours, theirs, absolute=1e-290):
    """`absolute`: what the other side's own method leaves uncertain."""
    assert 0.0 <= ours <= 1.0
    assert math.isclose(ours, theirs, rel_tol=P_VALUE, abs_tol=absolute), (ours, theirs)


def refused(answer):
    """Whether the answer is one clear line instead of a number."""
    if not isinstance(answer, dict) or "error" not in answer:
        return False
    assert answer["error"] and "\n" not in answer["error"]
    return True
