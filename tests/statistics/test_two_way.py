"""Two factors, beside statsmodels."""

import csv
import os
import pathlib

import numpy
import pandas
import pytest
import scipy.stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from asking import REPOSITORY, ask, refused, same_number, same_p
from data import two_way

TERMS = {"first": "C(first)", "second": "C(second)", "interaction": "C(first):C(second)"}
SHARED = pathlib.Path(os.environ.get("JOULECAST_SHARED_DATA", REPOSITORY / ".." / "shared" / "data"))


def table_of(case):
    return pandas.DataFrame({key: case[key] for key in ("response", "first", "second")})


def statsmodels_table(response, frame):
    frame = frame.assign(response=response - numpy.mean(response))
    return anova_lm(ols("response ~ C(first) * C(second)", frame).fit(), typ=2)


def same_effect(ours, theirs, term):
    row, residual = theirs.loc[TERMS[term]], theirs.loc["Residual", "sum_sq"]
    same_number(ours["ss"], row["sum_sq"])
    assert ours["df"] == row["df"]
    same_number(ours["f"], row["F"])
    same_p(ours["p"], row["PR(>F)"])
    same_number(ours["eta2"], row["sum_sq"] / (row["sum_sq"] + residual))


def test_two_way_anova():
    cases = [two_way(seed) for seed in range(36)]
    for case, ours in zip(cases, ask([{"what": "two_way_anova", **case} for case in cases])):
        theirs = statsmodels_table(numpy.array(case["response"]), table_of(case))
        assert ours["residual_df"] == theirs.loc["Residual", "df"]
        for term in TERMS:
            same_effect(ours[term], theirs, term)


def aligned(frame, term):
    """Wobbrock et al.'s alignment, from means of observations."""
    y = frame["response"]
    first = y.groupby(frame["first"]).transform("mean")
    second = y.groupby(frame["second"]).transform("mean")
    cell = y.groupby([frame["first"], frame["second"]]).transform("mean")
    effect = {
        "first": first - y.mean(),
        "second": second - y.mean(),
        "interaction": cell - first - second + y.mean(),
    }[term]
    return (y - cell + effect).to_numpy()


def ranks(values, largest):
    """Ranks where values that differ by rounding only are ties."""
    order = numpy.argsort(values, kind="stable")
    steps = numpy.diff(values[order]) > 32 * numpy.finfo(float).eps * largest
    classes = numpy.empty(values.size)
    classes[order] = numpy.concatenate([[0], numpy.cumsum(steps)])
    return scipy.stats.rankdata(classes)


def test_aligned_rank_transform():
    cases = [two_way(seed) for seed in range(36)]
    for case, ours in zip(cases, ask([{"what": "aligned_rank_transform", **c} for c in cases])):
        frame = table_of(case)
        for term in TERMS:
            ranked = ranks(aligned(frame, term), frame["response"].abs().max())
            same_effect(ours[term], statsmodels_table(ranked, frame), term)


def test_what_cannot_be_judged_is_refused():
    cell = {"first": [0, 0, 1, 1] * 2, "second": [0, 1, 0, 1] * 2}
    good = {**cell, "first_levels": 2, "second_levels": 2, "response": [1, 2, 3, 4, 5, 6, 7, 9]}
    bad = [
        {**good, "response": [1, 2, 3, 4] * 2},  # nothing varies within a cell
        {**good, "first_levels": 3},  # a level without runs
        {**good, "first": [0] * 8, "first_levels": 1},
        {**good, "first": [0, 0, 1, 2] * 2},  # no such level
        {**good, "response": [1, 2, 3]},
        {**good, "response": [1, 2, 3, 4], "first": [0, 0, 1, 1], "second": [0, 1, 0, 1]},
    ]
    for what in ("two_way_anova", "aligned_rank_transform", "choose_two_way"):
        assert not refused(ask([{"what": what, **good}])[0])
        for case in bad:
            assert refused(ask([{"what": what, **case}])[0]), case


def test_published_interaction_of_network_and_gpu():
    """chesslive on two GPUs: energy per image, as the published trade-off analysis takes it."""
    path = SHARED / "delrey2025" / "runs.csv"
    if not path.exists():
        pytest.skip(f"no {path} (set JOULECAST_SHARED_DATA)")
    with path.open() as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["dataset"] == "chesslive" and row["gpu_model"] in ("RTX 3070", "RTX 3090")
        ]
    networks = sorted({row["architecture"] for row in rows})
    counts = {n: {r["gpu_model"] for r in rows if r["architecture"] == n} for n in networks}
    networks = [n for n in networks if len(counts[n]) == 2]
    rows = [row for row in rows if row["architecture"] in networks]
    assert len(networks) == 5
    case = {
        "response": [
            1e3 * float(row["avg_epoch_energy_kj"]) / (int(row["train_size"]) + int(row["val_size"]))
            for row in rows
        ],
        "first": [networks.index(row["architecture"]) for row in rows],
        "second": [int(row["gpu_model"] == "RTX 3090") for row in rows],
        "first_levels": 5,
        "second_levels": 2,
    }
    ours, ranked = ask([{"what": w, **case} for w in ("two_way_anova", "aligned_rank_transform")])
    theirs = statsmodels_table(numpy.array(case["response"]), table_of(case))
    for term in TERMS:
        same_effect(ours[term], theirs, term)
    assert ours["interaction"]["f"] == pytest.approx(428, abs=1)
    assert ours["interaction"]["eta2"] == pytest.approx(0.905, abs=0.001)
    assert ranked["interaction"]["p"] < 1e-10
