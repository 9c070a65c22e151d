#!/usr/bin/env python3
"""The published random search of kernel ridge regression with scikit-learn: seconds and best R2.

    search.py runs.csv --repeat 3
"""

import argparse
import csv
import json
import statistics
import time

import numpy as np
from scipy.stats import expon
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import KFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ("batch_size total_ram_gb train_size val_size gflops_forward image_size image_size "
            "gpu_cuda_cores gpu_memory_gb gpu_max_power_w").split()
DRAWS = 100


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with open(arguments.table, newline="") as file:
        rows = list(csv.DictReader(file))
    x = np.array([[float(row[name]) for name in FEATURES] for row in rows])
    y = np.array([float(row["avg_gpu_power_w"]) for row in rows])
    seconds = []
    for repeat in range(arguments.repeat + 1):
        search = RandomizedSearchCV(
            make_pipeline(StandardScaler(), KernelRidge(kernel="rbf")),
            {"kernelridge__alpha": expon(scale=0.01), "kernelridge__gamma": expon(scale=0.01)},
            n_iter=DRAWS, cv=KFold(5), scoring="r2", n_jobs=2, refit=False, random_state=0)
        start = time.perf_counter()
        search.fit(x, y)
        if repeat > 0:  # the first starts the worker processes
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": statistics.median(seconds), "best_r2": search.best_score_}))


main()
