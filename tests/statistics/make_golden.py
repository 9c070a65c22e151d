"""Writes golden.json: what libraries that the tests do not need say of some groups.

Made with Python 3.11, SciPy 1.17.1, pingouin 0.7.0, scikit-posthocs 0.17.1 and mpmath 1.4.1:
    python3 -m venv build/statistics-venv
    build/statistics-venv/bin/pip install scipy==1.17.1 pingouin==0.7.0 \\
        scikit-posthocs==0.17.1 mpmath==1.4.1
    build/statistics-venv/bin/python tests/statistics/make_golden.py
"""

import json
import pathlib

import mpmath
import numpy
import pandas
import pingouin
import scikit_posthocs
import scipy.stats

from data import groups, two_way

HERE = pathlib.Path(__file__).parent


def weyl(n, power):
    """n even numbers between 0 and 1, to a power: a long sample that needs no file."""
    return [(i * 0.6180339887498949 % 1.0) ** power for i in range(1, n + 1)]


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def frame_of(all_groups):
    rows = [(value, f"g{i}") for i, values in enumerate(all_groups) for value in values]
    return pandas.DataFrame(rows, columns=["y", "g"])


def shapiro_wilk():
    random = numpy.random.default_rng(5)
    kinds = (random.normal, random.exponential, random.uniform)
    samples = [rounded(kind(size=n)) for n in (3, 4, 5, 6, 7, 9, 11, 12, 13, 50, 99) for kind in kinds]
    samples += [[1, 2, 2, 3, 3, 3, 4], [1, 1, 2], [1e6 + v for v in (1, 2, 4, 8, 16, 32)]]
    samples += [[0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [5.0, 5.0, 5.0, 5.25]]
    questions = [({"values": values}, values) for values in samples]
    questions += [({"weyl": [n, p]}, weyl(n, p)) for n in (1000, 4999, 5000) for p in (1, 3)]
    for question, values in questions:
        result = scipy.stats.shapiro(values)
        yield {"what": "shapiro_wilk", **question}, {"statistic": result.statistic, "p": result.pvalue}


def one_way(seed, kind):
    all_groups = [rounded(values) for values in groups(seed, kind)]
    frame = frame_of(all_groups)
    table = pingouin.welch_anova(frame, dv="y", between="g").iloc[0]
    yield {"what": "welch_anova", "groups": all_groups}, {
        "f": table["F"],
        "df1": table["ddof1"],
        "df2": table["ddof2"],
        "p": table["p_unc"],
        "eta2": table["np2"],
    }
    table = pingouin.anova(frame, dv="y", between="g").iloc[0]
    yield {"what": "anova", "groups": all_groups}, {
        "f": table["F"],
        "p": table["p_unc"],
        "eta2": table["np2"],
    }
    table = pingouin.kruskal(frame, dv="y", between="g").iloc[0]
    yield {"what": "kruskal_wallis", "groups": all_groups}, {"h": table["H"], "p": table["p_unc"]}
    table = pingouin.homoscedasticity(frame, dv="y", group="g", center="median").iloc[0]
    yield {"what": "levene", "centre": "median", "groups": all_groups}, {
        "f": table["W"],
        "p": table["pval"],
    }


def pairs(seed, kind):
    all_groups = [rounded(values) for values in groups(seed, kind)]
    if kind != "tied":
        table = pingouin.pairwise_gameshowell(frame_of(all_groups), dv="y", between="g")
        yield {"what": "games_howell", "groups": all_groups}, [
            {"difference": r["diff"], "se": r["se"], "t": r["T"], "df": r["df"], "p": r["pval"]}
            for _, r in table.iterrows()
        ]
        for what, equal in (("games_howell", False), ("tukey_kramer", True)):
            p = scipy.stats.tukey_hsd(*all_groups, equal_var=equal).pvalue
            yield {"what": what, "groups": all_groups}, [
                {"p": p[i, j]} for i in range(len(p)) for j in range(i + 1, len(p))
            ]
    for name, ours in (("holm", "holm"), ("fdr_bh", "fdr"), ("bonferroni", "bonferroni")):
        p = scikit_posthocs.posthoc_dunn(all_groups, p_adjust=name).to_numpy()
        yield {"what": "dunn", "correction": ours, "groups": all_groups}, [
            {"p": p[i, j]} for i in range(len(p)) for j in range(i + 1, len(p))
        ]


def two_factors(seed):
    case = two_way(seed)
    case["response"] = rounded(case["response"])
    table = pingouin.anova(
        pandas.DataFrame({k: case[k] for k in ("response", "first", "second")}),
        dv="response",
        between=["first", "second"],
        detailed=True,
        ss_type=2,
    )
    yield {"what": "two_way_anova", **case}, {
        term: {"ss": r["SS"], "df": r["DF"], "f": r["F"], "p": r["p_unc"], "eta2": r["np2"]}
        for term, (_, r) in zip(("first", "second", "interaction"), table.iterrows())
    }


def studentized_range():
    """By its definition in 30 digits, so that thin tails are known too."""
    mpmath.mp.dps = 30
    step = mpmath.mpf(1) / 6

    def above(q, k, df):
        scale = 2 * mpmath.power(df / 2, df / 2) / mpmath.gamma(df / 2)

        def within(w):
            nodes = (i * step for i in range(-72, 73 + int(6 * w)))
            return k * step * mpmath.fsum(
                mpmath.npdf(z) * (mpmath.ncdf(z) - mpmath.ncdf(z - w)) ** (k - 1) for z in nodes
            )

        def of_scale(s):
            return scale * s ** (df - 1) * mpmath.exp(-df * s * s / 2) * (1 - within(q * s))

        end = 1 + 14 / mpmath.sqrt(df)
        return mpmath.quad(of_scale, [0, 0.3, 0.6, 1, (1 + end) / 2, end], maxdegree=5)

    for q, k, df in ((0.5, 3, 4), (3.5, 3, 10), (6, 5, 2.5), (9, 4, 12), (15, 3, 30)):
        p = above(mpmath.mpf(q), mpmath.mpf(k), mpmath.mpf(df))
        yield {"what": "studentized_range", "q": q, "groups": k, "df": df}, {"p": p}


def all_cases():
    yield from shapiro_wilk()
    for seed, kind in enumerate(("normal", "unequal", "skewed", "tied")):
        yield from one_way(seed, kind)
        yield from pairs(seed, kind)
    for seed in (0, 1, 3, 4, 7):
        yield from two_factors(seed)
    yield from studentized_range()


if __name__ == "__main__":
    cases = [
        {"question": question, "answer": answer}
        for question, answer in all_cases()
    ]
    lines = ",\n".join(json.dumps(case, default=float) for case in cases)
    (HERE / "golden.json").write_text(f"[\n{lines}\n]\n")
