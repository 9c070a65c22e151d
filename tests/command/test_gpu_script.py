"""bench/gpu/run from end to end on pretended GPUs, so that it works when a real one is at hand."""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile

import pytest

from conftest import COMMAND, REPOSITORY

FAKE = pathlib.Path(COMMAND).resolve().parent / "fake"
EPOCHS = 4


def runs(*words):
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if not runs(sys.executable, "-c", "import torch, numpy"):
        pytest.skip("needs PyTorch (python3-torch)")
    library = FAKE / "libnvidia-ml.so.1"
    if not runs(sys.executable, "-c", f"import ctypes; ctypes.CDLL('{library}')"):
        pytest.skip(f"{library} cannot be loaded by itself (not built, or built with sanitizers)")
    out = tmp_path_factory.mktemp("gpu")
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "bench" / "gpu" / "run"), "--fake", str(FAKE), "--out",
         str(out), "--epochs", str(EPOCHS), "--epoch-seconds", "0.3", "--load-seconds", "1.5"],
        capture_output=True, text=True, timeout=500, check=False,
        env={**os.environ, "JOULECAST": COMMAND})
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture
def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_every_load_is_described(results):
    assert set(results["loads"]) == {"idle", "constant", "square"}
    for load in results["loads"].values():
        assert load["counter_w"] > 0
        assert load["energy_j"]["update_period_s"] > 0
    assert results["doctor"]["schema"].startswith("joulecast.doctor/")
    assert results["gpu"]["fake"] is True


def test_joulecast_agrees_with_the_raw_counter(results):
    assert [t["name"] for t in results["trainings"]] == ["tiny", "tiny-transfer"]
    for training in results["trainings"]:
        assert len(training["joulecast_epochs_j"]) == EPOCHS
        # Loose, for machines that keep a process waiting.
        assert abs(training["total_error"]) < 0.1
        assert abs(training["over_counter"]["instant_w"] - 1) < 0.2
        assert set(training["projections"]) == {"tenth", "fifth", "half"}


def test_recordings_come_back_as_recordings(folder, joulecast, tmp_path):
    with tarfile.open(folder / "recordings.tar.gz") as archive:
        names = {member.name.split("/")[0] for member in archive}
        epochs = archive.extractfile("h200-tiny/epochs.csv").read().decode()
        archive.extractall(tmp_path)
    assert names == {"h200-tiny", "h200-tiny-transfer"}
    assert len(list(csv.DictReader(io.StringIO(epochs)))) == EPOCHS
    document = joulecast("project", tmp_path / "h200-tiny", "--json").json("projection")
    assert document["measured"]["epochs"] == EPOCHS
    # So small that they can be kept, and few enough files to be brought home.
    assert sum(f.stat().st_size for f in folder.iterdir()) < 1_000_000
    assert len(list(folder.iterdir())) <= 8


def test_the_tables_are_whole(folder):
    text = (folder / "results.md").read_text()
    assert "pretended" in text
    assert text.count("\n| tiny |") == 2
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.count("|") in (7, 11), line
