#!/usr/bin/env python3
"""Writes tests/data/pre_published_golden.json: scikit-learn's fits of the published regressors on
made-up trainings with repeats, which src/pre/published_golden_test.cc must equal.


    venv/bin/python tools/golden/pre_published.py > tests/data/pre_published_golden.json
Needs numpy and scikit-learn (1.9.1 wrote the file in the repository).
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR


def inputs(random, count):
    """In the order of the published features; image height and width are equal, as in the paper."""
    size = random.choice([64, 128, 224], count)
    gpu = random.integers(0, 3, count)
    return np.column_stack(
        [
            random.choice([16, 32, 64, 128], count),
            random.choice([16, 32], count),
            random.integers(5000, 50000, count),
            random.integers(1000, 9000, count),
            random.uniform(0.1, 20.0, count).round(6),
            size,
            size,
            np.array([640, 5888, 10496])[gpu],
            np.array([2, 8, 24])[gpu],
            np.array([60, 220, 350])[gpu],
        ]
    ).astype(float)


def main():
    random = np.random.default_rng(20261123)
    distinct = inputs(random, 24)
    rows = distinct[random.integers(0, len(distinct), 90)]
    level = 0.4 * rows[:, 9] + 3.0 * np.sqrt(rows[:, 4] * rows[:, 5] / rows[:, 0])
    power_w = (20.0 + level * random.normal(1.0, 0.01, len(rows))).round(6)
    asked = np.vstack([distinct[:4], inputs(random, 8)])
    models = {
        "linear": ({}, LinearRegression()),
        "ridge": ({"alpha": 0.3}, Ridge(alpha=0.3)),
        "krr": (
            {"alpha": 0.0006645, "gamma": 0.0441886},
            KernelRidge(kernel="rbf", alpha=0.0006645, gamma=0.0441886),
        ),
        "svr": (
            {"c": 200.0, "epsilon": 1.5, "gamma": 0.03},
            SVR(C=200.0, epsilon=1.5, gamma=0.03, tol=1e-3),
        ),
    }
    golden = {}
    for name, (hyper, regressor) in models.items():
        model = make_pipeline(StandardScaler(), regressor)
        r2 = cross_val_score(model, rows, power_w, cv=KFold(5), scoring="r2").mean()
        answers = model.fit(rows, power_w).predict(asked)
        golden[name] = {"hyper": hyper, "r2": r2, "answers": answers.tolist()}
    document = {
        "made_by": f"tools/golden/pre_published.py, scikit-learn {sklearn.__version__}",
        "rows": rows.tolist(),
        "power_w": power_w.tolist(),
        "asked": asked.tolist(),
        "models": golden,
    }
    json.dump(document, sys.stdout)
    print()


main()
