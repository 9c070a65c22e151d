"""Recorded results of pingouin, scikit-posthocs, a late SciPy and mpmath: see make_golden.py."""

import json
import pathlib

from asking import ask, same_number, same_p

GOLDEN = json.loads((pathlib.Path(__file__).parent / "golden.json").read_text())
# Absolute errors of recorded p-values: quadrature of the studentized range (mpmath's has none), and
# the difference that Shapiro-Wilk's exact p of 3 values is.
UNCERTAIN = {"games_howell": 1e-9, "tukey_kramer": 1e-9, "shapiro_wilk": 1e-14}


def question_of(case):
    """A long sample is written as its rule."""
    question = dict(case["question"])
    if "weyl" in question:
        n, power = question.pop("weyl")
        question["values"] = [(i * 0.6180339887498949 % 1.0) ** power for i in range(1, n + 1)]
    return question


def compare(ours, theirs, absolute):
    if isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs):
            compare(one, other, absolute)
        return
    for key, value in theirs.items():
        if isinstance(value, dict):
            compare(ours[key], value, absolute)
        elif key == "p":
            same_p(ours[key], value, absolute)
        else:
            same_number(ours[key], value)


def test_golden():
    kinds = {}
    for case, ours in zip(GOLDEN, ask([question_of(case) for case in GOLDEN])):
        what = case["question"]["what"]
        compare(ours, case["answer"], UNCERTAIN.get(what, 1e-290))
        kinds[what] = kinds.get(what, 0) + 1
    assert kinds["shapiro_wilk"] >= 40
    assert len(kinds) == 10
