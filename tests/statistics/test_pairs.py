"""Pairs of groups, sizes of effects and correlations, beside SciPy, statsmodels and formulas."""

import math

import numpy
import pytest
import scipy.stats
from statsmodels.stats.multitest import multipletests

from asking import ask, refused, same_number, same_p
from data import groups

METHODS = {"holm": "holm", "bonferroni": "bonferroni", "fdr": "fdr_bh"}
# SciPy integrates the studentized range's cdf to about this; small p-values are 1 less that.
STUDENTIZED_RANGE = 1e-9


@pytest.mark.parametrize("correction", METHODS)
def test_corrections(correction):
    random = numpy.random.default_rng(3)
    families = [random.uniform(size=n) ** 3 for n in (1, 2, 5, 45)]
    families += [numpy.round(family, 1) for family in families]
    questions = [{"what": "correct", "p": f.tolist(), "correction": correction} for f in families]
    for family, ours in zip(families, ask(questions)):
        theirs = multipletests(family, method=METHODS[correction])[1]
        for a, b in zip(ours, theirs):
            same_number(a, b)


@pytest.mark.parametrize("correction", ["holm", "fdr"])
def test_dunn(correction):
    all_groups = [groups(seed) for seed in range(48)]
    questions = [{"what": "dunn", "groups": g, "correction": correction} for g in all_groups]
    for g, ours in zip(all_groups, ask(questions)):
        pooled = numpy.concatenate(g)
        ranks = numpy.split(scipy.stats.rankdata(pooled), numpy.cumsum([len(v) for v in g])[:-1])
        n = pooled.size
        tied = numpy.unique(pooled, return_counts=True)[1].astype(float)
        variance = n * (n + 1) / 12 - numpy.sum(tied**3 - tied) / (12 * (n - 1))
        z = [
            (ranks[i].mean() - ranks[j].mean())
            / math.sqrt(variance * (1 / len(g[i]) + 1 / len(g[j])))
            for i in range(len(g))
            for j in range(i + 1, len(g))
        ]
        p = 2 * scipy.stats.norm.sf(numpy.abs(z))
        for a, b in zip(ours, z):
            same_number(a["z"], b)
        for a, b, c in zip(ours, p, multipletests(p, method=METHODS[correction])[1]):
            same_p(a["p_uncorrected"], b)
            same_p(a["p"], c)


def test_games_howell():
    all_groups = [groups(seed) for seed in range(0, 24)]
    for g, ours in zip(all_groups, ask([{"what": "games_howell", "groups": g} for g in all_groups])):
        for pair in ours[:3]:
            a, b = (numpy.array(g[i]) for i in pair["pair"])
            welch = scipy.stats.ttest_ind(a - a[0], b - a[0], equal_var=False)
            same_number(pair["t"], welch.statistic)
            va, vb = numpy.var(a - a[0], ddof=1) / a.size, numpy.var(b - a[0], ddof=1) / b.size
            same_number(
                pair["df"], (va + vb) ** 2 / (va**2 / (a.size - 1) + vb**2 / (b.size - 1))
            )
            p = scipy.stats.studentized_range.sf(
                abs(pair["t"]) * math.sqrt(2), len(g), pair["df"]
            )
            same_p(pair["p"], p, STUDENTIZED_RANGE)
            if len(g) == 2:  # then it is Welch's t-test, which SciPy knows far into the tail
                same_p(pair["p"], welch.pvalue)


def test_tukey_kramer():
    all_groups = [groups(seed, "normal") for seed in range(8)]
    for g, ours in zip(all_groups, ask([{"what": "tukey_kramer", "groups": g} for g in all_groups])):
        theirs = scipy.stats.tukey_hsd(*g).pvalue
        for pair in ours:
            i, j = pair["pair"]
            same_p(pair["p"], theirs[i, j], STUDENTIZED_RANGE)


def test_pairs_that_cannot_be_judged_are_refused():
    constant = [[1.0, 1.0], [2.0, 2.0, 2.0], [1.0, 2.0, 3.0]]
    one = [[1.0], [2.0, 3.0]]
    for what in ("games_howell", "tukey_kramer"):
        assert refused(ask([{"what": what, "groups": one}])[0])
        assert refused(ask([{"what": what, "groups": constant[:2]}])[0])
    assert refused(ask([{"what": "games_howell", "groups": constant}])[0])


def cliff_by_definition(a, b, confidence):
    """Every pair of values, O(n m)."""
    d = numpy.sign(numpy.subtract.outer(a, b))
    m, n = d.shape
    delta = d.mean()
    z = scipy.stats.norm.ppf(0.5 + confidence / 2)
    if abs(delta) == 1.0:
        inner = (min(m, n) - z**2) / (min(m, n) + z**2)
        return (delta, inner, 1.0) if delta > 0 else (delta, -1.0, -inner)
    rows = numpy.sum((d.mean(axis=1) - delta) ** 2)
    columns = numpy.sum((d.mean(axis=0) - delta) ** 2)
    cells = numpy.sum((d - delta) ** 2)
    variance = (n**2 * rows + m**2 * columns - cells) / (m * n * (m - 1) * (n - 1))
    variance = max(variance, (1 - delta**2) / (m * n - 1))
    reach = z * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    scale = 1 - delta**2 + z**2 * variance
    centre = delta - delta**3
    return delta, max((centre - reach) / scale, -1.0), min((centre + reach) / scale, 1.0)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_cliffs_delta(confidence):
    pairs = [groups(seed)[:2] for seed in range(80)]
    questions = [{"what": "cliffs_delta", "groups": g, "confidence": confidence} for g in pairs]
    for g, ours in zip(pairs, ask(questions)):
        delta, lower, upper = cliff_by_definition(*map(numpy.array, g), confidence)
        same_number(ours["delta"], delta)
        same_number(ours["lower"], lower)
        same_number(ours["upper"], upper)
        u = scipy.stats.mannwhitneyu(*g).statistic
        same_number(ours["delta"], 2 * u / (len(g[0]) * len(g[1])) - 1)


@pytest.mark.parametrize("what", ["pearson", "spearman"])
def test_correlations(what):
    random = numpy.random.default_rng(4)
    theirs_of = {"pearson": scipy.stats.pearsonr, "spearman": scipy.stats.spearmanr}[what]
    pairs = []
    for n in (3, 4, 5, 10, 100, 2000):
        for slope in (0.0, 0.3, -2.0):
            x = random.normal(size=n)
            y = slope * x + random.normal(size=n)
            pairs += [(x, y), (numpy.round(x), numpy.round(y)), (numpy.exp(x), 1e5 + y)]
    compared = 0
    questions = [{"what": what, "x": x.tolist(), "y": y.tolist()} for x, y in pairs]
    for (x, y), ours in zip(pairs, ask(questions)):
        if x.min() == x.max() or y.min() == y.max():
            assert refused(ours)
            continue
        theirs = theirs_of(x, y)
        same_number(ours["r"], theirs[0])
        if abs(ours["r"]) < 1 - 1e-12:  # rounding decides beyond that
            same_p(ours["p"], theirs[1])
            compared += 1
    assert compared > 45


def test_correlations_refuse():
    for x, y in (([1, 2], [3, 4]), ([1, 2, 3], [1, 2]), ([1, 1, 1], [1, 2, 3])):
        for what in ("pearson", "spearman"):
            assert refused(ask([{"what": what, "x": x, "y": y}])[0])
