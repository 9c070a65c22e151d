"""Tests over groups, beside SciPy and statsmodels."""

import numpy
import pytest
import scipy.stats
from statsmodels.stats.oneway import anova_oneway

from asking import ask, refused, same_number, same_p
from data import groups

SEEDS = range(200)
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(scope="module")
def all_groups():
    return [groups(seed) for seed in SEEDS]


def answers(what, all_groups, **options):
    return ask([{"what": what, "groups": g, **options} for g in all_groups])


def constant(values):
    return min(values) == max(values)


@pytest.mark.parametrize("centre", ["median", "mean"])
def test_levene(all_groups, centre):
    compared = 0
    for g, ours in zip(all_groups, answers("levene", all_groups, centre=centre)):
        if all(len(values) == 2 for values in g):
            assert refused(ours)  # both distances in a group are the same: SciPy divides by 0
            continue
        theirs = scipy.stats.levene(*g, center=centre)
        same_number(ours["f"], theirs.statistic)
        same_p(ours["p"], theirs.pvalue)
        compared += 1
    assert compared > 150


def test_anova(all_groups):
    for g, ours in zip(all_groups, answers("anova", all_groups)):
        theirs = scipy.stats.f_oneway(*g)
        # statsmodels and SciPy lose digits where values lie far from 0; so compare shifted ones.
        same_number(ours["f"], scipy.stats.f_oneway(*shifted(g)).statistic)
        same_p(ours["p"], scipy.stats.f_oneway(*shifted(g)).pvalue)
        same_number(ours["f"], theirs.statistic, 1e-6)


def shifted(g):
    """The same values about their median: exact for values of one size."""
    centre = numpy.median(numpy.concatenate(g))
    return [(numpy.array(values) - centre).tolist() for values in g]


def test_welch_anova(all_groups):
    for g, ours in zip(all_groups, answers("welch_anova", all_groups)):
        if any(constant(values) for values in g):
            assert refused(ours)
            continue
        theirs = anova_oneway(shifted(g), use_var="unequal", welch_correction=True)
        same_number(ours["f"], theirs.statistic)
        same_number(ours["df2"], theirs.df_denom)
        same_p(ours["p"], theirs.pvalue)


def test_kruskal_wallis(all_groups):
    for g, ours in zip(all_groups, answers("kruskal_wallis", all_groups)):
        theirs = scipy.stats.kruskal(*g)
        n = sum(len(values) for values in g)
        same_number(ours["h"], theirs.statistic)
        same_p(ours["p"], theirs.pvalue)
        same_number(ours["eta2"], (theirs.statistic - len(g) + 1) / (n - len(g)))


def test_dagostino_pearson():
    random = numpy.random.default_rng(1)
    samples = [random.normal(size=n) ** power for n in (20, 37, 5001, 20000) for power in (1, 2, 3)]
    for values, ours in zip(
        samples, ask([{"what": "dagostino_pearson", "values": v.tolist()} for v in samples])
    ):
        theirs = scipy.stats.normaltest(values)
        same_number(ours["statistic"], theirs.statistic)
        same_p(ours["p"], theirs.pvalue)


def test_shapiro_wilk():
    """Roughly: SciPy before 1.12 computes in single precision. test_golden.py has exact results."""
    random = numpy.random.default_rng(2)
    samples = [
        kind(size=n)
        for n in (3, 4, 5, 6, 7, 11, 12, 20, 100, 999)
        for kind in (random.normal, random.exponential, random.uniform)
    ]
    for values, ours in zip(
        samples, ask([{"what": "shapiro_wilk", "values": v.tolist()} for v in samples])
    ):
        theirs = scipy.stats.shapiro(values)
        assert ours["statistic"] == pytest.approx(theirs.statistic, abs=2e-6)
        assert ours["p"] == pytest.approx(theirs.pvalue, rel=5e-3, abs=1e-5)


@pytest.mark.parametrize("what", ["levene", "anova", "welch_anova", "kruskal_wallis", "dunn"])
def test_what_cannot_be_judged_is_refused(what):
    hopeless = [
        [],
        [[1.0, 2.0, 3.0]],
        [[1.0, 2.0], []],
        [[1.0, 1.0], [1.0, 1.0, 1.0]],
        [[1.0], [2.0]],
    ]
    options = {"centre": "median", "correction": "holm"}
    for answer in answers(what, hopeless, **options):
        assert refused(answer)


def test_shapiro_wilk_refuses():
    for values in ([1.0, 2.0], [3.0] * 10, list(range(5001))):
        assert refused(ask([{"what": "shapiro_wilk", "values": values}])[0])
