"""joulecast run --set-up and joulecast estimate --history: what was expected, and what it took."""

import json
import os
import subprocess
import sys

import pytest

import conftest
from fake_gpus import TRAINING, fake_gpus
from test_estimate import own, runs  # noqa: F401 (fixtures)

MAKE_RUN = os.environ.get("JOULECAST_MAKE_RUN", str(conftest.REPOSITORY / "build" / "release" / "tests" /
                                                    "joulecast_make_run"))
PLAN = """network = "resnet18"
gpu = "RTX 3090"
batch_size = 64
image_size = 128
train_size = 6400
epochs = 5
"""
FAKE = fake_gpus('model="NVIDIA GeForce RTX 3090" architecture=ampere limit=350W wave=250W*1s')


@pytest.fixture
def run(joulecast, own, write):  # noqa: F811
    """run(plan, command...) of a training of five epochs."""

    def call(*command, plan=PLAN, options=()):
        command = command or (sys.executable, "-c", TRAINING, 5, 0.6)
        return joulecast("run", "--set-up", write("plan.toml", plan), "--estimator", own, "--sources",
                         "nvml", *options, "--", *command, env=FAKE)

    return call


def test_estimate_projection_and_outcome_side_by_side(run, joulecast):
    done = run()
    assert done.code == 0, done.err
    assert "expected of its epochs" in done.err
    record = joulecast("show", "last", "--json").json("show")
    assert record["estimate"]["energy_j"] > 0
    assert record["start"]["set_up"]["batch_size"] == "64"
    assert record["plan"] == {"unit": "epochs", "total": 5, "duration_s": None}

    history = joulecast("estimate", "--history", "--json").json("history")
    (row,) = history["runs"]
    estimate = row["estimate"]
    assert estimate["energy_j"] == record["estimate"]["energy_j"]
    epochs_j = sum(epoch["energy_j"] for epoch in record["epochs"])
    assert estimate["outcome_j"] == pytest.approx(epochs_j)
    assert estimate["energy_error"] == pytest.approx(estimate["energy_j"] / epochs_j - 1)
    inside = estimate["energy_low_j"] <= epochs_j <= estimate["energy_high_j"]
    assert estimate["within"] is inside
    assert row["energy_j"] == pytest.approx(record["total"]["energy_j"])
    assert row["projections"][0]["outcome_j"] == pytest.approx(record["total"]["energy_j"])
    assert history["estimates"]["runs"] == 1

    text = joulecast("estimate", "--history").out
    for word in ("resnet18 on RTX 3090", "estimate", "at 10 %", "at 50 %", "1 run, median error"):
        assert word in text


def test_a_run_that_failed_is_no_outcome(run, joulecast):
    assert run("sh", "-c", "sleep 1.5; exit 3").code == 3
    (row,) = joulecast("estimate", "--history", "--json").json("history")["runs"]
    assert row["state"] == "failed"
    assert row["energy_j"] is None and row["estimate"]["energy_error"] is None


def test_runs_without_an_estimate_are_there_for_their_projections(joulecast, tmp_path):
    subprocess.run([MAKE_RUN, tmp_path / "store", "title=a run"], check=True, stdout=subprocess.DEVNULL)
    (row,) = joulecast("estimate", "--history", "--store", "store", "--json").json("history")["runs"]
    assert row["what"] == "a run" and row["projections"]


def test_an_empty_store_says_what_to_do(joulecast):
    done = joulecast("estimate", "--history", "--store", "none")
    assert done.code == 0
    assert "joulecast run --set-up" in done.out


def test_what_cannot_be_estimated_is_trained_all_the_same(run, joulecast):
    done = run("echo", "trained", plan=PLAN.replace("resnet18", "resnet19"))
    assert done.code == 0
    assert done.out == "trained\n"
    assert "no estimate is recorded" in done.err and "resnet18" in done.err


@pytest.mark.parametrize("plan, words", [
    ("bach_size = 3\n", "batch_size"),
    (PLAN.replace("6400", "10"), "a step takes 64 samples"),
    (PLAN + "optimizer = \"adan\"\n", "adam"),
    ("network = \n", "plan.toml:1"),
])
def test_a_plan_that_cannot_be_meant_starts_nothing(run, plan, words):
    done = run("echo", "trained", plan=plan)
    assert done.code == 2
    assert done.out == "" and done.err.count("\n") == 1
    assert words in done.err


def test_an_estimator_without_a_set_up(joulecast, own):  # noqa: F811
    assert "--set-up" in joulecast("run", "--estimator", own, "--", "true").error_line()
